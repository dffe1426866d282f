"""Services by what suspicions ask of them: the pods behind, and their addresses. Each is looked up once, for
there may be thousands, beside thousands of rules."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address

from network.reachability import bits
from network.reachability.addresses import AddressSet
from network.reachability.analysis import Reachability
from network.reachability.model import Service
from network.reachability.ports import PortSet, Protocol
from network.reachability.selectors import Selector

_SHORT = 8
"""Ports that may stand one by one where they look like a range."""


@dataclass(frozen=True, slots=True)
class Misleading:
    """A port of a Service that is none of its pods'."""

    service: Service
    protocol: Protocol
    number: int
    what: str
    target: int | str
    """The port of the pods."""

    @property
    def place(self) -> int | None:
        """Return where the target is on the line of ports, None if that takes the pods."""
        return _place(self.protocol, self.target) if isinstance(self.target, int) else None


def _misleading(service: Service) -> Iterator[Misleading]:
    for port in service.ports:
        if port.target not in (port.number, port.name):
            yield Misleading(service, port.protocol, port.number, "that", port.target)
        if port.node_port not in (None, port.target):
            yield Misleading(service, port.protocol, port.node_port or 0, "the nodePort", port.target)


def _place(protocol: Protocol, number: int) -> int:
    ((place, _),) = PortSet.of(protocol, number).line
    return place


class Served:
    """The Services of a cluster, as they stand before an analysis' classes of pods."""

    def __init__(self, found: Reachability) -> None:
        self._found = found

    def misleading(self, ports: PortSet, destinations: int) -> Iterator["Misleading"]:
        """Yield ports of Services that are among a set of ports, though the pods behind them that are among
        the destinations listen on others: of each port one Service, that with the lowest pods.

        Long ranges are passed over: in them no single port is meant.
        """
        for first, last in ports.line:
            for at in range(first, last + 1) if last - first < _SHORT else ():
                behind, owners = self._misleading.get(at, (0, {}))
                if hit := behind & destinations:
                    found = owners[bits.first(hit)]
                    if found.place is None or not first <= found.place <= last:
                        yield found

    @cached_property
    def _misleading(self) -> dict[int, tuple[int, dict[int, "Misleading"]]]:
        """By port: the classes behind Services with it that listen on others, and whose these are."""
        found: defaultdict[int, dict[int, Misleading]] = defaultdict(dict)
        for service in self._found.cluster.services:
            wrong = list(_misleading(service))
            if not wrong or not service.selector:
                continue
            pods = self._found.resolved.of_pods(service.namespace, Selector.of(service.selector))
            numbers = bits.members(pods)
            listening = {
                (port.protocol, port.number)
                for number in numbers
                for workload in self._found.classes[number].workloads
                for port in workload.ports
            }
            for each in wrong:
                if (each.protocol, each.number) not in listening:
                    for number in numbers:
                        found[_place(each.protocol, each.number)].setdefault(number, each)
        return {at: (bits.of(list(owners)), owners) for at, owners in found.items()}

    def named(self, name: str, protocol: Protocol, destinations: int) -> Service | None:
        """Return a Service that calls a port so and has pods among the destinations; None: there is none."""
        behind, owners = self._named.get((name, protocol), (0, {}))
        hit = behind & destinations
        return owners[bits.first(hit)] if hit else None

    @cached_property
    def _named(self) -> dict[tuple[str, Protocol], tuple[int, dict[int, Service]]]:
        found: defaultdict[tuple[str, Protocol], dict[int, Service]] = defaultdict(dict)
        for service in self._found.cluster.services:
            names: list[tuple[str, Protocol]] = [
                (port.name, port.protocol) for port in service.ports if port.name is not None
            ]
            if names and service.selector:
                pods = self._found.resolved.of_pods(service.namespace, Selector.of(service.selector))
                for number in bits.members(pods):
                    for each in names:
                        found[each].setdefault(number, service)
        return {name: (bits.of(list(owners)), owners) for name, owners in found.items()}

    def at(self, addresses: AddressSet) -> Service | None:
        """Return the Service with the lowest address among these, None if there is none."""
        places, services = self._places
        for first, last in addresses.line:
            index = bisect_left(places, first)
            if index < len(places) and places[index] <= last:
                return services[index]
        return None

    @cached_property
    def _places(self) -> tuple[list[int], list[Service]]:
        found: dict[int, Service] = {}
        for service in self._found.cluster.services:
            for address in service.addresses:
                ((place, _),) = AddressSet.of(str(ip_address(address))).line
                found.setdefault(place, service)
        places = sorted(found)
        return places, [found[place] for place in places]
