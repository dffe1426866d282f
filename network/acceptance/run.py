"""One run: what it may be called, where it takes place, and when it must be over."""

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

PREFIX = "network-accept-"
"""Of whatever a run makes that has a name."""
_LETTERS, _DIGITS = "abcdefghijkmnpqrstuvwxyz", "23456789"
"""Of ids: none that is taken for another."""
_PAIRS = 5
"""Letters and digits of an id in turn, as no word has them: one of 10^11, so that no name of anybody else's
has it by chance."""
ID = re.compile(f"(?:[{_LETTERS}][{_DIGITS}]){{{_PAIRS}}}")
_NAMED = re.compile(rf"{PREFIX}({ID.pattern})(?=-|\Z)")

LONGEST = timedelta(hours=24)
"""A run that takes longer is none: the consent to its cost ends."""
SHORTEST = timedelta(hours=1)
"""A cluster alone takes a quarter of it (docs/facts/provider.md#waiting), and it is upgraded once."""
TIME_TO_CLEAN = timedelta(minutes=30)
"""Before the end no further step begins but those that clean up."""


@dataclass(frozen=True)
class Ranges:
    """Address ranges of a run, as text."""

    vpc: str
    pods: str
    services: str


@dataclass(frozen=True)
class Run:
    """What was agreed to before anything was made."""

    id: str
    team: str
    """The id of the team whose account it is."""
    region: str
    test_zone: str
    """A zone of the account, below which the run makes one of its own."""
    email: str
    """That Let's Encrypt is told."""
    ranges: Ranges
    version: str
    """Of Kubernetes, at first."""
    upgrade: str
    """The version that it is raised to."""
    api_from: tuple[str, ...]
    """Ranges that may reach the Kubernetes API; everybody where there is none."""
    begun: str
    """A moment (ISO 8601, UTC), as the next."""
    until: str
    """When what is left is destroyed."""
    dollars: str
    """The most that it costs, as it was typed."""

    @property
    def environment(self) -> str:
        """The name of the stack and of its environment."""
        return f"accept-{self.id}"

    @property
    def name(self) -> str:
        """The name of VPC, cluster, load balancer and project, and the beginning of every other one's."""
        return name_of(self.id)

    @property
    def zone(self) -> str:
        """The zone that the run makes."""
        return f"{self.environment}.{self.test_zone}"

    @property
    def host(self) -> str:
        """A host that its platform serves."""
        return f"echo.{self.zone}"

    @property
    def deadline(self) -> datetime:
        """When what is left is destroyed."""
        return datetime.fromisoformat(self.until)

    def as_dict(self) -> dict[str, Any]:
        """Return the run for JSON."""
        return asdict(self)

    @staticmethod
    def of(data: Any) -> "Run":
        """Return the run that `as_dict` wrote down."""
        told: dict[str, Any] = dict(data)
        ranges, allowed = Ranges(**told.pop("ranges")), tuple(told.pop("api_from"))
        return Run(**told, ranges=ranges, api_from=allowed)


def new_id() -> str:
    """Return an id that no run had."""
    return "".join(secrets.choice(_LETTERS) + secrets.choice(_DIGITS) for _ in range(_PAIRS))


def name_of(run: str) -> str:
    """Return the name of what a run makes, by the run's id."""
    return f"{PREFIX}{run}"


def run_of(name: str) -> str | None:
    """Return the id of the run that a name is of; None if of none."""
    found = _NAMED.match(name)
    return found.group(1) if found else None


def is_of(name: str, run: str) -> bool:
    """Whether a thing of this name is a run's: the run's own name, alone or before a hyphen."""
    own = name_of(run)
    return name == own or name.startswith(f"{own}-")


def now() -> datetime:
    """Return the moment, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
