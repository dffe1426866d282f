"""A running lab's Alertmanager, and whoever it tells."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from lab.internet.receivers import told
from tests.lab.forwarded import answer, forwarded
from tests.lab.platform import Platform


@dataclass(frozen=True)
class Held:
    """An alert that Alertmanager holds."""

    labels: Mapping[str, str]
    is_told: bool
    """Whether receivers are told of it: else another alert holds it back."""


@dataclass(frozen=True)
class Alertmanager:
    """Its HTTP API."""

    url: str

    def alerts(self) -> list[Held]:
        """Every alert that fires."""
        return [
            Held(each["labels"], not each["status"]["inhibitedBy"])
            for each in answer(f"{self.url}/api/v2/alerts")
        ]

    def configuration(self) -> dict[str, Any]:
        """What is in force."""
        return yaml.safe_load(answer(f"{self.url}/api/v2/status")["config"]["original"])


@contextmanager
def viewed(platform: Platform) -> Generator[Alertmanager]:
    """Alertmanager on a local port."""
    with forwarded(platform, "alertmanager") as url:
        yield Alertmanager(url)


@dataclass(frozen=True)
class Message:
    """What a webhook was told of one alert."""

    at: float
    """Seconds since the epoch."""
    fires_since: float
    """The same of the moment from which on the alert fires."""
    is_over: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    def is_of(self, alert: str, labels: Mapping[str, str]) -> bool:
        """Whether it is of an alert of this name with at least these labels."""
        return {"alertname": alert, **labels}.items() <= self.labels.items()


def messages(platform: Platform, host: str) -> list[Message]:
    """Everything that the webhook at a host was told, in the order of arrival."""
    return [
        Message(
            each.seconds,
            datetime.fromisoformat(alert["startsAt"]).timestamp(),
            alert["status"] == "resolved",
            alert["labels"],
            alert["annotations"],
        )
        for each in told(Path(platform.folder / "internet"))
        if each.host == host
        for alert in each.message["alerts"]
    ]
