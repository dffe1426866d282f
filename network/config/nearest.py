"""Which known word a wrong one was meant to be."""

import difflib
from collections.abc import Iterable, Mapping

from network.config.model import Finding, Location


def did_you_mean(key: str, known: Iterable[str]) -> str:
    """Return the fix of an unknown key: the nearest known one, else all."""
    names = sorted(known)
    folded = {name.lower(): name for name in names}
    nearest = difflib.get_close_matches(key.lower().replace("_", ""), folded, n=1, cutoff=0.6)
    if nearest:
        return f"did you mean `{folded[nearest[0]]}`?"
    return "remove it; known keys: " + ", ".join(names) if names else "remove it"


def unknown(location: Location, kind: str, name: str, known: Mapping[str, object]) -> Finding:
    """Return the finding that a name refers to nothing."""
    return Finding(location, f"no {kind} is named {name}", did_you_mean(name, known))
