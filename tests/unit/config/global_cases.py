"""Stack files of global load balancers that are refused or warned of, each with the mended one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from network.config.global_entry.environments import Environments
from network.config.global_entry.load import Checked, check
from tests.global_stacks import ENTRY, HOST, stacks
from tests.stacks import merged

Patch = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A patch on the valid file, or on what stands beside it, and a patch that mends it."""

    name: str
    expected: Mapping[str, str]
    """Path behind `network:global` -> part of the rule."""
    entry: Patch = field(default_factory=dict[str, Any])
    whole: Any = None
    """What stands in place of the whole entry."""
    fixed: Patch = field(default_factory=dict[str, Any])
    without: tuple[str, ...] = ()
    """Keys that the mended file does not have."""
    ams: Patch = field(default_factory=dict[str, Any])
    """What is laid over the stack file of an environment; the mended ones are without."""
    fra: Patch = field(default_factory=dict[str, Any])
    refused: str | None = None
    """An environment whose stack file is refused."""
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further keys of the config map."""

    def checked(self) -> Checked:
        """Return what checking it finds."""
        entry = merged(ENTRY, dict(self.entry)) if self.whole is None else self.whole
        known: Environments = stacks(ams=self.ams, fra=self.fra)
        if self.refused is not None:
            known = {**known, self.refused: None}
        return check(raw(entry) | dict(self.more), known)

    def mended(self) -> Checked:
        """Return what checking the mended one finds."""
        entry = merged(ENTRY if self.whole is not None else merged(ENTRY, dict(self.entry)), dict(self.fixed))
        for path in self.without:
            *parents, last = path.split("/")
            at = entry
            for step in parents:
                at = at[step]
            del at[last]
        return check(raw(entry), stacks())


def raw(entry: Any) -> dict[str, str]:
    """Return the entry as Pulumi hands it to the program."""
    return {} if entry == "absent" else {"network:global": json.dumps(entry)}


def _over_ingress(**balancer: Any) -> Patch:
    return {"network:ingress": {"loadBalancer": balancer}}


def _over_route(**route: Any) -> Patch:
    return {"network:applications": {"shop": {"routes": {"everywhere": route}}}}


CASES = (
    Case("nothing", {"": "required, but absent"}, whole="absent"),
    Case("a-text", {"": "must be a mapping"}, whole="shop"),
    Case("another-key", {"network:globl": "unknown key"}, more={"network:globl": "{}"}),
    Case("a-long-name", {"name": "at most 32"}, {"name": "a" * 33}, fixed={"name": "shop-everywhere"}),
    Case("a-region", {"region": "no key of this platform's"}, {"region": "ams3"}, without=("region",)),
    Case("a-target-port", {"targetPort": "no key"}, {"targetPort": 8443}, without=("targetPort",)),
    Case(
        "weights",
        {"environments.ams.weight": "no key"},
        {"environments": {"ams": {"weight": 90}}},
        without=("environments/ams/weight",),
    ),
    Case(
        "a-threshold-of-everything",
        {"failoverThreshold": "at most 99"},
        {"failoverThreshold": 100},
        fixed={"failoverThreshold": 99},
    ),
    Case(
        "a-threshold-without-priorities",
        {"failoverThreshold": "there are none"},
        whole={**ENTRY, "environments": {"ams": {}, "fra": {}}, "failoverThreshold": 30},
    ),
    Case(
        "one-environment-without-a-priority",
        {"environments.fra.priority": "nobody documents when others are asked"},
        whole={**ENTRY, "environments": {"ams": {"priority": 1}, "fra": {}}},
    ),
    Case(
        "a-wildcard",
        {'hosts["*.example.org"]': "a wildcard stands for no host here"},
        {"hosts": {"*.example.org": {"managed": True}}},
        without=("hosts/*.example.org",),
    ),
    Case(
        "a-host-with-two-certificates",
        {f'hosts["{HOST}"]': "either DigitalOcean writes"},
        {"hosts": {HOST: {"certificate": "www"}}},
        without=(f"hosts/{HOST}/certificate",),
    ),
    Case(
        "a-stack-that-is-not-there",
        {"environments.fr": "no stack is named fr"},
        {"environments": {"fr": {"priority": 3}}},
        without=("environments/fr",),
    ),
    Case("a-stack-that-is-refused", {"environments.fra": "is refused"}, refused="fra"),
    Case(
        "environments-of-two-accounts",
        {"environments.fra": "targets are of one account"},
        fra={"network:environment": {"account": "other"}},
    ),
    Case(
        "two-priorities-in-one-region",
        {"environments.fra.priority": "they are given to regions"},
        fra={"network:environment": {"region": "ams3"}},
    ),
    Case(
        "two-regions-of-one-priority",
        {"environments.fra.priority": "nobody documents which one"},
        {"environments": {"fra": {"priority": 1}}},
        fixed={"environments": {"fra": {"priority": 2}}},
    ),
    Case(
        "a-network-load-balancer",
        {"environments.fra": "targets are of type REGIONAL"},
        fra=_over_ingress(type="REGIONAL_NETWORK", proxyProtocol=False),
    ),
    Case(
        "a-load-balancer-that-lets-in-some",
        {"environments.fra": "nobody publishes from which addresses"},
        fra=_over_ingress(sourceRanges=["198.51.100.0/24"]),
    ),
    Case(
        "a-check-that-is-refused",
        {"environments.fra": "refuses the check on port 80"},
        fra={"network:traffic": {"webChain": "offices", "chains": {"offices": ["office-only"]}}},
    ),
    Case(
        "a-host-that-an-environment-does-not-serve",
        {f'hosts["{HOST}"]': "no route of fra is for it"},
        fra=_over_route(host="other.fra.example.nl"),
    ),
    Case(
        "a-host-with-tls-options",
        {f'hosts["{HOST}"]': "here TLS ends at the global load balancer"},
        fra={
            "network:ingress": {"tlsOptions": {"new": {"minVersion": "VersionTLS13"}}},
            **_over_route(tlsOptions="new"),
        },
    ),
    Case(
        "a-certificate-by-http-01",
        {f'hosts["{HOST}"]': "proven by HTTP-01"},
        fra={"network:certificates": {"http01": {}, "named": {"everywhere": {"solver": "http01"}}}},
    ),
    Case(
        "a-managed-host-of-another-provider",
        {f'hosts["{HOST}"]': "DigitalOcean does not serve example.org"},
        fra={
            "network:external": {
                "dns": {"furtherZones": {"shop": {"zone": "example.org", "provider": "external"}}}
            }
        },
    ),
)

WARNED = (
    Case(
        "a-client-s-name-is-asked-for",
        {"environments.fra": "do not support SNI"},
        fra={"network:ingress": {"tls": {"sniStrict": True}}},
    ),
    Case(
        "an-allow-list",
        {f'hosts["{HOST}"]': "lets nobody in, or everybody"},
        fra=_over_route(chain="internal"),
    ),
    Case(
        "clients-by-their-range",
        {f'hosts["{HOST}"]': "fits nobody, or everybody"},
        fra=_over_route(clientIp=["198.51.100.0/24"]),
    ),
    Case(
        "a-deny-list",
        {f'hosts["{HOST}"]': "keeps nobody out, or everybody"},
        fra={
            "network:traffic": {
                "middlewares": {"no-bots": {"ipDenyList": {"sourceRange": ["198.51.100.7/32"]}}},
                "chains": {"people": ["no-bots"]},
            },
            **_over_route(chain="people"),
        },
    ),
)
