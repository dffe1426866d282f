"""The number of series follows from what is declared."""

from typing import Any

from network.config import StackConfig
from network.plan import build
from network.plan.ingress.buckets import USUAL, buckets
from network.plan.observability import objectives
from network.plan.observability.series import OF_OBJECTIVE, estimate, of_ingress
from tests import stacks

HOST = "shop.dev.k8s.webgrip.nl"


def stack(*latencies: str, **over: Any) -> StackConfig:
    promised = [{"within": each, "target": 95 + at} for at, each in enumerate(latencies)]
    objectives = {"shop": {"host": HOST, "availability": 99.9, "latency": promised}}
    observability = {"prometheus": {"install": {}}, "objectives": objectives}
    return stacks.stack_config("dev", {"network:observability": observability, **over})


def test_without_a_promise_buckets_are_traefiks_own() -> None:
    config = stacks.stack_config("dev")
    assert buckets(config) == list(USUAL)
    assert "buckets" not in str(values(config))


def test_each_latency_that_is_promised_is_a_bucket_once() -> None:
    config = stack("50ms", "300ms", "2s")
    assert buckets(config) == [0.05, 0.1, 0.3, 1.2, 2.0, 5.0]
    assert values(config)["buckets"] == "0.05,0.1,0.3,1.2,2,5"


def values(config: StackConfig) -> Any:
    return build(config).ingress.release.values["metrics"]["prometheus"]


def test_a_router_has_its_series_by_codes_methods_and_buckets() -> None:
    config = stack()
    one = of_ingress(config, 1, codes=1, methods=1) - of_ingress(config, 0, codes=1, methods=1)
    # Of router and service each: 4 buckets, +Inf, sum, count, three counters; and two by TLS.
    assert one == 2 * (4 + 3 + 3 + 2)


def test_series_grow_in_proportion_to_routers() -> None:
    config = stack()
    of = [of_ingress(config, routers) for routers in (10, 100, 1000)]
    assert (of[2] - of[1]) == 10 * (of[1] - of[0])


def test_a_promise_costs_its_bucket_and_its_recordings() -> None:
    before, after = estimate(stack()), estimate(stack("50ms"))
    assert after.objectives - before.objectives == OF_OBJECTIVE
    assert after.ingress > before.ingress
    assert after.nodes == before.nodes


def test_more_replicas_make_as_many_times_the_series_of_routes() -> None:
    scale = {"network:ingress": {"scale": {"minReplicas": 2}}}
    one = {"network:ingress": {"scale": {"minReplicas": 1}}}
    assert estimate(stack(**scale)).ingress == 2 * estimate(stack(**one)).ingress


def test_the_recordings_of_a_promise_are_as_many_as_are_counted() -> None:
    config = stacks.stack_config(
        "dev",
        {
            "network:observability": {
                "prometheus": {"install": {}},
                "objectives": {"shop": {"host": HOST, "availability": 99.9}},
            }
        },
    )
    recorded = [rule for group in objectives.build(config)[:2] for rule in group.rules]
    assert len(recorded) == OF_OBJECTIVE
