"""Services by what suspicions ask of them: the pods behind, and their addresses. Each is looked up once, for
there may be thousands, beside thousands of rules."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from ipaddress import ip_address

from network.reachability import bits
from network.reachability.addresses import AddressSet
from network.reachability.analysis import Reachability
from network.reachability.model import Service, ServicePort
from network.reachability.ports import PortSet
from network.reachability.selectors import Selector

Pair = tuple[int, int]
"""First and last of a range, on the line of a set of ports or of addresses."""


class Served:
    """The Services of a cluster, as they stand before an analysis' classes of pods."""

    def __init__(self, found: Reachability) -> None:
        self._found = found

    def misleading(self, ports: PortSet, destinations: int) -> Iterator[tuple[Service, ServicePort]]:
        """Yield Services, with the port of theirs that is in a set as one port, though the pods behind them
        that are among the destinations listen on others: one Service of each port, with the lowest pods."""
        for pair in ports.line:
            behind, owners = self._misleading.get(pair, (0, {}))
            if hit := behind & destinations:
                yield owners[bits.first(hit)]

    @cached_property
    def _misleading(self) -> dict[Pair, tuple[int, dict[int, tuple[Service, ServicePort]]]]:
        """By port: the classes behind Services with it that listen on others, and whose these are."""
        found: defaultdict[Pair, dict[int, tuple[Service, ServicePort]]] = defaultdict(dict)
        for service in self._found.cluster.services:
            wrong = [port for port in service.ports if port.target not in (port.number, port.name)]
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
            for port in wrong:
                if (port.protocol, port.number) not in listening:
                    (pair,) = PortSet.of(port.protocol, port.number).line
                    for number in numbers:
                        found[pair].setdefault(number, (service, port))
        return {pair: (bits.of(list(owners)), owners) for pair, owners in found.items()}

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
