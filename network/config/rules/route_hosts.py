"""Hosts of routes: each with a certificate and a record, the many of tenants too (ING-7)."""

from collections.abc import Iterable, Iterator

from network.config.applications import Application
from network.config.applications.asked import AskedHost, asked_hosts
from network.config.applications.host_patterns import (
    covered,
    fits,
    is_expression,
    is_pattern,
    is_wildcard,
)
from network.config.certificates import Certificates
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.observability import Observability
from network.config.rules import certificates as covering
from network.config.rules.routes import located
from network.config.zones import DeclaredZone, has_certificate, inside, zone_of, zones

Applications = dict[str, Application]


def hosts_are_covered(
    external: External, certificates: Certificates, applications: Applications
) -> Iterator[Finding]:
    """A host without a certificate is refused by Traefik (sniStrict) or shows a wrong one."""
    names, own = covering.covered_names(certificates, external.dns), zones(external.dns)
    for asked in asked_hosts(applications):
        if not asked.has_certificate:
            continue
        if is_expression(asked.host):
            yield from _uncovered_expression(asked.location, asked.host, names)
        elif not any(covering.covers(pattern, asked.host) for pattern in names):
            zone = zone_of(asked.host, own) or own[0]
            fix = f"use a host directly in {zone.name}, or add a certificate to certificates.named"
            if zone.key and not has_certificate(zone, certificates.wildcard):
                fix = f"remove `certificate: false` from {zone.path}, or add one to certificates.named"
            if is_wildcard(asked.host):
                fix = f'add a certificate with `dnsNames: ["{asked.host}"]` to certificates.named'
            yield Finding(asked.location, "no certificate covers the host (a wildcard covers one label)", fix)


def _uncovered_expression(here: Location, host: str, names: list[str]) -> Iterator[Finding]:
    """Yield an expression that also fits names without a certificate, which Traefik refuses before it reads
    a request."""
    decided = covered(names, host)
    if decided is None:
        yield Finding(
            here,
            "which names it fits cannot be decided: flags, word boundaries and classes of Unicode are not "
            "read, and it must not grow too large",
            r"write it with literals, classes and counts, like `^[a-z0-9-]{1,40}\.tenants\.example\.org$`",
        )
    elif not decided:
        yield Finding(
            here,
            "it fits names that no certificate covers (a wildcard covers one label)",
            r"let it fit one label, `[a-z0-9-]+`, below a domain whose wildcard stands in a certificate",
        )


def hosts_resolve(external: External, ingress: Ingress, applications: Applications) -> Iterator[Finding]:
    """A record leads to each host of a zone; the wildcard does not answer for names at or below one that
    exists (RFC 4592). What is of no zone is somebody else's to record."""
    own = zones(external.dns)
    for asked in asked_hosts(applications):
        zone = None if asked.is_internal(ingress.entry_points) else zone_of(asked.host, own)
        if zone is None:
            continue
        if is_expression(asked.host):
            yield from _unresolved_expression(asked, zone, own)
        elif is_wildcard(asked.host):
            yield from _unresolved_wildcard(asked, zone)
        else:
            yield from _unresolved_name(asked, zone, own)


def _unresolved_name(asked: AskedHost, zone: DeclaredZone, own: Iterable[DeclaredZone]) -> Iterator[Finding]:
    dns, relative = zone.says, zone.relative(asked.host)
    if asked.host == zone.name:
        if not dns.apex:
            yield Finding(
                asked.location,
                "no record leads to the zone itself",
                f"remove `apex: false` from {zone.path}",
            )
        return
    if relative in (*dns.hosts, *dns.internal_hosts):
        return
    if not dns.wildcard:
        yield Finding(asked.location, "no record leads to it", f"add {relative} to {zone.path}.hosts")
        return
    existing = _existing(zone, own)
    shadow = next((name for name in _with_ancestors(relative) if name in existing), None)
    if shadow and not (shadow != relative and f"*.{shadow}" in dns.hosts):
        yield Finding(
            asked.location,
            f"the wildcard record does not answer for it, since {existing[shadow]} makes {shadow} exist",
            f"add {relative} to {zone.path}.hosts",
        )


def _existing(zone: DeclaredZone, own: Iterable[DeclaredZone]) -> dict[str, str]:
    """Return the names that exist in a zone, relative to it, with what makes them: records, and the records
    of name servers that lead to a zone within it."""
    told = {
        upper: f"{zone.path}.{key}"
        for key, hosts in (("internalHosts", zone.says.internal_hosts), ("hosts", zone.says.hosts))
        for host in hosts
        for upper in _with_ancestors(host)
    }
    within = (other for other in own if other.name != zone.name and inside(zone.name, other.name))
    for other in within:
        for upper in _with_ancestors(zone.relative(other.name)):
            told.setdefault(upper, other.path)
    return told


def _unresolved_wildcard(asked: AskedHost, zone: DeclaredZone) -> Iterator[Finding]:
    """Yield a wildcard for which no wildcard record answers. Below the zone itself the zone's own does;
    further down it stops where a name comes to exist, if for a challenge."""
    relative = zone.relative(asked.host)
    if relative not in zone.says.internal_hosts and asked.host not in _recorded(zone):
        fix = f"remove `wildcard: false` from {zone.path}"
        if relative != "*":
            fix = f'add "{relative}" to {zone.path}.hosts'
        yield Finding(asked.location, "no record leads to all of its names", fix)


def _unresolved_expression(
    asked: AskedHost, zone: DeclaredZone, own: Iterable[DeclaredZone]
) -> Iterator[Finding]:
    """Yield an expression of a zone with names to which none of all records leads."""
    recorded = [name for each in own for name in _recorded(each)]
    # A zone directly within another is no name of that one's wildcard.
    bare = any(fits(asked.host, each.name) and not each.says.apex for each in own)
    if bare or covered(recorded, asked.host) is not True:
        yield Finding(
            asked.location,
            "no record leads to all of its names",
            f'add the wildcard that they are of to {zone.path}.hosts, such as "*.tenants"',
        )


def _recorded(zone: DeclaredZone) -> list[str]:
    """Return the names and wildcards that have a record of the public load balancer."""
    dns = zone.says
    apex, wildcard = [zone.name] if dns.apex else [], [f"*.{zone.name}"] if dns.wildcard else []
    return [*apex, *wildcard, *map(zone.absolute, dns.hosts)]


def _with_ancestors(host: str) -> list[str]:
    """Return a relative host and each name between it and the zone."""
    labels = host.split(".")
    return [".".join(labels[index:]) for index in range(len(labels))]


def many_hosts_are_asked_by_one(
    observability: Observability | None, applications: Applications
) -> Iterator[Finding]:
    """What nobody can ask, nobody can watch."""
    for here, route in located(applications):
        if observability is not None and any(map(is_pattern, route.all_hosts)) and route.probe.host is None:
            yield Finding(
                (*here, "probe", "host"),
                "network:observability asks each route, and a wildcard or expression is no name to ask",
                "name one that always answers, such as `probe: { host: demo.tenants.example.org }`",
            )
