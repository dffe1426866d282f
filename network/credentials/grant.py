"""A token for a cluster, and how long it is used."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST_MARGIN = timedelta(minutes=5)
"""How long before its end a token is no longer used, so that none ends on the way to the API server. Short
tokens are used for nine tenths of their life."""


@dataclass(frozen=True)
class Grant:
    """A token for a cluster."""

    token: str
    granted: datetime
    expires: datetime

    @property
    def renewal(self) -> datetime:
        """When another one shall be asked for."""
        return self.expires - min(LONGEST_MARGIN, (self.expires - self.granted) / 10)

    @property
    def usable(self) -> bool:
        """Whether it is not yet time to ask for another one."""
        return datetime.now(UTC) < self.renewal
