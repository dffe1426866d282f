"""Who gets which share of the requests: canary, A/B, copies, sticky clients, blue/green."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.lab.patience import until
from tests.lab.replicas import Answer, Connection, Replicas
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

CANARY = f"canary.{ZONE}"
STABLE, NEXT, COPY = "canary/stable", "canary/next", "canary/copy"
WHO = "/ab"
"""A path without shares: it moves no turn."""


@pytest.mark.parametrize(
    ("path", "turn", "turns"),
    [("/fifth", {STABLE: 4, NEXT: 1}, 20), ("/hundredth", {STABLE: 99, NEXT: 1}, 2)],
)
def test_weights_are_exact_in_every_turn_of_each_replica(
    traffic: TrafficLab, replicas: Replicas, path: str, turn: Mapping[str, int], turns: int
) -> None:
    length = sum(turn.values())

    def ask() -> tuple[dict[str, list[str]], dict[str, int]]:
        traffic.begin_counting(*turn)
        with replicas.connections(CANARY, WHO, "203.0.113.20") as connections:
            seen = {
                replica: [connection.get(path).workload for _ in range(turns * length)]
                for replica, (connection,) in connections.items()
            }
        return seen, {workload: traffic.requests(workload, f"GET {path}") for workload in turn}

    seen, counted = replicas.fresh(ask)
    for workloads in seen.values():
        for begin in range(0, turns * length, length):
            assert Counter(workloads[begin : begin + length]) == turn
    # What the pods counted says the same.
    assert counted == {workload: share * turns * len(seen) for workload, share in turn.items()}


def test_applications_whose_names_join_to_one_keep_to_their_own_pods(traffic: TrafficLab) -> None:
    def seen(host: str, path: str) -> Counter[str]:
        url = f"https://{host}.{ZONE}{path}"
        return Counter(traffic.outside.get(url).json()["workload"] for _ in range(40))

    # Every replica's turn may stand elsewhere, so shares are about even, not exactly.
    shop, till = seen("shop", "/joined"), seen("till", "/")
    assert shop.keys() == {"shop/api-web", "shop/web"}, shop
    assert till.keys() == {"till/web", "till/spare"}, till


@pytest.mark.parametrize(
    ("headers", "workload"),
    [
        ({}, STABLE),
        ({"X-Variant": "b"}, NEXT),
        ({"X-Variant": "a"}, STABLE),
        ({"Cookie": "variant=b"}, NEXT),
        ({"Cookie": "theme=dark; variant=b"}, NEXT),
        ({"Cookie": "variant=bb"}, STABLE),
        ({"Cookie": "my-variant=b"}, STABLE),
    ],
)
def test_a_header_or_a_cookie_chooses_the_variant_in_each_replica(
    replicas: Replicas, headers: Mapping[str, str], workload: str
) -> None:
    with replicas.connections(CANARY, WHO, "203.0.113.21") as connections:
        seen = {connection.get(WHO, headers).workload for (connection,) in connections.values()}
    assert seen == {workload}


def test_a_client_with_the_cookie_stays_whichever_replica_it_meets(replicas: Replicas) -> None:
    with replicas.connections(CANARY, WHO, "203.0.113.22") as connections:
        every = [connection for (connection,) in connections.values()]
        first = every[0].get("/faithful")
        cookie = first.headers["set-cookie"].partition(";")[0]
        kept = {
            connection.get("/faithful", {"Cookie": cookie}).workload for connection in every for _ in range(6)
        }
        others = {connection.get("/faithful").workload for connection in every for _ in range(6)}
    assert cookie.startswith("release=")
    assert kept == {first.workload}
    assert others == {STABLE, NEXT}


def test_the_stated_share_is_copied_exactly(traffic: TrafficLab, replicas: Replicas) -> None:
    requests, kind = 50, "GET /copied"

    def ask() -> list[int]:
        copies: list[int] = []
        traffic.begin_counting(STABLE, COPY)
        with replicas.connections(CANARY, WHO, "203.0.113.23") as connections:
            share = requests * len(connections) // 10
            for rounds in (1, 2):  # one copy too many of the first would show in the second
                for (connection,) in connections.values():
                    for _ in range(requests):
                        connection.get("/copied")
                # Copies are sent when the answer is through.
                until(
                    lambda: traffic.requests(COPY, kind) >= share * rounds,  # noqa: B023 - called here
                    "the copies arrive",
                )
                copies.append(traffic.requests(COPY, kind))
        return [*copies, traffic.requests(STABLE, kind)]

    number = requests * len(replicas.addresses())
    assert replicas.fresh(ask) == [number // 10, 2 * number // 10, 2 * number]


@pytest.mark.parametrize("mode", [{"delay": "8s"}, {"status": 503}, {"reset": 1}], ids=str)
def test_a_mirror_that_is_slow_or_fails_delays_and_changes_no_answer(
    traffic: TrafficLab, replicas: Replicas, mode: Mapping[str, object]
) -> None:
    def ask() -> tuple[list[Answer], int]:
        traffic.begin_counting(COPY)
        with replicas.connections(CANARY, WHO, "203.0.113.24") as connections:
            answers = [connection.get("/copied") for (connection,) in connections.values() for _ in range(20)]
            # Two of twenty, in each replica; a retried copy of a reset connection counts again.
            until(lambda: traffic.requests(COPY) >= 2 * len(connections), "the copies arrive")
        return answers, len(connections)

    with traffic.mode(COPY, **mode):
        answers, _ = replicas.fresh(ask)
    assert {(answer.status, answer.workload) for answer in answers} == {(200, STABLE)}
    assert max(answer.seconds for answer in answers) < 8


def swapped(content: dict[str, Any]) -> None:
    """Turn the weights of `blue-green` round."""
    service = content["network:applications"]["canary"]["services"]["blue-green"]
    for member in service["weighted"]["services"]:
        member["weight"] = 100 - member["weight"]


def test_a_blue_green_switch_and_back_fails_no_request(traffic: TrafficLab, replicas: Replicas) -> None:
    path, kind = "/blue-green", "GET /blue-green"

    def all_go_to(workload: str, connections: Mapping[str, list[Connection]]) -> None:
        """In each replica; one that has switched has switched for good."""
        until(
            lambda: {each.get(path).workload for (each,) in connections.values()} == {workload},
            f"{workload} gets every request",
        )

    with (
        traffic.outside.stream(f"https://{CANARY}{path}", rate=10, clients=2) as kept,
        traffic.outside.stream(f"https://{CANARY}{path}", rate=5, clients=2, keep_alive=False) as anew,
    ):
        with traffic.changed(swapped):
            with replicas.connections(CANARY, WHO, "203.0.113.25") as connections:
                all_go_to(NEXT, connections)
            traffic.begin_counting(STABLE, NEXT)
            begun = len(anew.tries)
            until(lambda: len(anew.tries) >= begun + 20, "requests go on")
            assert traffic.requests(STABLE, kind) == 0
            assert traffic.requests(NEXT, kind) > 0
        with replicas.connections(CANARY, WHO, "203.0.113.25") as connections:
            all_go_to(STABLE, connections)
    for stream in (kept, anew):
        assert {each.status for each in stream.tries} == {200}, stream.failures
