"""The internal load balancer, and the hosts that it leads to (ING-9)."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from network.config.applications import Application
from network.config.applications.asked import asked_hosts
from network.config.applications.host_patterns import covered, is_expression
from network.config.certificates import Certificates
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.ranges import PRIVATE, overlapping
from network.config.traffic import Traffic
from network.config.zones import zone_of, zones

Applications = dict[str, Application]


def internal_routes_have_their_load_balancer(
    ingress: Ingress, applications: Applications
) -> Iterator[Finding]:
    """Without it nothing comes to a route."""
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            if route.load_balancer == "internal" and ingress.internal_load_balancer is None:
                yield Finding(
                    ("applications", name, "routes", route_name, "loadBalancer"),
                    "there is no internal load balancer",
                    "declare `ingress.internalLoadBalancer`, or remove loadBalancer",
                )


def hosts_are_on_one_load_balancer(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """A name has one address: on the other load balancer nobody asks for it."""
    first: dict[str, tuple[bool, Location]] = {}
    for asked in asked_hosts(applications):
        internal = asked.is_internal(ingress.entry_points)
        known, there = first.setdefault(asked.host, (internal, asked.location))
        if known != internal:
            yield Finding(
                asked.location,
                f"{'.'.join(map(str, there[1:4]))} serves {asked.host} on the "
                f"{'internal' if known else 'public'} load balancer, and its record leads to one of the two",
                "use another host, or the same loadBalancer",
            )


def internal_hosts_resolve(
    external: External, ingress: Ingress, applications: Applications
) -> Iterator[Finding]:
    """The wildcard record leads to the public load balancer, where an internal route answers nobody."""
    names = _internal_names(external)
    for asked in asked_hosts(applications):
        zone = zone_of(asked.host, zones(external.dns))
        if asked.is_internal(ingress.entry_points):
            if zone is not None and asked.host == zone.name:
                yield Finding(
                    asked.location,
                    "the zone's own record leads to the public load balancer",
                    "use a host below it",
                )
            elif zone is not None and not _is_recorded(asked.host, names):
                relative = zone.relative(asked.host)
                what = "the wildcard that they are of" if is_expression(asked.host) else relative
                yield Finding(
                    asked.location,
                    "no record leads to it: those of apex, wildcard and hosts are the public load balancer's",
                    f"add {what} to {zone.path}.internalHosts",
                )
        elif zone is not None and asked.host in names:
            yield Finding(
                asked.location,
                f"{zone.path}.internalHosts leads it to the internal load balancer, and the route is on the "
                "public one",
                "set `loadBalancer: internal` (of its entrypoint, if it is a tcpRoute), or use another host",
            )


def _internal_names(external: External) -> list[str]:
    """Return the names whose records lead to the internal load balancer."""
    return [zone.absolute(host) for zone in zones(external.dns) for host in zone.says.internal_hosts]


def _is_recorded(host: str, names: list[str]) -> bool:
    return covered(names, host) is True if is_expression(host) else host in names


def internal_records_have_an_address(external: External, ingress: Ingress) -> Iterator[Finding]:
    """Without the load balancer there is none."""
    for zone in zones(external.dns):
        if zone.says.internal_hosts and ingress.internal_load_balancer is None:
            yield Finding(
                (*zone.location, "internalHosts"),
                "there is no internal load balancer whose address they could have",
                "declare `ingress.internalLoadBalancer`, or remove internalHosts",
            )


def internal_hosts_are_proven_by_dns(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Let's Encrypt comes from the internet."""
    internal = _internal_names(external)
    for name, certificate in certificates.named.items():
        met = [host for host in certificate.dns_names if host in internal]
        if certificate.solver == "http01" and met:
            yield Finding(
                ("certificates", "named", name, "solver"),
                "HTTP-01 is asked from the internet, which does not reach the internal load balancer "
                f"({met[0]})",
                "set `solver: dns01`",
            )


def internal_sources_are_in_the_vpc(external: External, ingress: Ingress) -> Iterator[Finding]:
    """Only the VPC has a way to the internal load balancer, so nobody else is let in or kept out."""
    internal = ingress.internal_load_balancer
    for index, network in enumerate(internal.source_ranges if internal else ()):
        if not network.subnet_of(external.vpc.ip_range):
            yield Finding(
                ("ingress", "internalLoadBalancer", "sourceRanges", index),
                f"nobody comes from there: only addresses of the VPC ({external.vpc.ip_range}) reach it, and "
                "clients of a VPN come by their bastion's",
                "name a part of the VPC's range, such as the bastion's address",
            )


def internal_load_balancer_is_used(ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """Warn of a load balancer that costs by the month and leads nowhere."""
    used = any(asked.is_internal(ingress.entry_points) for asked in asked_hosts(applications)) or any(
        each.load_balancer == "internal" for each in ingress.entry_points.values()
    )
    if ingress.internal_load_balancer is not None and not used:
        yield Finding(
            ("ingress", "internalLoadBalancer"),
            "no route and no entrypoint is on it, and it costs by the month",
            "set `loadBalancer: internal` on one, or remove it",
        )


def allow_lists_meet_their_clients(
    external: External, ingress: Ingress, traffic: Traffic, applications: Applications
) -> Iterator[Finding]:
    """Warn of ranges in allow lists that no client of a route's load balancer has: clients of a VPN come to
    the public one by their public address, and to the internal one by their bastion's."""
    if ingress.cdn_ranges:
        return  # X-Forwarded-For may tell any address.
    vpc = external.vpc.ip_range
    told: set[tuple[str, str]] = set()
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            for link in dict.fromkeys(each.name for each in traffic.passed_to(route)):
                allowed = traffic.middlewares[link].ip_allow_list
                ranges = allowed.source_range if allowed is not None else ()
                four = [each for each in ranges if isinstance(each, IPv4Network)]
                if route.load_balancer == "internal":
                    idle = [] if any(each.overlaps(vpc) for each in four) else four
                    whose = f"clients of the internal load balancer have addresses of the VPC ({vpc}), those "
                    whose += "of a VPN their bastion's"
                else:
                    idle = [each for each in four if overlapping(each, PRIVATE)]
                    whose = "clients of the public load balancer have public addresses, those of a VPN too"
                if idle and (link, route.load_balancer) not in told:
                    told.add((link, route.load_balancer))
                    yield Finding(
                        ("traffic", "middlewares", link, "ipAllowList", "sourceRange"),
                        f"on the way to {name}.{route_name} nobody is {', '.join(map(str, idle))}: {whose}",
                        "name the addresses that they come by",
                    )
