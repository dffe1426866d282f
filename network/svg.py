"""Pictures in SVG: what all of them are made of."""

from collections.abc import Iterable
from html import escape

FONT = "ui-monospace, Menlo, Consolas, monospace"


def document(title: str, width: float, height: float, body: Iterable[str], **attributes: str | float) -> str:
    """Return a whole picture; on white, wherever it is shown. Attributes hold for all that is in it."""
    size = {"width": round(width), "height": round(height)}
    start = _start(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size['width']} {size['height']}",
        font_family=FONT,
        **attributes,
        role="img",
        aria_label=title,
    )
    return f"<{start}>\n{element('rect', **size, fill='white')}{''.join(body)}</svg>\n"


def element(name: str, content: str | None = None, /, **attributes: str | float) -> str:
    """Return an element on a line of its own, with text in it if any.

    Underscores in names of attributes stand for hyphens. Whole numbers are written as they are, others to a
    tenth: less than a tenth of a pixel nobody sees.
    """
    start = _start(name, **attributes)
    return f"<{start}/>\n" if content is None else f"<{start}>{escape(content)}</{name}>\n"


def titled(name: str, title: str, /, **attributes: str | float) -> str:
    """Return an element with what a browser shows where the pointer is on it."""
    return f"<{_start(name, **attributes)}><title>{escape(title)}</title></{name}>\n"


def _start(name: str, /, **attributes: str | float) -> str:
    return " ".join(
        (name, *(f'{key.replace("_", "-")}="{_value(each)}"' for key, each in attributes.items()))
    )


def _value(value: str | float) -> str:
    return f"{value:.1f}" if isinstance(value, float) else escape(str(value))
