"""Removes whatever a run has left, by names alone: needs no state, and can be done again at any time.

Each kind is looked at anew before its turn, for what goes earlier takes others along. It is over when two
looks at everything in a row find nothing: what was under way when a run was killed may come late.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from network.acceptance.things import (
    CLUSTER,
    DOMAIN,
    KINDS,
    RECORD,
    Belongings,
    Difference,
    Kind,
    Thing,
    belongings,
    difference,
)
from network.live.changes import ChangeError, Changes
from network.live.finding import Finding

ROUNDS = 6
"""Looks at everything, at most."""
PAUSE = 5.0
"""Seconds between two of them."""


@dataclass(frozen=True)
class Look:
    """What is in an account."""

    things: tuple[Thing, ...]
    unseen: Mapping[str, str]
    """Kind -> why its things could not be listed."""


def look(changes: Changes, test_zone: str | None) -> Look:
    """Return all that is in the account, with the records of the test zone, where that is there; of every
    zone if nobody knows which one it is."""
    unseen: dict[str, str] = {}
    found: dict[str, list[Thing]] = {}
    # The zones come before their records.
    for kind in sorted(KINDS, key=lambda each: each is RECORD):
        zones = [each.name for each in found.get(DOMAIN.name, []) if test_zone in (None, each.name)]
        try:
            found[kind.name] = _listed(changes, kind, zones)
        except ChangeError as error:
            unseen[kind.name] = str(error)
    return Look(tuple(each for kind in KINDS for each in found.get(kind.name, [])), unseen)


def _listed(changes: Changes, kind: Kind, zones: list[str]) -> list[Thing]:
    if kind is not RECORD:
        return [kind.thing(each) for each in changes.list(kind.path, kind.key)]
    return [
        kind.thing(each, zone)
        for zone in zones
        for each in changes.list(kind.path.format(zone=zone), kind.key)
    ]


@dataclass
class Sweep:
    """One sweep of one run."""

    changes: Changes
    run: str
    """Its id."""
    test_zone: str | None
    """Whose records lead to the run's; None if nobody knows."""
    clusters: set[str] = field(default_factory=set[str])
    """Ids of the run's clusters that were seen before."""
    before: Mapping[tuple[str, str], str] | None = None
    """What was in the account before the run; None where nobody knows."""
    saw_cluster: Callable[[str], None] = lambda _: None
    """Told of each cluster of the run before it is deleted."""
    say: Callable[[str], None] = lambda _: None
    pause: float = PAUSE
    _done: dict[tuple[str, str], Finding] = field(default_factory=dict[tuple[str, str], Finding])

    def sweep(self) -> list[Finding]:
        """Remove everything of the run, and return a finding for each thing, and whether anything is left."""
        quiet = False
        seen = self._look()
        for _ in range(ROUNDS):
            left = self._own(seen)
            if quiet and not left:
                break
            quiet = not left
            removed = [self._remove_all(kind, seen) for kind in KINDS if kind.name in {e.kind for e in left}]
            if left and not any(removed):
                break
            time.sleep(self.pause)
            seen = self._look()
        return [*self._done.values(), *self._rest(seen)]

    def _look(self) -> Look:
        seen = look(self.changes, self.test_zone)
        for cluster in self._known(seen).clusters - self.clusters:
            self.clusters.add(cluster)
            self.saw_cluster(cluster)
        return seen

    def _known(self, seen: Look) -> Belongings:
        return belongings(self.run, seen.things, self.clusters, self.before)

    def _own(self, seen: Look) -> list[Thing]:
        known = self._known(seen)
        return [each for each in seen.things if known.has(each)]

    def _remove_all(self, kind: Kind, seen: Look) -> bool:
        """Remove what is there of a kind now, by what is known of the run; return whether anything went."""
        known = self._known(seen)
        there = self._there(kind, known, seen)
        removed = [self._remove(kind, thing) for thing in there]
        if kind is CLUSTER:
            self._wait_for_clusters(known, seen)
        return any(removed) or not there

    def _there(self, kind: Kind, known: Belongings, seen: Look) -> list[Thing]:
        zones = sorted({each.within[0] for each in seen.things if each.kind == RECORD.name})
        try:
            return [each for each in _listed(self.changes, kind, zones) if known.has(each)]
        except ChangeError:
            return []  # The next look at everything says why.

    def _remove(self, kind: Kind, thing: Thing) -> bool:
        self.say(f"remove {thing}")
        path = kind.path_of(thing)
        try:
            was_there = self.changes.remove(path, busy=kind.busy)
        except ChangeError as error:
            self._done[thing.key] = _stuck(thing, path, str(error))
            return False
        found = "removed" if was_there else "had gone by itself"
        self._done[thing.key] = Finding(
            "sweep-removed", str(thing), "as planned", "gone", found, f"DELETE {path}"
        )
        return True

    def _wait_for_clusters(self, known: Belongings, seen: Look) -> None:
        """A cluster is deleted after the call for it is answered, and what it holds stays until then."""
        end = time.monotonic() + self.changes.patience.whole
        pause = self.changes.patience.first
        while self._there(CLUSTER, known, seen) and time.monotonic() < end:
            time.sleep(pause)
            pause = min(2 * pause, self.changes.patience.longest)

    def _rest(self, seen: Look) -> Iterator[Finding]:
        for kind, why in seen.unseen.items():
            yield Finding(
                "sweep-unseen", kind, "could not look", "nothing of the run", why, "", "sweep once more"
            )
        left = [each for each in self._own(seen) if each.key not in self._stuck]
        for thing in left:
            yield _stuck(thing, thing.kind, "it is there again, or still")
        if not (left or self._stuck or seen.unseen):
            yield Finding(
                "sweep-nothing-left", self.run, "as planned", "nothing has the run's name", "nothing", "lists"
            )

    @property
    def _stuck(self) -> set[tuple[str, str]]:
        return {key for key, finding in self._done.items() if finding.code == "sweep-left"}


def _stuck(thing: Thing, source: str, why: str) -> Finding:
    remedy = "sweep once more; if that does not help, delete it in the control panel"
    return Finding("sweep-left", str(thing), "differs", "gone", why, source, remedy)


def compared(before: Mapping[tuple[str, str], str], seen: Look) -> list[Finding]:
    """Return how an account differs from what it was; what is of other kinds, nobody looked at."""
    found: Difference = difference(before, seen.things)
    rows = [
        *((str(each), "it was not there before") for each in found.new),
        *((name, "it is gone") for name in found.gone if not _of(name, seen.unseen)),
    ]
    remedy = "was it somebody else's doing? Nothing here touches what has not the run's name"
    findings = [
        Finding("account-as-before", name, "differs", "as before the run", told, "lists", remedy)
        for name, told in rows
    ]
    findings += [
        Finding("account-as-before", kind, "could not look", "as before the run", why, "", "look once more")
        for kind, why in seen.unseen.items()
    ]
    return findings or [
        Finding(
            "account-as-before", "the account", "as planned", "as before the run", f"{len(before)} things",
            "lists",
        )
    ]  # fmt: skip


def _of(name: str, kinds: Mapping[str, str]) -> bool:
    return any(name.startswith(f"{kind} ") for kind in kinds)
