"""Who reaches whom as a graph (SVG): sources to the left, destinations to the right, lines between them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from network import svg
from network.reachability.render import drawing
from network.reachability.render.peers import Cell, Picture, Place

LINE = 20
TOP = 100
MARGIN = 20
GROUP_GAP = 26
"""Room above the first peer of a group for its name."""
BETWEEN = 380
"""Between the two columns."""

Connection = tuple[tuple[Place, Place], Cell]


def graph(picture: Picture, title: str) -> str:
    """Return the picture as SVG: where two versions are compared, only what changes has a colour."""
    lefts, rights = picture.sources, picture.destinations
    left_width, right_width = _width(lefts), _width(rights)
    start = MARGIN + left_width + 14
    end = start + BETWEEN
    ys, left_bottom = _positions(lefts)
    right_ys, right_bottom = _positions(rights)
    # What changes is drawn last, over the rest.
    lines = sorted(picture.cells.items(), key=lambda line: (line[1].changed, line[0]))
    return drawing.document(
        title,
        max(end + 14 + right_width + MARGIN, 480),
        max(left_bottom, right_bottom) + MARGIN,
        [
            drawing.text(
                MARGIN,
                52,
                drawing.with_note(
                    "from left to right: who connects to whom, on which ports (TCP)", picture.note
                ),
            ),
            drawing.legend(MARGIN, 70, picture.compares),
            *(_drawn(line, start, end, ys, right_ys, picture.compares) for line in lines),
            *_column(lefts, ys, start - 8, "end"),
            *_column(rights, right_ys, end + 8, "start"),
            *_labels(lines, end, right_ys, picture.compares),
        ],
    )


def _width(places: Sequence[Place]) -> float:
    return max((len(text) for each in places for text in (each.name, each.group)), default=0) * drawing.LETTER


def _positions(places: Sequence[Place]) -> tuple[dict[Place, float], float]:
    at: dict[Place, float] = {}
    y = float(TOP)
    group = None
    for place in places:
        if place.group != group:
            y += GROUP_GAP if group is not None else 14
            group = place.group
        at[place] = y
        y += LINE
    return at, y


def _column(places: Sequence[Place], ys: dict[Place, float], x: float, anchor: str) -> Iterator[str]:
    group = None
    for place in places:
        if place.group != group:
            group = place.group
            yield drawing.text(x, ys[place] - 14, group, weight="bold", text_anchor=anchor)
        yield drawing.text(x, ys[place] + 4, place.name, text_anchor=anchor)


def _drawn(
    line: Connection,
    start: float,
    end: float,
    ys: dict[Place, float],
    right_ys: dict[Place, float],
    compares: bool,
) -> str:
    (source, destination), cell = line
    y, there = ys[source], right_ys[destination]
    middle = (start + end) / 2
    words = f"{source.name} to {destination.name}: {drawing.described(cell)}"
    dashed = {"stroke_dasharray": "5 3"} if cell.closed and not cell.ports else {}
    width = 2 if cell.changed or not compares else 1
    return svg.titled(
        "path",
        words,
        d=f"M{start:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {there:.1f} {end:.1f} {there:.1f}",
        fill="none",
        stroke=drawing.colour(cell, compares=compares),
        stroke_width=width,
        stroke_opacity="0.75",
        **dashed,
    )


def _labels(
    lines: Sequence[Connection], end: float, right_ys: dict[Place, float], compares: bool
) -> Iterator[str]:
    """Yield the ports at each destination, once: those that differ, where versions are compared."""
    ports: defaultdict[Place, dict[str, None]] = defaultdict(dict)
    for (_, destination), cell in lines:
        if not compares:
            ports[destination][drawing.label(cell.ports)] = None
        ports[destination].update(dict.fromkeys(_changed_ports(cell)))
    for place, shown in ports.items():
        content = " | ".join(shown)
        x = end - 6
        yield drawing.text(
            x,
            right_ys[place] - 3,
            content,
            size=9,
            text_anchor="end",
            paint_order="stroke",
            stroke="white",
            stroke_width=3,
        )


def _changed_ports(cell: Cell) -> Iterator[str]:
    if cell.opened:
        yield f"+{drawing.label(cell.opened)}"
    if cell.closed:
        yield f"−{drawing.label(cell.closed)}"
