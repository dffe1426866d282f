"""Who may do what in the cluster (ADM-1)."""

from pydantic import Field

from network.config.model import Model


class Subjects(Model):
    """Groups and users of the identity provider."""

    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


class ServiceAccountRef(Model):
    """A ServiceAccount that automation uses."""

    namespace: str
    name: str


class Access(Model):
    """The five roles of the platform and who holds them."""

    cluster_admins: Subjects = Field(default_factory=Subjects)
    platform_engineers: Subjects = Field(default_factory=Subjects)
    """Everything in the platform's namespaces; read access elsewhere."""
    developers: dict[str, Subjects] = Field(default_factory=dict)
    """By application: edit in its namespace, without Secrets of others and without policies."""
    readers: Subjects = Field(default_factory=Subjects)
    """Read access without Secrets."""
    deployers: dict[str, ServiceAccountRef] = Field(default_factory=dict)
    """By application: the ServiceAccount that its pipeline deploys with."""
