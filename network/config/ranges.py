"""Address ranges: their form, what DigitalOcean reserves, and how much fits in them."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import override

from network.config.former_addresses import readings, told
from network.config.model import refusal

PRIVATE = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
)
"""RFC 1918."""

RESERVED_FOR_VPCS = (
    IPv4Network("10.244.0.0/16"),
    IPv4Network("10.245.0.0/16"),
    IPv4Network("10.246.0.0/24"),
    IPv4Network("10.229.0.0/16"),
)
"""Ranges that DigitalOcean keeps from VPCs, in every region."""

RESERVED_IN_REGION = {
    region: (IPv4Network(network),)
    for region, network in {
        "ams2": "10.14.0.0/16",
        "ams3": "10.18.0.0/16",
        "atl1": "10.50.0.0/16",
        "blr1": "10.47.0.0/16",
        "fra1": "10.19.0.0/16",
        "lon1": "10.16.0.0/16",
        "nyc1": "10.10.0.0/16",
        "nyc2": "10.13.0.0/16",
        "nyc3": "10.17.0.0/16",
        "sfo1": "10.12.0.0/16",
        "sfo2": "10.46.0.0/16",
        "sfo3": "10.48.0.0/16",
        "sgp1": "10.15.0.0/16",
        "syd1": "10.49.0.0/16",
        "tor1": "10.20.0.0/16",
    }.items()
}
"""The same, in one region only, those without DOKS too, whose VPCs may be peered (DigitalOcean's page of VPC
limits)."""

OVERLAY_DEFAULTS = (IPv4Network("10.244.0.0/16"), IPv4Network("10.245.0.0/16"))
"""Pods and Services of a cluster that is not VPC-native; doctl takes these for "not given"."""

POD_PREFIX_PER_NODE = 25
"""Prefix of each node's share of the pod range: DOKS gives 128 addresses, and runs 110 pods."""
PODS_PER_NODE = 110
"""Kubelet's limit on DOKS."""
VPC_ADDRESSES_KEPT = 16
"""Addresses of a VPC that are no node's: network, router, DNS resolver, broadcast, and room for
the load balancer's nodes and the control plane's private address (a judgement)."""

VPC_MEMBERS = 10_000
"""Resources that a VPC holds at most (DigitalOcean's page of VPC limits)."""


EXAMPLES = ("192.168.64.0/20", "172.20.16.0/20")
"""Ranges that fit every kind below."""


def nodes_by_pod_range(pods: IPv4Network) -> int:
    """Return how many nodes the pod range serves."""
    return 2 ** max(POD_PREFIX_PER_NODE - pods.prefixlen, 0)


def nodes_by_vpc(vpc: IPv4Network) -> int:
    """Return how many nodes the VPC has addresses for."""
    return min(vpc.num_addresses, VPC_MEMBERS) - VPC_ADDRESSES_KEPT


def overlapping(range_: IPv4Network, others: Iterable[IPv4Network]) -> IPv4Network | None:
    """Return the first of the others that shares an address with the range."""
    return next((other for other in others if range_.overlaps(other)), None)


FORM = "a range is an IPv4 address and a prefix length"


def _misspelt(given: str, error: ValueError) -> PydanticCustomError:
    """Return the refusal of what is no range, with the one that is meant if that is certain."""
    text, _, prefix = given.partition("/")
    found = readings(text) if text.count(".") == 3 else ()
    if found and re.fullmatch("[0-9]|[12][0-9]|3[0-2]", prefix):
        meant = dict.fromkeys(f"`{ip_network((address, int(prefix)), strict=False)}`" for address in found)
        return refusal(f"{FORM}: {told(text)}", f"write {' or '.join(meant)}")
    return refusal(FORM, f"write it like `10.0.0.0/16` ({error})")


