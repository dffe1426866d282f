"""CAA records: who may issue for the zone."""

from typing import Any

from network.config.zones import zones
from network.plan.external import caa
from network.plan.model.records import RecordPlan
from tests import stacks

ACCOUNT = "https://acme-v02.api.letsencrypt.org/acme/acct/1"


def records(over: dict[str, Any]) -> tuple[RecordPlan, ...]:
    """Return those of the dev stack's zone."""
    config = stacks.stack_config("dev", over)
    return caa.records(config, zones(config.external.dns)[0])


def values(settings: dict[str, Any], certificates: dict[str, Any] | None = None) -> dict[str, list[str]]:
    """Return the values by tag of a zone that another provider serves."""
    over = {
        "network:external": {"dns": {"provider": "external", "caa": settings}},
        "network:certificates": {"dns01": {"provider": "cloudflare"}, **(certificates or {})},
    }
    found: dict[str, list[str]] = {}
    for record in records(over):
        found.setdefault(str(record.tag), []).append(str(record.value))
    return found


def test_lets_encrypt_alone_issues_names_and_wildcards() -> None:
    assert values({}) == {"issue": ["letsencrypt.org"], "issuewild": ["letsencrypt.org"]}


def test_accounts_and_methods_stand_behind_the_authority() -> None:
    limited = values({"accountUris": [ACCOUNT], "limitMethods": True})
    expected = f"letsencrypt.org; accounturi={ACCOUNT}; validationmethods=dns-01"
    assert limited == {"issue": [expected], "issuewild": [expected]}


def test_any_of_several_accounts_may_issue() -> None:
    other = f"{ACCOUNT}2"
    assert values({"accountUris": [ACCOUNT, other]})["issue"] == [
        f"letsencrypt.org; accounturi={ACCOUNT}",
        f"letsencrypt.org; accounturi={other}",
    ]


def test_wildcards_are_never_issued_by_http01() -> None:
    named = {"shop": {"dnsNames": ["shop.dev.k8s.webgrip.nl"], "solver": "http01"}}
    limited = values({"limitMethods": True}, {"http01": {}, "named": named})
    assert limited["issue"] == ["letsencrypt.org; validationmethods=dns-01,http-01"]
    assert limited["issuewild"] == ["letsencrypt.org; validationmethods=dns-01"]


def test_nobody_issues_wildcards_where_the_stack_has_none() -> None:
    named = {"hosts": {"dnsNames": ["shop.dev.k8s.webgrip.nl", "api.dev.k8s.webgrip.nl"]}}
    assert values({}, {"wildcard": False, "named": named})["issuewild"] == [";"]


def test_attempts_are_reported_by_mail() -> None:
    assert values({"reportTo": "security@webgrip.nl"})["iodef"] == ["mailto:security@webgrip.nl"]


def test_records_of_one_tag_have_keys_of_their_own() -> None:
    over = {
        "network:external": {
            "dns": {"provider": "external", "caa": {"accountUris": [ACCOUNT, f"{ACCOUNT}2"]}}
        },
        "network:certificates": {"dns01": {"provider": "cloudflare"}},
    }
    keys = [record.key for record in records(over)]
    assert keys == ["caa-issue", "caa-issue-1", "caa-issuewild", "caa-issuewild-1"]
