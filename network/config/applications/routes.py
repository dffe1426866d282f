"""Routes: which requests from the internet go where (ING-2)."""

from network.config.applications.backends import Backend
from network.config.names import HostName, Name
from network.config.paths import PathPrefix


class Route(Backend):
    """Requests from the internet to a workload, or to a service over several."""

    host: HostName
    """Host name; inside the zone it is covered by the wildcard certificate."""
    path_prefix: PathPrefix = "/"
    chain: Name | None = None
