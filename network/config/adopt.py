"""What exists already and is taken over instead of being made (ADM-7)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, repeated
from network.config.names import Name
from network.config.text import Form
from network.config.vpc import VpcId

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

ClusterId = Annotated[
    str,
    Form(
        pattern=_UUID,
        rule="a cluster's id is a UUID in small letters",
        fix="write it as `doctl kubernetes cluster list` shows it, like "
        "`bd5f5959-5e1e-4205-a714-a914373942af`",
        longest=36,
    ),
]

PoolId = Annotated[
    str,
    Form(
        pattern=_UUID,
        rule="a node pool's id is a UUID in small letters",
        fix="write it as `doctl kubernetes cluster node-pool list <cluster>` shows it, like "
        "`cdda885e-7663-40c8-bc74-3a036c66545d`",
        longest=36,
    ),
]

ReleaseId = Annotated[
    str,
    Form(
        pattern=r"[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
        rule="a release is named by its namespace and its name, as `helm list --all-namespaces` shows them",
        fix="write it like `traefik/traefik`",
        longest=117,
    ),
]


class Adopt(Model):
    """What stands in the account or in the cluster and becomes this stack's, by the ids that it has there.

    `up` imports each, and changes in place what differs from this file; `network adopt` shows all of it
    before (docs/adopt.md). While it stands here it is protected, and `destroy` leaves it. A zone is adopted
    by `external.dns.mode`, a namespace by `createNamespace` of its application.
    """

    vpc: VpcId | None = Field(default=None, examples=["5a4981aa-9653-4bd1-bef5-d6bff52042e4"])
    """Id of the VPC. Its region and range must be those of this file."""
    cluster: ClusterId | None = Field(default=None, examples=["bd5f5959-5e1e-4205-a714-a914373942af"])
    """Id of the cluster, with its default pool. Its region, VPC, ranges and the default pool's size must be
    those of this file, and its version not above the one here."""
    node_pools: dict[Name, PoolId] = Field(
        default_factory=dict, examples=[{"batch": "cdda885e-7663-40c8-bc74-3a036c66545d"}]
    )
    """Ids of pools of the cluster beside the default one, by their names in `cluster.nodePools`. Their sizes
    must be those of this file."""
    releases: tuple[ReleaseId, ...] = ()
    """Helm releases, as `namespace/name`, which must be the platform's own: `traefik/traefik` or
    `cert-manager/cert-manager`. One by another name is left running until its hosts lead elsewhere."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("releases", self.releases)
        first: dict[str, str] = {}
        for name, pool in self.node_pools.items():
            other = first.setdefault(pool, name)
            if other != name:
                yield Finding(
                    ("nodePools", name),
                    f"{other} has this pool already",
                    "correct the id, or remove one of the two",
                )
