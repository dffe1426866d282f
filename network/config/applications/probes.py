"""How a route is asked from within the cluster whether it works (OBS-4)."""

from typing import Annotated

from pydantic import Field

from network.config.hosts import ProbedHost
from network.config.model import Model
from network.config.paths import MatchedPath

Status = Annotated[int, Field(ge=200, le=499)]
"""Status of an answer that is no failure of the backend's."""


class RouteProbe(Model):
    """What is asked and expected, where it does not follow from the route."""

    host: ProbedHost | None = None
    """Host that is asked where the route's stand for many; its own names are asked anyway."""
    path: MatchedPath | None = None
    """Path that answers; that of the route, or its prefix, when absent."""
    status: tuple[Status, ...] = ()
    """Statuses that mean well there, beside success and redirects."""
