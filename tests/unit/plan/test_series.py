"""The number of series follows from what is declared, and what Prometheus needs from their number."""

from typing import Any

from network.config import StackConfig
from network.config.platform import MONITORING
from network.plan import build
from network.plan.ingress.buckets import USUAL, buckets
from network.plan.model.rules import Recording
from network.plan.observability import sizes
from network.plan.observability.series import (
    OF_TRAEFIK,
    RULES,
    estimate,
    of_replica,
    recorded,
    routers,
    services,
)
from tests import stacks

HOST = "shop.dev.k8s.webgrip.nl"
WEB = {"workload": "web", "port": "http"}
CANARY = {"workload": "web-canary", "port": "http"}


def stack(*latencies: str, **over: Any) -> StackConfig:
    promised = [{"within": each, "target": 95 + at} for at, each in enumerate(latencies)]
    objectives = {"shop": {"host": HOST, "availability": 99.9, "latency": promised}}
    observability = {"prometheus": {"install": {}}, "objectives": objectives}
    layers = {"network:observability": observability, **over}
    return stacks.stack_config("dev", layers, without=stacks.WATCHING)


def shop(**over: Any) -> StackConfig:
    """Return the dev stack with another shop."""
    return stack(**{"network:applications": {"shop": over}})


def test_without_a_promise_buckets_are_traefiks_own() -> None:
    config = stacks.stack_config("dev", without=stacks.WATCHING)
    assert buckets(config) == list(USUAL)
    assert "buckets" not in str(values(config))


def test_each_latency_that_is_promised_is_a_bucket_once() -> None:
    config = stack("50ms", "300ms", "2s")
    assert buckets(config) == [0.05, 0.1, 0.3, 1.2, 2.0, 5.0]
    assert values(config)["buckets"] == "0.05,0.1,0.3,1.2,2,5"


def values(config: StackConfig) -> Any:
    return build(config).ingress.release.values["metrics"]["prometheus"]


def test_what_is_asked_has_its_series_by_codes_methods_and_buckets() -> None:
    config = stack()
    # By code and method: 4 buckets, +Inf, sum, count, three counters; and two by TLS.
    each = 4 * 2 * (4 + 3 + 3) + 2
    assert of_replica(config, 0, 0) == OF_TRAEFIK + each
    assert of_replica(config, 10, 7) == OF_TRAEFIK + (1 + 10 + 7) * each


def test_each_host_of_a_route_is_a_router_with_a_service_of_its_own() -> None:
    before = stacks.stack_config("dev")
    after = shop(
        routes={"more": {"host": HOST, "hosts": ["more.dev.k8s.webgrip.nl"], "path": "/more", **WEB}}
    )
    assert routers(after) - routers(before) == 2
    assert services(after) - services(before) == 2


def test_members_of_services_count_once_whoever_leads_there() -> None:
    nested = {"weighted": {"services": [{"service": "canary", "weight": 1}, {**WEB, "weight": 1}]}}
    route = {"host": HOST, "path": "/more", "service": "all"}
    before, after = stacks.stack_config("dev"), shop(services={"all": nested}, routes={"more": route})
    assert routers(after) - routers(before) == 1
    assert services(after) == services(before)


def test_every_job_of_a_stack_is_counted_and_no_other() -> None:
    for config in (stack(), stacks.everything()):
        jobs = {endpoint.job for layer in build(config).layers for endpoint in layer.metrics}
        made = estimate(config).by_job
        assert made.keys() == {*jobs, "probe", RULES}
        assert all(made.values())


def test_a_promise_costs_its_bucket_and_its_recordings() -> None:
    before, after = estimate(stack()).by_job, estimate(stack("50ms")).by_job
    assert after[RULES] > before[RULES]
    assert after["traefik"] > before["traefik"]
    assert after["node-exporter"] == before["node-exporter"]


def test_more_replicas_make_as_many_times_the_series_of_routes() -> None:
    scale = {"network:ingress": {"scale": {"minReplicas": 2}}}
    one = {"network:ingress": {"scale": {"minReplicas": 1}}}
    assert estimate(stack(**scale)).by_job["traefik"] == 2 * estimate(stack(**one)).by_job["traefik"]
    assert estimate(stack(**one), replicas=2) == estimate(stack(**scale))


def test_recordings_are_as_many_as_the_plan_has() -> None:
    for config in (stack("50ms"), stacks.everything()):
        rules = [rule for layer in build(config).layers for group in layer.rules for rule in group.rules]
        assert recorded(config) == sum(isinstance(rule, Recording) for rule in rules)


def test_the_shipped_sizes_hold_the_series_of_the_shipped_stacks() -> None:
    for name in stacks.NAMES:
        assert list(sizes.findings(stacks.stack_config(name))) == []


def test_what_is_too_small_for_the_series_is_told_with_what_fits() -> None:
    small = {
        "resources": {"memoryRequest": "64Mi", "memoryLimit": "128Mi"},
        "storage": {"size": "1Gi"},
    }
    config = stack(**{"network:observability": {"prometheus": {"install": small}}})
    need = sizes.needs(config)
    memory, volume = sizes.findings(config)
    assert memory.location == ("observability", "prometheus", "install", "resources", "memoryLimit")
    assert f"`memoryLimit: {need.mebibytes}Mi`" in memory.fix
    assert volume.location == ("observability", "prometheus", "install", "storage", "size")
    assert f"`size: {need.gibibytes}Gi`" in volume.fix
    fits = {
        "resources": {"memoryRequest": "64Mi", "memoryLimit": f"{need.mebibytes}Mi"},
        "storage": {"size": f"{need.gibibytes}Gi"},
    }
    assert not list(sizes.findings(stack(**{"network:observability": {"prometheus": {"install": fits}}})))


def test_a_prometheus_of_somebody_else_s_has_no_size_of_ours() -> None:
    pods = {"namespace": MONITORING + "-other", "labels": {"app": "prometheus"}}
    integrate = {"namespace": MONITORING + "-other", "scraper": pods}
    layer = {"network:observability": {"prometheus": {"integrate": integrate}}}
    config = stacks.stack_config("dev", layer, without=stacks.WATCHING)
    assert list(sizes.findings(config)) == []
