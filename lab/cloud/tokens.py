"""The tokens that the account gives out for its clusters: each lives its time and is refused afterwards."""

import secrets
from datetime import UTC, datetime, timedelta

from lab.cloud.options import options
from lab.cloud.state import Store


def grant(store: Store, cluster: str, seconds: int) -> tuple[str, str]:
    """Make a token for a cluster; it and the moment of its end, which is sooner where the account's options
    say so. Tokens that have ended are forgotten."""
    moment = datetime.now(UTC)
    life = timedelta(seconds=min(seconds, options(store.folder).credentials_seconds))
    expires = (moment + life).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = f"dop_v1_{secrets.token_hex(32)}"
    with store.change() as account:
        living = {other: kept for other, kept in account.grants.items() if not _over(kept["expires_at"])}
        made = {"cluster": cluster, "granted_at": moment.isoformat(), "expires_at": expires}
        account.grants = {**living, token: made}
    return token, expires


def opens(store: Store, cluster: str, token: str) -> bool:
    """Whether a token opens a cluster now."""
    kept = store.account.grants.get(token)
    if kept is None or kept["cluster"] != cluster or _over(kept["expires_at"]):
        return False
    return kept["granted_at"] > options(store.folder).credentials_ended


def _over(moment: str) -> bool:
    return datetime.fromisoformat(moment) <= datetime.now(UTC)
