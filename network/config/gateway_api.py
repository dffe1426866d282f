"""Gateway API by Traefik, where the cluster's CRDs let it run (ING-2)."""

from collections.abc import Iterator
from typing import Annotated

from typing_extensions import override

from network.config.model import Finding, Model
from network.config.text import Form

NEEDED = (1, 5)
"""Traefik 3.7 waits, with no limit of time, for the kinds BackendTLSPolicy and TLSRoute in version v1: of the
standard channel since Gateway API 1.4 and 1.5 (pkg/provider/kubernetes/gateway/client.go of v3.7.11)."""
ON_DOKS = "v1.2.1"
"""What DigitalOcean installs and manages (docs/facts/digitalocean.md#gateway-api)."""

CrdsVersion = Annotated[
    str,
    Form(
        pattern=r"v[0-9]+\.[0-9]+\.[0-9]+",
        rule="a release of Gateway API is `v` and three numbers",
        fix="write it like `v1.5.1`; the CRDs' annotation `gateway.networking.k8s.io/bundle-version` tells",
        longest=16,
    ),
]


class GatewayApi(Model):
    """Let Traefik read Gateways and HTTPRoutes, which stand in no stack file: they have no policies, checks
    or certificates of this platform's. Off unless it is given, and refused on DOKS as it is."""

    crds_version: CrdsVersion
    """Release of the Gateway API whose CRDs the cluster has: annotation
    `gateway.networking.k8s.io/bundle-version` of `gateways.gateway.networking.k8s.io`."""

    @override
    def findings(self) -> Iterator[Finding]:
        if tuple(map(int, self.crds_version[1:].split(".")))[:2] < NEEDED:
            yield Finding(
                ("crdsVersion",),
                "Traefik's provider cannot start on these CRDs: it waits for BackendTLSPolicy and TLSRoute "
                f"in version v1, which came with v1.5.0, and serves no route meanwhile. DOKS has {ON_DOKS}, "
                "and its CRDs are DigitalOcean's to change",
                "remove gatewayApi; routes in the stack file do what HTTPRoutes do",
            )
