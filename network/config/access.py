"""Who may do what in the cluster (ADM-1)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import Name
from network.config.text import Form

SubjectName = Annotated[
    str,
    Form(
        pattern=r"(?!system:)\S(.*\S)?",
        rule="a group or user has a name; those with `system:` belong to Kubernetes and would "
        "bypass the roles here",
        fix="give the name that the identity provider gives",
    ),
]


class Subjects(Model):
    """Groups and users of the identity provider."""

    groups: tuple[SubjectName, ...] = ()
    """Groups, spelled as the identity provider gives them."""
    users: tuple[SubjectName, ...] = ()
    """Users, spelled as the identity provider gives them."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("groups", self.groups)
        yield from repeated("users", self.users)


class ServiceAccountRef(Model):
    """A ServiceAccount that automation uses."""

    namespace: Name
    """In which it is."""
    name: Name
    """Of the ServiceAccount; `default` is refused."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.name == "default":
            yield Finding(
                ("name",),
                "every pod of the namespace that names no other is `default`",
                "make a ServiceAccount for deployments only",
            )


class Access(Model):
    """The five roles of the platform and who holds them."""

    cluster_admins: Subjects = Field(default_factory=Subjects)
    platform_engineers: Subjects = Field(default_factory=Subjects)
    """Everything in the platform's namespaces; read access elsewhere."""
    developers: dict[Name, Subjects] = Field(default_factory=dict)
    """By application: edit in its namespace, without Secrets of others and without policies."""
    readers: Subjects = Field(default_factory=Subjects)
    """Read access without Secrets."""
    deployers: dict[Name, ServiceAccountRef] = Field(default_factory=dict)
    """By application: the ServiceAccount that its pipeline deploys with."""
