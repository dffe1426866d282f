"""Who reaches whom as a matrix (SVG): a row for each source, a column for each destination."""

from collections.abc import Iterator, Sequence

from network import svg
from network.reachability.render import drawing
from network.reachability.render.peers import Picture, Place

CELL = 22
TOP = 84
MARGIN = 20
GROUP_GAP = 8
"""Between peers of different namespaces."""


def matrix(picture: Picture, title: str) -> str:
    """Return the picture as SVG. A cell's ports are in its title, which a browser shows under the pointer."""
    rows, columns = picture.sources, picture.destinations
    left = MARGIN + (max((len(_name(each)) for each in rows), default=0) + 1) * drawing.LETTER
    head = TOP + (max((len(_name(each)) for each in columns), default=0) + 1) * drawing.LETTER
    xs, right = _positions(columns, left)
    ys, bottom = _positions(rows, head)
    return drawing.document(
        title,
        max(right + MARGIN, 520),
        bottom + MARGIN,
        [
            drawing.text(MARGIN, 52, drawing.with_note("rows: who connects; columns: to whom", picture.note)),
            drawing.legend(MARGIN, 70, picture.compares, undecided=bool(picture.undecided)),
            *_frame(picture, xs, ys, left, head),
            *_cells(picture, xs, ys),
        ],
    )


def _positions(places: Sequence[Place], start: float) -> tuple[dict[Place, float], float]:
    at: dict[Place, float] = {}
    group = places[0].group if places else ""
    for place in places:
        if place.group != group:
            start += GROUP_GAP
            group = place.group
        at[place] = start
        start += CELL
    return at, start


def _frame(
    picture: Picture,
    xs: dict[Place, float],
    ys: dict[Place, float],
    left: float,
    head: float,
) -> Iterator[str]:
    rows, columns = picture.sources, picture.destinations
    for row in rows:
        yield drawing.text(left - 6, ys[row] + 15, _name(row), text_anchor="end")
    for column in columns:
        x = xs[column] + 15
        turned = f"rotate(-90 {x:.1f} {head - 6:.1f})"
        yield drawing.text(x, head - 6, _name(column), transform=turned)
    for row in rows:
        for column in columns:
            yield svg.element("rect", **_square(xs[column], ys[row]), fill=_background(picture, row, column))


def _background(picture: Picture, row: Place, column: Place) -> str:
    """Return a colour for what is closed, another for what is not analysed."""
    if row in picture.undecided and column in picture.undecided:
        return drawing.UNDECIDED
    return drawing.LIGHT if row != column else "white"


def _cells(picture: Picture, xs: dict[Place, float], ys: dict[Place, float]) -> Iterator[str]:
    for (source, destination), cell in sorted(picture.cells.items()):
        words = f"{_name(source)} to {_name(destination)}: {drawing.described(cell)}"
        square = _square(xs[destination], ys[source])
        yield svg.titled("rect", words, **square, fill=drawing.colour(cell, compares=picture.compares))
        if sign := drawing.sign(cell):
            x, y = xs[destination] + (CELL - 2) / 2, ys[source] + (CELL - 2) / 2 + 4
            # A pointer on the sign is to find the cell's title.
            yield drawing.text(
                x, y, sign, weight="bold", colour="white", text_anchor="middle", pointer_events="none"
            )


def _square(x: float, y: float) -> dict[str, float]:
    return {"x": float(x), "y": float(y), "width": CELL - 2, "height": CELL - 2}


def _name(place: Place) -> str:
    return f"{place.group}: {place.name}"
