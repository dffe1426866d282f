"""What works but deserves a look is said, and refuses nothing."""

from typing import Any

import pytest

from network.config.load import check
from tests.stacks import NAMES, config_map
from tests.unit.config.corpus import case
from tests.unit.config.warnings import WARNED


@pytest.mark.parametrize("name", WARNED)
def test_a_doubtful_stack_is_valid_with_a_warning(name: str) -> None:
    warned = case(name, WARNED[name])

    checked = check(warned.raw)

    assert checked.problems == ()
    for path, (text,) in warned.expected.items():
        rule, _, fix = text.partition(" | ")
        assert any(w.path == path and rule in w.rule and fix in w.fix for w in checked.warnings), [
            str(w) for w in checked.warnings
        ]


def test_both_stacks_are_shipped() -> None:
    assert NAMES == ("dev", "prod")


def test_the_production_stack_has_no_warning() -> None:
    assert check(config_map("prod")).warnings == ()


def test_the_owners_ranges_are_warned_of_in_the_development_stack() -> None:
    warnings = check(config_map("dev")).warnings

    assert [w.path for w in warnings] == [
        "network:cluster.podRange",
        "network:cluster.serviceRange",
        "network:cluster.serviceRange",
    ]


def rules_of_warnings(over: dict[str, Any]) -> str:
    return "\n".join(str(each) for each in check(config_map("dev", over)).warnings)


def test_a_route_that_removes_what_a_backend_believes_is_no_way_around_a_login() -> None:
    def warned(*removed: str) -> str:
        middlewares = {
            "login": {
                "forwardAuth": {
                    "application": "shop",
                    "workload": "web",
                    "port": "http",
                    "authResponseHeaders": ["X-User", "X-Groups"],
                }
            },
            "strangers": {"headers": {"customRequestHeaders": dict.fromkeys(removed, "")}},
        }
        routes = {
            "known": {"host": "a.dev.k8s.webgrip.nl", "workload": "api", "port": "http", "chain": "known"},
            "open": {"host": "b.dev.k8s.webgrip.nl", "workload": "api", "port": "http", "chain": "open"},
        }
        chains = {"known": ["login"], "open": ["strangers"], "guarded": ["login"]}
        traffic = {"middlewares": middlewares, "chains": chains}
        over = {"network:traffic": traffic, "network:applications": {"api": {"routes": routes}}}
        return rules_of_warnings(over)

    assert "here a client may send them itself (x-groups)" in warned("x-user")
    assert "may send them itself" not in warned("x-user", "X-Groups")


def test_a_list_of_the_cdn_alone_keeps_out_whoever_goes_around_it() -> None:
    def warned(*ranges: str) -> str:
        traffic = {
            "middlewares": {"office-only": {"ipAllowList": {"sourceRange": list(ranges)}}},
        }
        ingress = {"cdnRanges": ["198.51.100.0/25", "203.0.113.128/25"]}
        return rules_of_warnings({"network:traffic": traffic, "network:ingress": ingress})

    rule = "network:traffic.middlewares.office-only.ipAllowList.ipStrategy"
    assert rule not in warned("198.51.100.0/25", "203.0.113.128/25")
    assert rule in warned("198.51.100.0/25", "192.0.2.0/24")


def test_the_internet_by_tls_alone_holds_no_metadata() -> None:
    talks = [
        {"range": "0.0.0.0/0", "port": 443, "reason": "asks anybody"},
        {"range": "0.0.0.0/0", "port": 80, "protocol": "UDP", "reason": "plays"},
        {"range": "198.51.100.0/24", "port": 80, "reason": "asks a partner"},
    ]
    over = {"network:applications": {"shop": {"talksTo": {"web": talks}}}}
    assert "metadata" not in rules_of_warnings(over)
