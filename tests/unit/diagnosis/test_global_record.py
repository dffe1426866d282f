"""A name that leads to a global load balancer is followed to it, and from there to the environment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from network.cli.global_entry import hosts_of
from network.diagnosis.facts import Facts, HostFacts, NameAnswer, Objects
from network.diagnosis.links.names import global_record
from network.diagnosis.paths import questions
from network.diagnosis.paths.stack import Stack
from network.diagnosis.walk import Outcome
from network.live.finding import CannotLookError
from tests.global_stacks import HOST, stacks, write

OWN = {"id": "1", "name": "network-dev", "type": "REGIONAL", "ip": "203.0.113.100", "ipv6": ""}
OVER: dict[str, Any] = {
    "id": "2",
    "name": "shop-global",
    "type": "GLOBAL",
    "domains": [{"name": HOST, "verification_error_reasons": [], "ssl_validation_error_reasons": None}],
    "target_load_balancer_ids": ["1"],
}
LINK = global_record(HOST, "shop-global", "network-dev", "traefik")


def looked(*balancers: Mapping[str, Any], answer: NameAnswer | None = None) -> Outcome:
    told = answer or NameAnswer("NOERROR", ("203.0.113.110", "2001:db8::110"))
    host = HostFacts(by_resolver={"192.0.2.53": told})
    return LINK.judge(Facts(datetime.now(UTC), Objects({}), balancers, hosts={HOST: host}))


def test_it_is_followed_to_the_environment() -> None:
    outcome = looked(OWN, OVER)
    assert not outcome.is_broken
    assert outcome.found == "leads to shop-global, and on to network-dev"


@pytest.mark.parametrize(
    ("balancers", "answer", "says"),
    [
        ([OWN], None, "has no global load balancer shop-global"),
        ([OWN, {**OVER, "domains": []}], None, "does not answer for"),
        (
            [OWN, {**OVER, "domains": [{"name": HOST, "verification_error_reasons": ["no such zone"]}]}],
            None,
            "DigitalOcean says of www.example.org: no such zone",
        ),
        ([{**OWN, "id": "3"}, OVER], None, "network-dev is no target"),
        ([OWN, OVER], NameAnswer("NOERROR", ("203.0.113.100",)), "203.0.113.100"),
        ([OWN, OVER], NameAnswer("NXDOMAIN"), "NXDOMAIN"),
    ],
)
def test_what_breaks_it_is_named(balancers: list[Any], answer: NameAnswer | None, says: str) -> None:
    outcome = looked(*balancers, answer=answer)
    assert outcome.is_broken
    assert says in outcome.found


def test_without_the_account_nothing_is_said() -> None:
    denied = CannotLookError("GET /v2/load_balancers", "401", "set a token")
    with pytest.raises(CannotLookError):
        LINK.judge(Facts(datetime.now(UTC), Objects({}), denied))


def test_the_stack_file_beside_says_which_hosts(tmp_path: Path) -> None:
    write(tmp_path)
    assert hosts_of(tmp_path, "ams") == {HOST: "shop-global"}
    assert hosts_of(tmp_path, "prod") == {}


def test_a_host_is_asked_by_its_own_way_and_no_other() -> None:
    stack = Stack.of(stacks()["ams"], {HOST: "shop-global"})
    links = {
        link.subject: link.planned for link in questions.path(stack, [HOST]).links if link.code == "record"
    }
    assert links == {HOST: "leads to the global load balancer shop-global, and on here"}
    assert stack.wants.balancers
