"""Which version the cluster can be upgraded to, and whether the platform's parts are made for it."""

import re
from collections.abc import Iterator

from network.config.rules.cluster import SUPPORTED_MINORS
from network.live.cluster import Object
from network.live.finding import Finding
from network.live.parallel import Seen
from network.plan.cluster.version import numbers
from network.preflight.reading import UPGRADES, Objects
from network.verification.cluster import Own
from network.verification.reading import CLUSTERS
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed

OFFERED = Check(
    "upgrade-offered",
    "DigitalOcean upgrades the cluster to the version that is asked for, or to a newer one where none is",
    UPGRADES,
    "take one that is offered: all patches of a minor version come first, and then the next minor alone",
)
SUPPORTED = Check(
    "upgrade-supported",
    "the charts that the platform runs are made for that minor version",
    UPGRADES,
    "raise them first: docs/extending.md, another version of Kubernetes",
)
SURGE = Check(
    "upgrade-surge",
    "new nodes come before old ones go",
    CLUSTERS,
    "`pulumi up`: the program has it on for every cluster",
)
CHECKS = (OFFERED, SUPPORTED, SURGE)


def target(offered: Seen[Objects | None], wanted: str) -> Look[str]:
    """Return the slug to upgrade to: the newest that is offered and is `wanted`, whole or its minor."""

    def chosen(versions: Objects | None) -> str | Behind:
        if versions is None:
            return Behind("there is no such cluster")
        fitting = [slug for slug in _slugs(versions) if _is(slug, wanted)]
        return fitting[-1] if fitting else Behind("there is no version to upgrade to")

    return derived(offered, chosen)


def minor(slug: str) -> int:
    """Return the minor version of a slug."""
    return numbers(slug)[1]


def findings(it: Own, offered: Seen[Objects | None], chosen: Look[str], wanted: str) -> Iterator[Finding]:
    """Yield the rows of versions."""
    subject = f"cluster {it.name}"
    yield OFFERED.row(subject, wanted or "any that is newer", "cluster.version").judge(
        both(it.cluster, offered), lambda pair: _offered(*pair, wanted)
    )
    supported = f"1.{SUPPORTED_MINORS.start} to 1.{SUPPORTED_MINORS.stop - 1}"
    yield SUPPORTED.row("charts", supported, "cluster.version").judge(
        chosen, lambda slug: Judged(slug, minor(slug) in SUPPORTED_MINORS)
    )
    yield SURGE.row(subject, "on").equal(
        it.cluster, lambda cluster: "on" if cluster["surge_upgrade"] else "off"
    )


def _is(slug: str, wanted: str) -> bool:
    return not wanted or re.match(rf"{re.escape(wanted)}($|[.-])", slug) is not None


def _slugs(offered: Objects | None) -> list[str]:
    """Return what is offered, the newest last."""
    return sorted((each["slug"] for each in offered or ()), key=numbers)


def _offered(cluster: Object, offered: Objects | None, wanted: str) -> Judged:
    found = _slugs(offered)
    told = f"{cluster['version']}, and it is offered {listed(found, 'no newer one')}"
    return Judged(told, any(_is(each, wanted) for each in found))