class _RangeForm:
    """Annotation of a range as text."""

    pattern: ClassVar[str]
    """Its form in the JSON Schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parsed, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": cls.pattern}

    @staticmethod
    def parsed(given: Any) -> IPv4Network | IPv6Network:
        """Return the range, or raise what is wrong with the text."""
        raise NotImplementedError


class _Ipv4Range(_RangeForm):
    """Annotation of an `IPv4Network`: text with a prefix and no host bits."""

    pattern = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"

    @override
    @staticmethod
    def parsed(given: Any) -> IPv4Network:
        if isinstance(given, IPv4Network):
            return given
        if not isinstance(given, str) or "/" not in given:
            raise refusal(FORM, "write it like `10.0.0.0/16`; one address is `203.0.113.7/32`")
        try:
            network = ip_network(given, strict=False)
        except ValueError as error:
            raise _misspelt(given, error) from None
        if not isinstance(network, IPv4Network):
            raise refusal(
                "an IPv6 range: the VPC, nodes, pods and Services of DOKS have IPv4 addresses only",
                "give the IPv4 range, or remove it; IPv6 clients behind a CDN are told by ipAllowList and "
                "excludedIPs",
            )
        if str(network) != given:
            raise refusal(
                "a range must start at its first address: DigitalOcean normalises any other, "
                "and each later preview wants to replace what uses it",
                f"write `{network}`",
            )
        return network


class _ClientRange(_RangeForm):
    """Annotation of an `IPv4Network | IPv6Network`, in the form of an `IPv4Network`'s."""

    pattern = r"^[0-9a-fA-F.:]+/[0-9]{1,3}$"

    @override
    @staticmethod
    def parsed(given: Any) -> IPv4Network | IPv6Network:
        if not isinstance(given, str) or ":" not in given:
            return _Ipv4Range.parsed(given)
        try:
            network = ip_network(given, strict=False)
        except ValueError as error:
            raise refusal(
                "a range is an address and a prefix length", f"write it like `2001:db8::/48` ({error})"
            ) from None
        if "/" not in given or str(network) != given:
            raise refusal(
                "a range is its first address and a prefix length, in the shortest form", f"write `{network}`"
            )
        return network


def _private(network: IPv4Network) -> IPv4Network:
    if not any(network.subnet_of(block) for block in PRIVATE):
        raise refusal(
            "the range must be private (RFC 1918)",
            "choose it inside " + ", ".join(map(str, PRIVATE)),
        )
    return network


def _vpc(network: IPv4Network) -> IPv4Network:
    if not 16 <= network.prefixlen <= 24:
        raise refusal("DigitalOcean's VPCs are /16 to /24", "choose a prefix from /16 to /24")
    reserved = overlapping(network, RESERVED_FOR_VPCS)
    if reserved:
        raise refusal(f"DigitalOcean reserves {reserved}", "choose a range outside it")
    return network


def _pods(network: IPv4Network) -> IPv4Network:
    if network.prefixlen >= POD_PREFIX_PER_NODE:
        raise refusal(
            f"each node takes a /{POD_PREFIX_PER_NODE} of the pod range",
            "choose /24 or larger",
        )
    return network


def _services(network: IPv4Network) -> IPv4Network:
    if not 12 <= network.prefixlen <= 24:
        raise refusal(
            "the API server takes no Service range above /12, and below /24 it runs out early",
            "choose a prefix from /12 to /24",
        )
    return network


WIDEST_ALLOWED = 8
"""Shortest prefix of an IPv4 range that still says who may connect (a judgement)."""


def _narrow(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    if network.prefixlen < (WIDEST_ALLOWED if isinstance(network, IPv4Network) else 16):
        raise refusal(
            "an allow list that lets (nearly) everybody in protects nothing",
            "name the ranges that need it, /8 or smaller (IPv6: /16)",
        )
    return network


def _few(network: IPv4Network) -> IPv4Network:
    if network.prefixlen < WIDEST_ALLOWED:
        raise refusal(
            "nodes are no public entry: (nearly) everybody would come in past the load balancer",
            f"name the ranges that need it, /{WIDEST_ALLOWED} or smaller; for everybody there are ports of "
            "the load balancer, `ingress.entryPoints` with `tcpRoutes` and `udpRoutes`",
        )
    return network


def is_range(metadata: Any) -> bool:
    """Whether an annotation's metadata makes it a range."""
    return metadata in (_Ipv4Range, _ClientRange)


Range = Annotated[IPv4Network, _Ipv4Range]
"""Any IPv4 range."""
VpcRange = Annotated[Range, AfterValidator(_private), AfterValidator(_vpc)]
"""Range of a VPC: private, /16 to /24, none that DigitalOcean reserves."""
PodRange = Annotated[Range, AfterValidator(_private), AfterValidator(_pods)]
"""Range of pods."""
ServiceRange = Annotated[Range, AfterValidator(_private), AfterValidator(_services)]
"""Range of Services."""
AllowedRange = Annotated[Range, AfterValidator(_narrow)]
"""Range on an allow list."""
NodeSource = Annotated[Range, AfterValidator(_few)]
"""Range that connects to nodes."""
ClientRange = Annotated[IPv4Network | IPv6Network, _ClientRange]
"""Range of clients' addresses, which are IPv6 where a CDN's header or the load balancer tells such."""
AllowedClients = Annotated[ClientRange, AfterValidator(_narrow)]
"""Range of clients on an allow list."""
