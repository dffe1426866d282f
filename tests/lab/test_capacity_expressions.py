"""What `network capacity --live` asks, evaluated by Prometheus' own tool over a cluster that is made up."""

from pathlib import Path

import pytest

from network import capacity
from network.capacity import load
from network.plan import build
from tests import stacks
from tests.alerts.promtool import Expected, Promtool, Scenario

pytestmark = pytest.mark.lab

PODS = {
    "shop/web": ("one", "ReplicaSet", "Running", 0.5, 512),
    # On every node: nobody has room for it elsewhere.
    "kube-system/cilium": ("one", "DaemonSet", "Running", 0.1, 128),
    # On a node with a taint of the stack's.
    "batch/job": ("two", "Job", "Running", 2, 4096),
    # On one that is cordoned.
    "shop/api": ("three", "ReplicaSet", "Running", 0.25, 128),
    "shop/done": ("one", "Job", "Succeeded", 0.3, 64),
    "shop/waiting": ("", "ReplicaSet", "Pending", 0.2, 256),
}
TAINTS = {"two": "webgrip.nl/role", "three": "node.kubernetes.io/unschedulable"}


def cluster() -> dict[str, str]:
    """Return its series, each for ten minutes."""
    series = {f'kube_node_spec_taint{{node="{node}", key="{key}"}}': "1x10" for node, key in TAINTS.items()}
    for name, (node, kind, phase, cpu, memory) in PODS.items():
        namespace, pod = name.split("/")
        of = f'namespace="{namespace}", pod="{pod}"'
        series[f'kube_pod_info{{{of}, node="{node}", created_by_kind="{kind}"}}'] = "1x10"
        for each in ("Pending", "Running", "Succeeded"):
            series[f'kube_pod_status_phase{{{of}, phase="{each}"}}'] = f"{int(each == phase)}x10"
        requests = f'kube_pod_container_resource_requests{{{of}, node="{node}", container="main", resource='
        series[f'{requests}"cpu"}}'] = f"{cpu}x10"
        series[f'{requests}"memory"}}'] = f"{memory * 2**20}x10"
    return series | {
        # Half a core; the pod's own group of processes has the same again.
        'container_cpu_usage_seconds_total{namespace="traefik", pod="a", container="traefik"}': "0+30x10",
        'container_cpu_usage_seconds_total{namespace="traefik", pod="a"}': "0+30x10",
        'traefik_entrypoint_requests_total{entrypoint="websecure", code="200"}': "0+540x10",
        'traefik_entrypoint_requests_total{entrypoint="web", code="301"}': "0+60x10",
        'traefik_entrypoint_requests_total{entrypoint="internalsecure", code="200"}': "0+6000x10",
        'traefik_entrypoint_requests_bytes_total{entrypoint="websecure"}': "0+1500000x10",
        'traefik_entrypoint_responses_bytes_total{entrypoint="websecure"}': "0+13500000x10",
        'traefik_open_connections{entrypoint="websecure", pod="a"}': "20x10",
        'traefik_open_connections{entrypoint="web", pod="a"}': "10x10",
        'traefik_open_connections{entrypoint="metrics", pod="a"}': "5x10",
        'coredns_dns_requests_total{pod="a"}': "0+60x10",
        'coredns_dns_requests_total{pod="b"}': "0+30x10",
        'prometheus_tsdb_head_series{pod="a"}': "5000x10",
        'prometheus_tsdb_head_series{pod="b"}': "4000x10",
        'cilium_bpf_map_pressure{node="one", map_name="policy_00042"}': "0.5x10",
        'cilium_bpf_map_pressure{node="one", map_name="ct4_global"}': "0.75x10",
        'kube_persistentvolume_info{persistentvolume="a"}': "1x10",
        'kube_persistentvolume_info{persistentvolume="b"}': "1x10",
        **{
            f'kube_resourcequota{{namespace="{namespace}", resource="{resource}", type="{kind}"}}': (
                f"{value}x10"
            )
            for namespace in ("shop", "reporting")
            for resource, used in (("pods", 7), ("requests.cpu", 1.5), ("requests.memory", 3 * 2**30))
            for kind, value in (("used", used), ("hard", 100 * used))
        },
    }


TODAY = {
    "load balancer, public: requests": 10,
    "load balancer, public: connections": 30,
    "Traefik: CPU": 0.5,
    "Traefik: connections by memory": 35,
    # 250 kB a second in both directions, twice.
    "Traefik's nodes: bandwidth": 2 * 2,
    "CoreDNS: queries": 1.5,
    "Prometheus: series by memory": 5000,
    "policies: entries of one pod": 8192,
    "nodes: pods": 3,
    "nodes: CPU": 0.5 + 0.25 + 0.2,
    "nodes: memory": 512 + 128 + 256,
    "nodes: volumes": 2,
    **{
        f"quota of {namespace}: {what}": value
        for namespace in ("shop", "reporting")
        for what, value in (("pods", 7), ("CPU", 1.5), ("memory", 3 * 1024))
    },
}
LOAD = {"requests": 10, "connections": 30, "megabits": 2}


def test_todays_figures_are_those_of_the_cluster(tmp_path: Path) -> None:
    config = stacks.stack_config("prod")
    asked = {each.name: each.today for each in capacity.build(config, build(config)).limits if each.today}
    assert asked.keys() == TODAY.keys()
    expected = [Expected(expr, "10m", {"{}": TODAY[name]}) for name, expr in asked.items()]
    expected += [Expected(expr, "10m", {"{}": LOAD[name]}) for name, expr in load.queries(config).items()]
    Promtool(tmp_path).test({"groups": []}, [Scenario("a cluster", cluster(), expected)])
