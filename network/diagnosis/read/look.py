"""Looks at everything that a question wants to see, at once, within ten seconds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from network.config.platform import TRAEFIK
from network.diagnosis.facts import Facts, HostFacts, NameAnswer, Object, Objects, Reply, ZoneFacts
from network.diagnosis.links.pods import is_ready
from network.diagnosis.read import dns, host, names, objects, traefik_api
from network.diagnosis.read.together import together
from network.diagnosis.wants import Wants
from network.live.account import Account
from network.live.cluster import Cluster
from network.live.finding import CannotLookError
from network.live.parallel import Seen
from network.plan.model.peers import TRAEFIK as TRAEFIK_PODS

SECONDS = 9.0
"""For all of it: a command that is to find a fault in the night must not be waited for."""
_FORWARD = 3.5
"""Of these for Traefik's API, which can be asked only once its pods are known."""
_NAMES = 4.0
"""For a host's name: two tries of two questions."""


@dataclass(frozen=True)
class Eyes:
    """By what is looked."""

    cluster: Cluster
    account: Callable[[], Account]
    """Raises CannotLookError where there is no token."""
    resolvers: Sequence[str]


def look(wants: Wants, eyes: Eyes) -> Facts:
    """Return what was seen of what is wanted."""
    looks: dict[tuple[str, str], Callable[[], Any]] = {("cluster", ""): lambda: _cluster(wants, eyes)}
    if wants.balancers:
        looks["balancers", ""] = lambda: eyes.account().list("/v2/load_balancers", "load_balancers")
    looks |= {("zone", each): lambda each=each: names.zone(each, eyes.resolvers) for each in wants.zones}
    looks |= {("name", each): lambda each=each: _resolved(each, eyes) for each in wants.names}
    looks |= {
        ("caa", each): lambda each=each: names.authorities(each, eyes.resolvers) for each in wants.authorities
    }
    looks |= {("host", each): lambda each=each: _host(each, wants, eyes) for each in wants.hosts}
    found = together(looks, SECONDS)
    cluster = found["cluster", ""]
    read, routers = (_blind(wants, cluster), cluster) if isinstance(cluster, CannotLookError) else cluster
    return Facts(
        now=datetime.now(UTC),
        objects=read,
        balancers=found.get(("balancers", ""), []),
        zones={each: _zone(found["zone", each]) for each in wants.zones},
        hosts={each: _seen_host(found["host", each]) for each in wants.hosts},
        routers=routers,
        names={each: found["name", each] for each in wants.names},
        authorities={each: found["caa", each] for each in wants.authorities},
    )


def _cluster(wants: Wants, eyes: Eyes) -> tuple[Objects, Seen[Mapping[str, Seen[Mapping[str, Object]]]]]:
    """Return the cluster's objects, and then the routers of Traefik's pods."""
    read = objects.read(eyes.cluster, wants.kinds, SECONDS - _FORWARD)
    if not wants.routers:
        return read, {}
    try:
        pods = read.pods(TRAEFIK, TRAEFIK_PODS.labels)
        ready = [each["metadata"]["name"] for each in pods if is_ready(each)]
        return read, traefik_api.routers(eyes.cluster.context, ready, _FORWARD)
    except CannotLookError as error:
        return read, error


def _blind(wants: Wants, why: CannotLookError) -> Objects:
    return Objects({(kind, namespace): why for namespace, kinds in wants.kinds.items() for kind in kinds})


def _zone(found: Seen[ZoneFacts]) -> ZoneFacts:
    return ZoneFacts(found) if isinstance(found, CannotLookError) else found


def _seen_host(found: Seen[HostFacts]) -> HostFacts:
    if not isinstance(found, CannotLookError):
        return found
    ports: dict[int, Seen[str]] = {80: found, 443: found}
    return HostFacts({"": found}, None, ports, found, found)


def _resolved(name: str, eyes: Eyes) -> NameAnswer:
    return dns.addresses(names.resolver(eyes.resolvers), name)


def _host(name: str, wants: Wants, eyes: Eyes) -> HostFacts:
    """Return how a host looks: connections go where its name leads, as a client's do."""
    in_zone = wants.zone_of.get(name)
    looks: dict[str, Callable[[], NameAnswer]] = {
        each: lambda each=each: dns.addresses(each, name) for each in eyes.resolvers
    }
    if in_zone is not None:
        looks[""] = lambda: names.by_authority(name, in_zone, eyes.resolvers)
    answers = together(looks, _NAMES)
    by_resolver = {each: answers[each] for each in eyes.resolvers}
    addresses = next((each.values for each in by_resolver.values() if isinstance(each, NameAnswer)), ())
    # IPv4 first: every load balancer has it, and not every machine that looks has IPv6.
    ordered = sorted(addresses, key=lambda each: ":" in each)
    try:
        address = host.dial(ordered, 443)
    except CannotLookError as error:
        return HostFacts(by_resolver, answers.get(""), {443: error}, error, error)
    asked: dict[str, Callable[[], Any]] = {
        "tls": lambda: host.shake(name, address),
        "plain": lambda: host.get(name, address, "/", encrypted=False),
        **{path: lambda path=path: host.get(name, address, path) for path in wants.hosts[name]},
    }
    told = together(asked, 2 * host.WAIT)
    replies: dict[str, Seen[Reply]] = {path: told[path] for path in wants.hosts[name]}
    return HostFacts(by_resolver, answers.get(""), {443: address}, told["tls"], told["plain"], replies)
