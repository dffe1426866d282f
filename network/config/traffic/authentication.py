"""Who may pass (TRF-1)."""

from network.config.model import Model
from network.config.names import Name


class BasicAuth(Model):
    """HTTP basic authentication; the users are the secret `network:basicAuthUsers`."""

    users: Name
    """Key in `network:basicAuthUsers`."""
    realm: str = "traefik"
    remove_header: bool = True
    """Do not pass the Authorization header on to the backend."""
