"""Which known word a wrong one was meant to be."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from network.config.model import Finding, Location

MOST_COMPARED = 100
"""Names that a word is compared with. It costs some microseconds for each, and a file may hold thousands of
wrong words beside thousands of names: of so many only those are compared that begin and are as long alike."""
MOST_NAMED = 60
"""Known names that a fix lists."""


def did_you_mean(key: str, known: Collection[str]) -> str:
    """Return the fix of an unknown key: the nearest known one, else all."""
    return _nearest(key, known) or ("remove it" if not known else f"remove it; known keys: {_listed(known)}")


def unknown(location: Location, kind: str, name: str, known: Mapping[str, object]) -> Finding:
    """Return the finding that a name refers to nothing."""
    fix = _nearest(name, known) or "remove it" + (f", or name one of: {_listed(known)}" if known else "")
    return Finding(location, f"no {kind} is named {name}", fix)


def _nearest(key: str, known: Collection[str]) -> str | None:
    names = sorted(known if len(known) <= MOST_COMPARED else _alike(key, known))
    folded = {name.lower(): name for name in names}
    nearest = difflib.get_close_matches(key.lower().replace("_", ""), folded, n=1, cutoff=0.6)
    return f"did you mean `{folded[nearest[0]]}`?" if nearest else None


def _listed(known: Collection[str]) -> str:
    return ", ".join(sorted(known) if len(known) <= MOST_NAMED else [*islice(known, MOST_NAMED), "…"])


def _alike(key: str, known: Collection[str]) -> Iterable[str]:
    first, length = key[:1].lower(), len(key)
    alike = (name for name in known if name[:1].lower() == first and abs(len(name) - length) <= 2)
    return islice(alike, MOST_COMPARED)
