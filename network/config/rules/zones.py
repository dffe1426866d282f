"""Zones: apart from each other, and what an adopted one gets that others may have a say in (EXT-2)."""

from collections.abc import Iterator

from network.config.external import External
from network.config.model import Finding, Location
from network.config.zones import DeclaredZone, zone_of, zones


def zones_are_apart(external: External) -> Iterator[Finding]:
    """Of two zones of one name each would be made, and hold the same records."""
    known: dict[str, DeclaredZone] = {}
    for zone in zones(external.dns):
        other = known.setdefault(zone.name, zone)
        if other is not zone:
            yield Finding(
                (*zone.location, "zone"),
                f"{other.path} is this zone already",
                f"name another, or remove {zone.path}",
            )


def records_are_in_the_deepest_zone(external: External) -> Iterator[Finding]:
    """Name servers answer for a name out of the deepest zone; a record above it nobody finds."""
    own = zones(external.dns)
    for zone in own:
        named = (("hosts", zone.says.hosts), ("internalHosts", zone.says.internal_hosts))
        for key, index, host in ((key, *each) for key, hosts in named for each in enumerate(hosts)):
            deepest = zone_of(zone.absolute(host), own)
            if deepest is not None and deepest.name != zone.name:
                relative = deepest.relative(zone.absolute(host))
                there = {deepest.name: "apex", "*": "wildcard"}.get(relative)
                instead = f"{there} of {deepest.path}" if there else f"{relative} in {deepest.path}.{key}"
                fix = f"remove it here, in favour of {instead}"
                yield _never_found((*zone.location, key, index), zone, deepest, fix)
    for name, host in external.cdn_hosts.items():
        deepest = zone_of(host, own)
        if deepest is not None and deepest.name != external.dns.zone:
            fix = f"choose a host that is not within {deepest.name}"
            yield _never_found(("external", "cdn", name, "domain", "host"), own[0], deepest, fix)


def _never_found(location: Location, zone: DeclaredZone, deepest: DeclaredZone, fix: str) -> Finding:
    return Finding(
        location,
        f"{deepest.path} is about {deepest.name}, out of which the name is answered: a record in "
        f"{zone.name} would never be found",
        fix,
    )


def adopted_zones_get_only_what_is_asked_for(external: External) -> Iterator[Finding]:
    """Warn of records that an adopted zone gets although the stack file does not name them."""
    for zone in zones(external.dns):
        if zone.says.mode == "adopt":
            yield from _unasked(zone)


def _unasked(zone: DeclaredZone) -> Iterator[Finding]:
    dns = zone.says
    told = {
        "apex": (dns.apex, f"the adopted zone's own name {zone.name} gets an address beside any that it has"),
        "wildcard": (
            dns.wildcard,
            f"every name without a record in the adopted zone {zone.name} gets an address",
        ),
    }
    for key, (published, rule) in told.items():
        if published and key not in dns.model_fields_set:
            yield Finding((*zone.location, key), rule, f"write `{key}: true` or `{key}: false`")
    if dns.caa.publish and "publish" not in dns.caa.model_fields_set:
        yield Finding(
            (*zone.location, "caa"),
            f"the adopted zone gets CAA records: no authority but Let's Encrypt may issue for any name below "
            f"{zone.name}, others' included",
            "write `caa: { publish: true }` or `caa: { publish: false }`",
        )
