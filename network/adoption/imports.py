"""What no `up` imports by itself, as the file that `pulumi import --file` reads (`pulumi import --help`)."""

from collections.abc import Iterable
from typing import Any

from network.adoption.objects import Importable

COMPONENTS = {
    "Vpc": ("external:Network", "network"),
    "VpcPeering": ("external:Network", "network"),
    "Domain": ("external:Network", "network"),
    "KubernetesCluster": ("cluster:Cluster", "cluster"),
    "KubernetesNodePool": ("cluster:Cluster", "cluster"),
    "Firewall": ("external:NodeFirewall", "firewall"),
    "VpcNatGateway": ("egress:Egress", "egress"),
    "DnsRecord": ("external:Records", "records"),
    "UptimeCheck": ("outside:Outside", "outside"),
}
"""What declares each type of DigitalOcean's: its type below `webgrip:`, and its name. Releases are missing:
their provider is made of the cluster by the program alone."""

OTHERWISE = (
    ("objects in the cluster", "`up` takes them over"),
    ("Helm releases", "name them in `adopt.releases`"),
    ("the load balancer", "stays, with its address: it is its Service's, which stays in the cluster"),
    ("certificates", "stay, as Secrets in the cluster; the ACME accounts too"),
    ("buckets, CDN, their keys", "docs/adopt.md: the key of Spaces is lost with the state"),
    ("the VPN's machine", "made anew: its user data cannot be read back"),
    ("alerts of DigitalOcean's checks", "made a second time: delete the former in the control panel"),
)
"""What comes back by other ways where the state is lost, and by which."""


def importable(found: Iterable[Importable]) -> list[Importable]:
    """Return what the file holds: what the stack file does not adopt, and what nothing stands against."""
    return [each for each in found if each.type in COMPONENTS and not each.adopted and not each.refused]


def document(found: Iterable[Importable]) -> dict[str, Any]:
    """Return the file. Each component stands before what it declares."""
    chosen = importable(found)
    components = dict.fromkeys(COMPONENTS[each.type] for each in chosen)
    return {
        "resources": [
            *(
                {
                    "type": f"webgrip:{type_name}",
                    "name": _component(name),
                    "logicalName": name,
                    "component": True,
                }
                for type_name, name in components
            ),
            *(
                {
                    "type": each.token,
                    "name": f"{each.type}-{each.name}",
                    "logicalName": each.name,
                    "id": each.id,
                    "parent": _component(COMPONENTS[each.type][1]),
                }
                for each in chosen
            ),
        ]
    }


def _component(name: str) -> str:
    """Return a component's name within the file: a resource in it may be called alike."""
    return f"component-{name}"
