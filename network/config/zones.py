"""The stack's zones, and of which of them a name is (EXT-2, CRT-6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from network.config.applications.host_patterns import is_expression, is_within
from network.config.errors import path_of
from network.config.external import Dns, FurtherZone, Zone
from network.config.model import Location


@dataclass(frozen=True)
class DeclaredZone:
    """A zone, and where the stack file says it."""

    key: str
    """In `furtherZones`; empty for the first zone."""
    says: Zone

    @property
    def name(self) -> str:
        """Domain name of the zone."""
        return self.says.zone

    @property
    def location(self) -> Location:
        """Where it stands in the stack file."""
        return ("external", "dns", *(("furtherZones", self.key) if self.key else ()))

    @property
    def path(self) -> str:
        """The same in words."""
        return path_of(self.location)

    def holds(self, host: str) -> bool:
        """Say whether a host is the zone's apex or lies below it; of an expression, whether some name does,
        also where that is undecided."""
        return is_within(self.name, host) if is_expression(host) else inside(self.name, host)

    def absolute(self, host: str) -> str:
        """Return a name that is relative to the zone as a whole one."""
        return f"{host}.{self.name}"

    def relative(self, host: str) -> str:
        """Return the zone's part of a name taken off."""
        return host.removesuffix(f".{self.name}")


def zones(dns: Dns) -> tuple[DeclaredZone, ...]:
    """Return every zone of the stack, the first one first."""
    further = (DeclaredZone(key, zone) for key, zone in dns.further_zones.items())
    return (DeclaredZone("", dns), *further)


def zone_of(host: str, among: Iterable[DeclaredZone]) -> DeclaredZone | None:
    """Return the zone that answers for a host: the deepest that holds it. None is somebody else's."""
    holding = [zone for zone in among if zone.holds(host)]
    return max(holding, key=lambda zone: len(zone.name), default=None)


def governing_zone(host: str, dns: Dns) -> DeclaredZone | None:
    """Return the zone whose CAA records say who may issue for a host: the deepest that has any (RFC 8659)."""
    return zone_of(host, [zone for zone in zones(dns) if zone.says.caa.publish])


def inside(zone: str, name: str) -> bool:
    """Say whether the name is the zone's apex or lies below it."""
    return name == zone or name.endswith("." + zone)


def named(stem: str, key: str) -> str:
    """Return what something of a zone is called: of the first by the stem alone."""
    return f"{stem}-{key}" if key else stem


def has_certificate(zone: DeclaredZone, first: bool) -> bool:
    """Say whether apex and wildcard of a zone are issued; of the first, `certificates.wildcard` says it."""
    return zone.says.certificate if isinstance(zone.says, FurtherZone) else first
