"""What the matrix and the graph share: texts, colours, and what they stand for."""

from collections.abc import Iterable

from network import svg
from network.reachability.ports import PROTOCOLS, PortSet
from network.reachability.render.peers import Cell

SIZE, TITLE_SIZE = 11, 18
LETTER = 6.8
"""Width of a letter at 11 px in the pictures' fonts, on the safe side: DejaVu's are 0.602 of their size."""
GREY, LIGHT, DARK = "#9aa5b1", "#e4e9ee", "#1f2933"
UNDECIDED = "#f7f3e3"
"""Of pairs that no policy decides about."""
OPEN, OPENED, CLOSED, BOTH, ALL_OPEN = "#1d6fb8", "#1a8f4a", "#c4314b", "#8a5a00", "#0b3d66"
SHORTEST = 30
"""Letters of a label of ports beyond which the rest is only in the title that a pointer shows."""


def document(title: str, width: float, height: float, body: Iterable[str]) -> str:
    """Return a whole picture, at least as wide as its title."""
    width = max(width, 40 + len(title) * LETTER * TITLE_SIZE / SIZE)
    head = text(20, 32, title, size=TITLE_SIZE, weight="bold")
    return svg.document(title, width, height, (head, *body), font_size=SIZE)


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: int = SIZE,
    weight: str = "",
    colour: str = DARK,
    **more: str | float,
) -> str:
    """Return one line of text."""
    if weight:
        more = {"font_weight": weight, **more}
    return svg.element("text", content, x=float(x), y=float(y), font_size=size, fill=colour, **more)


def with_note(words: str, note: str) -> str:
    """Return a line of words with what was put together in the picture."""
    return f"{words} ({note})" if note else words


def legend(x: float, y: float, compares: bool, *, undecided: bool = False) -> str:
    """Return what the colours mean."""
    meanings = (
        {OPENED: "+ opened", CLOSED: "− closed", BOTH: "± some opened, some closed", GREY: "as before"}
        if compares
        else {OPEN: "some ports", ALL_OPEN: "all ports"}
    )
    if undecided:
        meanings = {
            **meanings,
            LIGHT: "closed" if not compares else "closed as before",
            UNDECIDED: "not analysed",
        }
    drawn = ""
    for colour, meaning in meanings.items():
        drawn += svg.element("rect", x=float(x), y=float(y - 9), width=10, height=10, fill=colour)
        drawn += text(x + 16, y, meaning)
        x += 16 + len(meaning) * LETTER + 24
    return drawn


def colour(cell: Cell, *, compares: bool) -> str:
    """Return a connection's colour; where versions are compared, only what differs has one."""
    if cell.opened and cell.closed:
        return BOTH
    if cell.opened:
        return OPENED
    if cell.closed:
        return CLOSED
    if compares:
        return GREY
    return ALL_OPEN if str(cell.ports) == "all ports" else OPEN


def sign(cell: Cell) -> str:
    """Return a sign of what differs, for whoever cannot tell red from green; nothing if nothing does."""
    if cell.opened and cell.closed:
        return "±"
    return "+" if cell.opened else "−" if cell.closed else ""


def label(ports: PortSet) -> str:
    """Return ports in few letters: TCP is left unsaid."""
    if str(ports) == "all ports":
        return "all"
    parts: list[str] = []
    for protocol, first, last in ports.ranges():
        number = str(first) if first == last else "all" if last - first > 60_000 else f"{first}-{last}"
        parts.append(number if protocol == PROTOCOLS[0] else f"{protocol.lower()} {number}")
    whole = ", ".join(parts)
    return whole if len(whole) <= SHORTEST else f"{whole[: SHORTEST - 1]}…"


def described(cell: Cell) -> str:
    """Return everything about a connection in words."""
    parts = [str(cell.ports)] if cell.ports else []
    parts += [f"opened: {cell.opened}"] if cell.opened else []
    parts += [f"closed: {cell.closed}"] if cell.closed else []
    return "; ".join(parts)
