"""The whole configuration of one stack."""

from pydantic import Field

from network.config.access import Access
from network.config.adopt import Adopt
from network.config.applications import Application
from network.config.certificates import Certificates
from network.config.charts import Charts
from network.config.cluster import Cluster
from network.config.environment import Environment
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Model
from network.config.names import Name
from network.config.observability import Observability
from network.config.policies import Policies
from network.config.secrets import (
    Credential,
    Htpasswd,
    Password,
    PrivateKey,
    Receiver,
    Token,
    Webhook,
    secret_fields,
)
from network.config.traffic import Traffic
from network.config.vpn import Vpn


class StackConfig(Model):
    """What `Pulumi.<stack>.yaml` holds under `network:`; one key per layer."""

    environment: Environment
    """Identity of the environment."""
    external: External
    """VPC, DNS zone and cloud firewall."""
    cluster: Cluster
    """The DOKS cluster, its ranges and node pools."""
    certificates: Certificates
    """cert-manager, its issuers and certificates."""
    ingress: Ingress
    """Traefik and the load balancer."""
    traffic: Traffic = Field(default_factory=Traffic)
    """Middlewares, and the chains that routes refer to."""
    applications: dict[Name, Application] = Field(default_factory=dict)
    """Applications by name."""
    policies: Policies = Field(default_factory=Policies)
    """Who else may reach the platform."""
    observability: Observability | None = None
    """What is measured, promised, told and shown; nothing when absent."""
    access: Access = Field(default_factory=Access)
    """Who holds which role."""
    vpn: Vpn | None = None
    """A way into the VPC for people's devices; none when absent."""
    adopt: Adopt = Field(default_factory=Adopt)
    """What exists already and is taken over; nothing when absent."""
    charts: Charts = Field(default_factory=Charts)
    """Other charts than the pinned ones."""
    dns_token: Token
    """Secret: API token with write access to the zone (or the TSIG secret for rfc2136)."""
    basic_auth_users: dict[Name, Htpasswd] = Field(default_factory=dict)
    """Secret: htpasswd lines (bcrypt) by the name that a basicAuth middleware refers to."""
    redis_password: Password | None = None
    """Secret: password of the Redis that counts shared rate limits."""
    certificate_keys: dict[Name, PrivateKey] = Field(default_factory=dict)
    """Secret: private key by the name of the certificate that was bought."""
    alert_receivers: dict[Name, Receiver] = Field(default_factory=dict)
    """Secret: URL or key by the name of the alert receiver that is told by it, and of the
    `dead-man-switch`."""
    logs_credential: Credential | None = None
    """Secret: what the endpoint of logs asks for in the Authorization header, after its scheme."""
    traces_credential: Credential | None = None
    """Secret: the same of the endpoint of traces."""
    outside_slack_url: Webhook | None = None
    """Secret: webhook of Slack by which DigitalOcean tells of its checks."""


SECRETS = {field.key: field for field in secret_fields(StackConfig)}
"""Fields that hold secrets, by their keys in a stack file: their values are never shown."""
