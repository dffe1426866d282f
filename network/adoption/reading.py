"""What an adoption looks at: the account by its API, releases in the cluster by kubectl. Nothing is changed,
and no Secret is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.zones import zones
from network.live.account import Account
from network.live.cluster import Cluster, Object
from network.live.finding import CannotLookError
from network.live.parallel import Seen, all_seen

Objects = list[Object]

_LISTS = {
    "vpcs": ("/v2/vpcs", "vpcs"),
    "clusters": ("/v2/kubernetes/clusters", "kubernetes_clusters"),
    "domains": ("/v2/domains", "domains"),
    "firewalls": ("/v2/firewalls", "firewalls"),
    "peerings": ("/v2/vpc_peerings", "vpc_peerings"),
    "gateways": ("/v2/vpc_nat_gateways", "vpc_nat_gateways"),
    "checks": ("/v2/uptime/checks", "checks"),
}
"""List -> where it is asked for, and under which key it is answered."""


@dataclass(frozen=True)
class Reading:
    """The account, and what runs in the cluster that kubectl speaks to, at one moment."""

    vpcs: Seen[Objects]
    clusters: Seen[Objects]
    domains: Seen[Objects]
    firewalls: Seen[Objects]
    peerings: Seen[Objects]
    gateways: Seen[Objects]
    checks: Seen[Objects]
    records: Mapping[str, Seen[Objects]]
    """Of each of the stack's zones that the account serves, by its domain name."""
    server: Seen[str]
    """URL of the API server that kubectl speaks to."""
    workloads: Seen[Objects]
    """Deployments and DaemonSets."""


def read(config: StackConfig, cluster: Cluster, account: Seen[Account]) -> Reading:
    """Read everything at a time; `account` says why, where nobody knows its token. Lists that the stack has
    nothing in are not asked for: a token needs no scope for them."""
    wanted = _wanted(config)
    seen: dict[str, Any] = dict(
        all_seen(
            {
                **{name: _asked(account, *_LISTS[name]) for name in wanted},
                "server": cluster.server,
                "workloads": lambda: cluster.list("deployments.apps,daemonsets.apps"),
            }
        )
    )
    domains = seen["domains"]
    served = set() if isinstance(domains, CannotLookError) else {each["name"] for each in domains}
    names = [zone.name for zone in zones(config.external.dns) if zone.name in served]
    records = all_seen(
        {name: _asked(account, f"/v2/domains/{name}/records", "domain_records") for name in names}
    )
    unasked: dict[str, Any] = {name: [] for name in _LISTS}
    return Reading(**{**unasked, **seen}, records=records)


def _wanted(config: StackConfig) -> list[str]:
    outside = config.observability.outside if config.observability else None
    present = {
        "firewalls": config.external.firewall.inbound,
        "peerings": config.external.vpc.peerings,
        "gateways": config.external.nat_gateway,
        "checks": outside,
    }
    return [name for name in _LISTS if present.get(name, True)]


def _asked(account: Seen[Account], path: str, key: str) -> Callable[[], Objects]:
    def ask() -> Objects:
        if isinstance(account, CannotLookError):
            raise account
        return account.list(path, key)

    return ask
