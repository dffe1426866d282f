"""What a layer has that ends, what its pods take of nodes, and what it costs (ADM-5).

Each layer brings its own beside its flows; `network/capacity/` lays them together, so no list of them is kept
anywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from network.config.quantities import mebibytes, millicores


@dataclass(frozen=True)
class Load:
    """What clients ask for at once."""

    requests: float
    """A second."""
    connections: float
    """Open at the same time."""
    handshakes: float
    """New connections by TLS a second, none of them resumed."""
    megabits: float
    """A second, of requests and answers."""

    def times(self, factor: float) -> "Load":
        """Return as many times of everything."""
        return Load(
            self.requests * factor,
            self.connections * factor,
            self.handshakes * factor,
            self.megabits * factor,
        )


@dataclass(frozen=True)
class Need:
    """How much of a limit is needed. It grows with every part of a load, or stays: never falls."""

    fixed: float = 0
    """Whatever is asked for."""
    request: float = 0
    """For each request a second."""
    connection: float = 0
    """For each open connection."""
    handshake: float = 0
    """For each new connection by TLS a second."""
    megabit: float = 0
    """For each megabit a second."""
    at_most: float | None = None
    """However much is asked for, where something else bounds it."""

    def at(self, load: Load) -> float:
        """Return what a load needs."""
        needed = (
            self.fixed
            + self.request * load.requests
            + self.connection * load.connections
            + self.handshake * load.handshakes
            + self.megabit * load.megabits
        )
        return needed if self.at_most is None else min(needed, self.at_most)


@dataclass(frozen=True)
class Limit:
    """Something that ends."""

    name: str
    """Unique in the stack; never given to another limit, for reviews compare by it."""
    unit: str
    """Of what it holds and what is needed."""
    holds: float | None
    """While every node is there. None where no table tells."""
    need: Need
    raised_by: str
    """Key of the stack file, such as `ingress.scale.maxReplicas`; else what raises it."""
    price: str
    """What more of it costs, in words."""
    without_a_node: float | None = None
    """What it holds with one node gone; as much, where absent."""
    today: str | None = None
    """PromQL of what is used now, in the limit's unit; nobody measures it, where absent."""

    def held(self, *, node_gone: bool) -> float | None:
        """Return what it holds."""
        return self.without_a_node if node_gone and self.without_a_node is not None else self.holds


@dataclass(frozen=True)
class Taken:
    """What equal pods ask of the nodes that they run on."""

    name: str
    """Of the pods; unique in the stack."""
    millicores: int
    """That each requests."""
    mebibytes: int
    """The same of memory."""
    pods: int = 1
    """How many there are, at least; where `on_each_node`, of each node."""
    on_each_node: bool = False
    more: Need = Need()
    """How many more an autoscaler makes of a load."""
    most: int | None = None
    """How many it makes at most; none more, where absent."""


@dataclass(frozen=True)
class Charge:
    """What DigitalOcean bills by the month."""

    name: str
    """Unique in the stack."""
    dollars: float | None
    """A month, for each. None where no table tells."""
    fewest: float = 1
    most: float | None = None
    """How many there are; as many as at least, where absent."""
    size: str | None = None
    """Slug of a Droplet size, whose price the API tells too."""

    def priced(self, prices: Mapping[str, float]) -> float | None:
        """Return the price of each, by the API's prices where they have it."""
        return self.dollars if self.size is None else prices.get(self.size, self.dollars)


def taken_of(name: str, resources: Mapping[str, Mapping[str, str]], pods: int = 1) -> Taken:
    """Return what pods of one container take, whose `resources` are in Kubernetes' notation."""
    requests = resources["requests"]
    return Taken(name, millicores(requests["cpu"]), mebibytes(requests["memory"]), pods)
