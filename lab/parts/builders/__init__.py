"""One module per way to obtain a part."""

from pathlib import Path

from lab.parts.builders import debian, go, wheel
from lab.parts.recipe import Debian, GoBuild, Packages, Part


def build(part: Part, folder: Path, log: Path) -> None:
    """Put the part's files into an empty folder; what the tools say goes to `log`. PartError if
    that fails."""
    match part.recipe:
        case GoBuild() as recipe:
            go.build(part, recipe, folder, log)
        case Debian() as recipe:
            debian.link(part, recipe, folder, log)
        case Packages() as recipe:
            wheel.install(part, recipe, folder, log)
        case recipe:
            wheel.unpack(part, recipe, folder, log)
