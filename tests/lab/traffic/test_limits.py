"""How much of a client's requests passes: rates, shared rates, requests in flight, and what that is worth."""

import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from rich.console import Console
from rich.table import Table

from tests.lab.outside import Stream
from tests.lab.patience import until
from tests.lab.replicas import Answer, Connection, Replicas
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

LIMITED = f"limited.{ZONE}"
CLIENT, OTHER = "203.0.113.40", "203.0.113.41"
OPEN = "/"
"""A path that no limit of its own guards."""
STEADY_RATE, STEADY_BURST = 5, 20
"""Of the middleware `steady`: a second, and at once."""
FORTY, FORTY_RATE = 40, 0.1
"""Of `forty-shared` and `forty-each`: at once, and a second."""
FEW = 4
"""Of `four-at-a-time`."""
PAUSE = 0.02
"""Seconds between two requests: the default chain lets twice as many pass."""


def ask_on(connection: Connection, path: str, times: int) -> list[Answer]:
    answers: list[Answer] = []
    for _ in range(times):
        answers.append(connection.get(path))
        time.sleep(PAUSE)
    return answers


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def longest(answers: Sequence[Answer]) -> float:
    """Seconds between the arrival of the first and the last request, at most."""
    return max(a.answered for a in answers) - min(a.sent for a in answers)


def test_a_client_passes_with_its_burst_and_its_rate_and_no_other_is_hindered(replicas: Replicas) -> None:
    def ask() -> tuple[list[Answer], list[Answer], Answer]:
        with (
            replicas.connections(LIMITED, OPEN, CLIENT) as mine,
            replicas.connections(LIMITED, OPEN, OTHER) as others,
        ):
            replica, (connection,) = next(iter(mine.items()))
            answers = ask_on(connection, "/steady", STEADY_BURST)
            # For a while at the limit, and to an end at which nothing is left.
            while answers[-1].status != 429 or answers[-1].sent - answers[0].sent < 4:
                answers += ask_on(connection, "/steady", 1)
            (other,) = others[replica]
            return answers, ask_on(other, "/steady", STEADY_BURST), answers[-1]

    answers, of_the_other, refusal = replicas.fresh(ask)
    seen = statuses(answers)
    assert set(seen) == {200, 429}
    least = answers[-1].sent - answers[0].answered
    # One that is due within half an interval may wait for it.
    assert STEADY_BURST + STEADY_RATE * least - 1 <= seen[200]
    assert seen[200] <= STEADY_BURST + STEADY_RATE * longest(answers) + 0.5
    assert statuses(of_the_other) == {200: STEADY_BURST}
    assert int(refusal.headers["retry-after"]) >= 1


