"""Service level objectives: what a host or a route promises (OBS-8)."""

from typing import Literal

from pydantic import Field

from network.config.model import Model


class Objective(Model):
    """What is promised of one host or route, over a rolling window."""

    host: str | None = None
    """All routes of a host."""
    route: str | None = None
    """One route: `<application>/<route>`."""
    window: Literal["28d", "30d"] = "30d"
    """Over how long it is counted; 28 days hold four of each weekday."""
    availability: float | None = Field(default=None, gt=0, lt=100)
    """Percentage of requests that are answered without the platform's or the backend's failure."""
