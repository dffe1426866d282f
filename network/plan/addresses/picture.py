"""The address plan as a picture (SVG)."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from network import svg
from network.config.ranges import POD_PREFIX_PER_NODE, PODS_PER_NODE, PRIVATE
from network.plan.addresses import AddressPlan

WIDTH, MARGIN = 960, 40
BAR, LANE, GAP = 30, 18, 34
"""Heights: of a bar, of a line of labels, and between blocks."""
THINNEST = 3
"""Width that a range has at least, so that a /24 in a /8 can be seen."""
LETTER = 7.2
"""Width of a letter of the labels (12 px, monospace)."""
COLOURS = {
    "own": "#1d6fb8",
    "other": "#8a6d3b",
    "reserved": "#8c8c8c",
    "free": "#eef3f7",
}


@dataclass(frozen=True)
class _Mark:
    """A range to draw."""

    name: str
    network: IPv4Network
    kind: str

    @property
    def label(self) -> str:
        return f"{self.name} {self.network}"


def picture(plan: AddressPlan, title: str) -> str:
    """Return the plan as SVG: each private block as a bar, the ranges in it to scale and named."""
    body: list[str] = []
    y = 90
    for block in PRIVATE:
        marks = [mark for mark in _marks(plan) if mark.network.overlaps(block)]
        drawn, height = _block(block, marks, y)
        body += drawn
        y += height + GAP
    for line in _capacity(plan):
        body.append(_text(MARGIN, y, line, size=14))
        y += 24
    head = _text(MARGIN, 36, title, size=20, weight="bold")
    return svg.document(title, WIDTH, y + 10, [head, _legend(62), *body])


def _marks(plan: AddressPlan) -> list[_Mark]:
    own = [
        _Mark("VPC (nodes)", plan.vpc, "own"),
        _Mark("pods", plan.pods, "own"),
        _Mark("Services", plan.services, "own"),
    ]
    others = [_Mark(name, network, "other") for name, network in plan.others.items()]
    reserved = [_Mark("reserved", network, "reserved") for network in plan.reserved]
    return sorted(reserved + others + own, key=lambda mark: mark.network.network_address)


def _block(block: IPv4Network, marks: list[_Mark], y: int) -> tuple[list[str], int]:
    """Return the drawing of one private block at height y, and how high it is."""
    scale = (WIDTH - 2 * MARGIN) / block.num_addresses
    drawn = [
        _text(MARGIN, y + 14, str(block), weight="bold"),
        _box(MARGIN, y + 22, WIDTH - 2 * MARGIN, COLOURS["free"]),
    ]
    bottom = y + 22 + BAR
    lefts: list[tuple[float, _Mark]] = []
    for mark in marks:
        shown = mark.network if mark.network.subnet_of(block) else block
        left = MARGIN + (int(shown[0]) - int(block[0])) * scale
        width = max(shown.num_addresses * scale, THINNEST)
        drawn.append(_box(left, y + 22, width, COLOURS[mark.kind]))
        lefts.append((left, mark))
    lanes: list[list[tuple[float, float]]] = []
    for left, start, mark in _labels(lefts):
        end = start + len(mark.label) * LETTER
        lane = _lane(lanes, start - LETTER, end + LETTER)
        baseline = bottom + (lane + 1) * LANE
        colour = COLOURS[mark.kind]
        line = f"M{left + 1:.1f} {bottom}V{baseline}"
        drawn.append(svg.element("path", d=line, stroke=colour, fill="none"))
        drawn.append(_text(start, baseline, mark.label, colour=colour))
    return drawn, 22 + BAR + len(lanes) * LANE


def _labels(lefts: list[tuple[float, _Mark]]) -> Iterator[tuple[float, float, _Mark]]:
    """Yield marks with where their labels start, in the order that keeps lines off labels.

    A label stands to the right of its line, or to the left where it would leave the picture. Those to
    the right take lanes from right to left, the others from left to right.
    """
    beside = LETTER / 2
    fits = [(left, mark) for left, mark in lefts if left + len(mark.label) * LETTER < WIDTH - MARGIN]
    for left, mark in reversed(fits):
        yield left, left + 1 + beside, mark
    for left, mark in lefts:
        if (left, mark) not in fits:
            yield left, left - beside - len(mark.label) * LETTER, mark


def _lane(lanes: list[list[tuple[float, float]]], start: float, end: float) -> int:
    """Return the first lane where nothing stands between start and end, and take the place."""
    for number, lane in enumerate(lanes):
        if all(end <= other_start or start >= other_end for other_start, other_end in lane):
            lane.append((start, end))
            return number
    lanes.append([(start, end)])
    return len(lanes) - 1


def _capacity(plan: AddressPlan) -> Iterator[str]:
    capacity = plan.capacity
    yield (
        f"Nodes: {capacity.planned}; room for "
        f"{capacity.nodes_by_vpc:,} in the VPC and {capacity.nodes_by_pods:,} in the pod range "
        f"(/{POD_PREFIX_PER_NODE} each)"
    )
    yield f"Pods: {PODS_PER_NODE} on a node, {capacity.pods:,} on all that fit"
    yield f"Services: {capacity.services:,}"
    yield f"Cluster DNS {plan.cluster_dns}, VPC router {plan.router}, VPC resolver {plan.resolver}"


def _legend(y: int) -> str:
    texts = {
        "own": "this environment",
        "other": "others to stay apart from",
        "reserved": "kept by DigitalOcean",
    }
    drawn, x = "", float(MARGIN)
    for kind, text in texts.items():
        drawn += svg.element("rect", x=x, y=y - 11, width=12, height=12, fill=COLOURS[kind])
        drawn += _text(x + 18, y, text)
        x += 18 + (len(text) + 3) * LETTER
    return drawn


def _box(x: float, y: int, width: float, colour: str) -> str:
    return svg.element("rect", x=float(x), y=y, width=float(width), height=BAR, fill=colour)


def _text(
    x: float, y: int, text: str, *, size: int = 12, weight: str = "normal", colour: str = "#222"
) -> str:
    return svg.element("text", text, x=float(x), y=y, font_size=size, font_weight=weight, fill=colour)