def forty_and_more(replicas: Replicas, path: str, source: str) -> tuple[int, int, float]:
    """A client's 60 requests to each replica, in turn: how many passed, how many got 429, in how long."""
    with replicas.connections(LIMITED, OPEN, source) as connections:
        every = [connection for (connection,) in connections.values()]
        answers = [
            answer for _ in range(FORTY * 3 // 2) for each in every for answer in ask_on(each, path, 1)
        ]
    seen = statuses(answers)
    assert set(seen) == {200, 429}
    return seen[200], seen[429], longest(answers)


def test_a_shared_limit_counts_a_client_once_for_all_replicas_and_one_of_its_own_once_for_each(
    replicas: Replicas,
) -> None:
    # Redis outlives the configurations of Traefik: a client of its own for each run.
    sources = iter(f"203.0.113.{number}" for number in range(43, 60))
    (shared, _, took), (each, refused, took_each) = replicas.fresh(
        lambda: (
            forty_and_more(replicas, "/forty-shared", next(sources)),
            forty_and_more(replicas, "/forty-each", CLIENT),
        )
    )
    number = len(replicas.addresses())
    assert number > 1
    assert refused > 0
    # In half a second's wait and in the time that went by, less than one comes back.
    assert FORTY <= shared <= FORTY + FORTY_RATE * (took + 0.5)
    assert number * FORTY <= each <= number * (FORTY + FORTY_RATE * (took_each + 0.5))


def test_a_shared_limit_leaves_other_clients_alone(replicas: Replicas) -> None:
    with (
        replicas.connections(LIMITED, OPEN, "203.0.113.60") as mine,
        replicas.connections(LIMITED, OPEN, "203.0.113.61") as others,
    ):
        spend(next(iter(mine.values()))[0])
        assert {each.get("/forty-shared").status for (each,) in others.values()} == {200}


def spend(connection: Connection) -> None:
    """Ask until the shared limit refuses."""
    until(lambda: connection.get("/forty-shared").status == 429, "the limit refuses")


@contextmanager
def redis_down(traffic: TrafficLab) -> Generator[None]:
    """Not one pod of the Redis is there."""
    redis, namespace = traffic.target("limited/redis").kubectl
    try:
        traffic.kubectl("scale", redis, namespace, "--replicas=0")
        selector = "--selector=app.kubernetes.io/name=limited-redis"
        traffic.kubectl("wait", "pods", namespace, selector, "--for=delete", "--timeout=90s")
        yield
    finally:
        traffic.kubectl("scale", redis, namespace, "--replicas=1")
        traffic.kubectl("rollout", "status", redis, namespace, "--timeout=90s")


def test_while_redis_is_down_what_it_counts_fails_and_nothing_else_does(
    traffic: TrafficLab, replicas: Replicas
) -> None:
    """docs/decisions/0008-shared-limits-fail-closed.md"""
    with (
        replicas.connections(LIMITED, OPEN, "203.0.113.62") as mine,
        replicas.connections(LIMITED, OPEN, "203.0.113.63") as others,
    ):
        spend(next(iter(mine.values()))[0])
        every = [each for client in (mine, others) for (each,) in client.values()]
        with redis_down(traffic):
            for connection in every:
                seen = [connection.get(path).status for path in ("/forty-shared", "/forty-each", OPEN)]
                assert seen == [500, 200, 200]
        for connection in every:
            # It had nothing left: a Redis that starts knows nobody.
            until(
                lambda connection=connection: connection.get("/forty-shared").status == 200,
                "Redis counts again",
            )


def accepted(connection: Connection, path: str) -> Answer:
    """The first answer that is no 429: whoever looks whether all are in flight takes a place for a moment."""
    while (answer := connection.get(path)).status == 429:
        pass
    return answer


def test_a_client_has_so_many_requests_in_flight_in_each_replica_and_the_rest_get_429(
    replicas: Replicas,
) -> None:
    with (
        replicas.connections(LIMITED, OPEN, CLIENT, each=FEW + 1) as mine,
        replicas.connections(LIMITED, OPEN, OTHER) as others,
        ThreadPoolExecutor(FEW) as pool,
    ):
        (replica, (probe, *busy)), *elsewhere = mine.items()
        slow = [pool.submit(accepted, connection, "/few?delay=10s") for connection in busy]
        until(lambda: probe.get("/few").status == 429, "all of them are in flight")
        refused = ask_on(probe, "/few", 3)
        in_other_replicas = [connections[0].get("/few") for _, connections in elsewhere]
        of_the_other = ask_on(others[replica][0], "/few", 3)
        still_open = not any(each.done() for each in slow)
        answered = [each.result() for each in slow]
        until(lambda: probe.get("/few").status == 200, "there is room again")
    assert still_open
    assert statuses(refused) == {429: 3}
    assert set(statuses(in_other_replicas)) == {200}
    assert statuses(of_the_other) == {200: 3}
    assert statuses(answered) == {200: FEW}


def flood(traffic: TrafficLab, path: str) -> tuple[Stream, Stream]:
    """One client asks for 60 answers a second of a backend that gives 25, while another asks for four;
    what came of both once the other has asked 60 times."""
    url, wanted = f"https://{LIMITED}{path}", 60
    with (
        traffic.mode("limited/flooded", workers=1, delay="80ms", quiet=1),
        traffic.outside.stream(url, rate=60, clients=40, source=CLIENT) as flooding,
        traffic.outside.stream(url, rate=4, clients=2, source=OTHER) as other,
    ):
        until(lambda: len(other.tries) >= wanted, "the other client has asked")
    return flooding, other


def errors(stream: Stream) -> float:
    """Share of the requests that failed."""
    return len(stream.failures) / len(stream.tries)


def print_table(title: str, rows: Mapping[str, tuple[Stream, Stream]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("limit", "flood: asked", "of it 429", "other: asked", "its errors", "its p99"):
        table.add_column(column, justify="left" if column == "limit" else "right")
    for limit, (flooding, other) in rows.items():
        refused = sum(each.status == 429 for each in flooding.tries)
        table.add_row(
            limit,
            str(len(flooding.tries)),
            f"{refused / len(flooding.tries):.0%}",
            str(len(other.tries)),
            f"{errors(other):.0%}",
            f"{other.quantile(0.99) * 1000:.0f} ms",
        )
    Console().print(table)


@pytest.mark.alone
def test_under_a_flood_a_limit_keeps_the_other_client_s_answers_and_their_times(traffic: TrafficLab) -> None:
    rows = {"off": flood(traffic, "/unguarded"), "on": flood(traffic, "/guarded")}
    print_table("A flood of 60 requests a second, and what is left for another client", rows)
    (unlimited, without), (limited, with_limit) = rows["off"], rows["on"]
    assert 429 not in {each.status for each in unlimited.tries}
    assert 429 in {each.status for each in limited.tries}
    assert with_limit.quantile(0.99) < without.quantile(0.99)
    assert errors(with_limit) < errors(without)
