"""What checks from outside and alerts may be: the words of the published description of the API
(docs/facts/digitalocean.md#watch-from-outside)."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from lab.cloud.errors import unprocessable
from lab.cloud.state import Account, Json, Kind

CHECKS = ("ping", "http", "https")
REGIONS = ("us_east", "us_west", "eu_west", "se_asia")
ALERTS = ("latency", "down", "down_global", "ssl_expiry")
COMPARISONS = ("greater_than", "less_than")
PERIODS = ("2m", "3m", "5m", "10m", "15m", "30m", "1h")

OF_LOAD_BALANCERS = "v1/insights/lbaas/"
COMPARES = ("GreaterThan", "LessThan")
WINDOWS = ("5m", "10m", "30m", "1h")


def check(body: Json) -> None:
    """Refuse a check that is none."""
    _one_of("type", body.get("type"), CHECKS)
    for region in body["regions"]:
        _one_of("regions", region, REGIONS)
    if not urlsplit(body.get("target") or "").hostname:
        raise unprocessable("target is not a valid url")


def alert(body: Json) -> None:
    """Refuse an alert of a check that is none."""
    _one_of("type", body.get("type"), ALERTS)
    for key, words in (("comparison", COMPARISONS), ("period", PERIODS)):
        if body.get(key):
            _one_of(key, body[key], words)
    _told(body.get("notifications"))


def policy(account: Account, body: Json) -> None:
    """Refuse an alert policy that is none, and one of a load balancer that is not there [api]."""
    for key in ("type", "description", "compare", "value", "window", "alerts", "enabled"):
        if body.get(key) is None:
            raise unprocessable(f"{key} is required")
    _one_of("compare", body["compare"], COMPARES)
    _one_of("window", body["window"], WINDOWS)
    _told(body["alerts"])
    if body["type"].startswith(OF_LOAD_BALANCERS):
        for entity in body.get("entities") or ():
            if account.find(Kind.LOAD_BALANCER, entity) is None:
                raise unprocessable(f"entity {entity} not found")


def _told(notifications: Any) -> None:
    told = notifications or {}
    if not told.get("email") and not told.get("slack"):
        raise unprocessable("at least one email or slack notification is required")


def _one_of(key: str, value: Any, words: Collection[str]) -> None:
    if value not in words:
        raise unprocessable(f"{key} must be one of {', '.join(words)}")
