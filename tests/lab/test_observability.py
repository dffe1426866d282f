"""What watches the platform, for real: scrapes, rules, probes, who is told, who may look (OBS-1 to OBS-8)."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from network.cli.check import check_file
from network.config import StackConfig
from network.plan import Plan, build
from network.plan.model.flows import Pods
from network.plan.model.monitoring import PROBES_JOB
from network.plan.model.rules import Recording
from network.plan.observability import pods
from network.plan.observability.series import RULES, estimate
from tests.lab.patience import until
from tests.lab.platform import Platform
from tests.lab.prometheus import Prometheus, viewed

pytestmark = pytest.mark.lab

PATIENCE = 180
"""Seconds until every target was scraped: two of their intervals, and as long again for a busy machine."""


@pytest.fixture(scope="module")
def prometheus(dev: Platform) -> Iterator[Prometheus]:
    with viewed(dev) as found:
        yield found


@pytest.fixture(scope="module")
def plan(dev: Platform) -> Plan:
    """The plan that was brought up."""
    return build(configuration(dev))


def configuration(dev: Platform) -> StackConfig:
    """What was brought up."""
    config = check_file(dev.folder / "engine" / "project" / "Pulumi.dev.yaml").config
    assert config is not None
    return config


def test_every_target_of_every_declared_job_is_up(dev: Platform, prometheus: Prometheus, plan: Plan) -> None:
    """A pod that a policy cuts off, or that no monitor selects, would be missing or down."""
    nodes, everything = len(dev.objects("nodes")), dev.objects("pods", "--all-namespaces")

    def count(target: object) -> int:
        if not isinstance(target, Pods):
            return nodes
        return sum(
            pod["metadata"]["namespace"] == target.namespace
            and target.labels.items() <= pod["metadata"]["labels"].items()
            for pod in everything
        )

    endpoints = [endpoint for layer in plan.layers for endpoint in layer.metrics]
    expected = {endpoint.job: count(endpoint.target) for endpoint in endpoints}
    assert all(expected.values()), expected

    def up() -> Counter[str]:
        found = Counter(each["labels"]["job"] for each in prometheus.targets() if each["health"] == "up")
        del found[PROBES_JOB]
        return found

    until(lambda: up() == expected, f"up is {expected}", PATIENCE)
    assert {each["labels"]["job"] for each in prometheus.targets()} == {*expected, PROBES_JOB}


def test_each_job_tells_as_many_series_as_are_computed(dev: Platform, prometheus: Prometheus) -> None:
    """Traefik's, of which nobody asks each route in every way here, `test_series.py` has."""
    running = [
        pod
        for pod in dev.objects("pods", "--all-namespaces")
        if pod["status"]["phase"] in ("Pending", "Running")
    ]
    computed = dict(estimate(configuration(dev), pods=len(running)).by_job)
    assert computed.pop("traefik")

    def counted() -> dict[str, int]:
        found = prometheus.query('count by (job) ({__name__!=""})')
        return {each["metric"].get("job", RULES): int(each["value"][1]) for each in found}

    # A job of a hundred differs by more than a tenth with each alert that waits, or volume that is told of.
    expected = {job: pytest.approx(count, rel=0.1, abs=25) for job, count in computed.items()}

    def agree() -> bool:
        return {job: count for job, count in counted().items() if job != "traefik"} == expected

    until(agree, f"{counted()} are {computed}", PATIENCE)


def test_every_declared_rule_is_evaluated_without_an_error(prometheus: Prometheus, plan: Plan) -> None:
    rules = [rule for layer in plan.layers for group in layer.rules for rule in group.rules]
    declared = Counter(rule.record if isinstance(rule, Recording) else rule.name for rule in rules)

    def evaluated() -> bool:
        return all(rule["health"] == "ok" for rule in prometheus.rules())

    until(evaluated, "every rule is ok", PATIENCE)
    assert Counter(rule["name"] for rule in prometheus.rules()) == declared


def test_every_probe_of_a_public_host_succeeds_on_both_of_traefik_s_replicas(prometheus: Prometheus) -> None:
    """A pod that asked Traefik on its own node would wait for ever."""
    probes = sum(each["labels"]["job"] == PROBES_JOB for each in prometheus.targets())
    assert probes

    def succeed() -> bool:
        # By four in a row each was led to either replica: kube-proxy chooses anew for each.
        return len(prometheus.query("sum_over_time(probe_success[2m]) >= 4")) == probes

    until(succeed, f"{probes} probes succeed four times in two minutes", PATIENCE)
    assert prometheus.query("probe_ssl_earliest_cert_expiry > time()")


def test_the_lab_s_own_noise_is_no_drop_by_a_policy(prometheus: Prometheus) -> None:
    """Router solicitations, which every pod sends, have a reason of their own."""
    drops = "sum(increase(cilium_drop_count_total{reason=%s}[1m])) or vector(0)"
    until(
        lambda: prometheus.query(drops % '"Policy denied"')[0]["value"][1] == "0",
        "a minute without a drop by a policy",
        PATIENCE,
    )
    assert float(prometheus.query(drops % '"Unsupported L3 protocol"')[0]["value"][1]) > 0


@pytest.mark.parametrize(
    "target",
    [
        f"monitoring-prometheus.monitoring:{pods.PROMETHEUS_PORT}",
        f"monitoring-alertmanager.monitoring:{pods.ALERTMANAGER_PORT}",
        f"monitoring-kube-state-metrics.monitoring:{pods.KUBE_STATE_METRICS_PORT}",
        f"prometheus-blackbox-exporter.monitoring:{pods.BLACKBOX_PORT}",
    ],
)
def test_what_watches_answers_no_pod_of_an_application(dev: Platform, target: str) -> None:
    said = dev.lab(*("exec", "shop/web", "--", "demo", "get", "-t", "3s", f"http://{target}/"), status=None)
    assert not re.search(r"HTTP/\d", said), said


def test_what_watches_is_no_service_of_a_node_port_or_load_balancer(dev: Platform) -> None:
    for namespace in ("monitoring", "monitoring-nodes"):
        for service in dev.objects("services", f"--namespace={namespace}"):
            assert service["spec"]["type"] == "ClusterIP"


def test_hubble_tells_the_flows_of_every_node(dev: Platform) -> None:
    nodes = {node["metadata"]["name"] for node in dev.objects("nodes")}
    until(lambda: {name.rpartition("/")[2] for name in _nodes_of_flows(dev)} == nodes, f"flows of {nodes}")


def _nodes_of_flows(dev: Platform) -> set[str]:
    told = dev.lab("hubble", "observe", "--last", "50", "--output", "jsonpb")
    return set(re.findall(r'"node_name":"([^"]+)"', told))
