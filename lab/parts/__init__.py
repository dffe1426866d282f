"""The real programs that the lab runs, and the images made of them.

Each is taken from the cache or from PATH at the pinned version, else built from source or installed
from a package. `python -m lab.parts` makes all of them, `python -m lab.parts --list` shows them.
"""

from lab.parts.catalogue import every_part
from lab.parts.provide import ensure
from lab.parts.recipe import Part, PartError

__all__ = ["Part", "PartError", "ensure", "every_part"]
