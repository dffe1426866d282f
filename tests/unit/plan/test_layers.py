"""A layer is a unit: what it brings is found everywhere, without any other change."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from network import capacity
from network.capacity.load import NONE
from network.capacity.rows import cost, rows
from network.config import StackConfig
from network.config.charts import CertManagerChart
from network.config.platform import platform_namespaces
from network.plan import LAYERS, Plan, build, flow_document
from network.plan.model.capacity import Charge, Limit, Need, Taken
from network.plan.model.cloud import CloudResource
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.kubernetes import Manifest, ReleasePlan, manifest
from network.plan.model.layer import Door, LayerPlan, MetricsEndpoint, RunningPods
from network.plan.model.namespaces import of_platform
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS
from network.plan.model.volumes import VolumePlan
from network.reachability import analyse
from network.reachability.read.plan import cluster
from network.reachability.render import graph, of_flows
from network.review.compare import StackReview, compare
from network.review.document import FORMAT, of_plan
from tests import stacks

TOYS = Pods("toys", "toy", {"app": "toy"})
MONITORED = {"network:policies": {"monitoring": {"namespace": "monitoring", "labels": {"app": "prometheus"}}}}
CONFIG = stacks.stack_config("dev", MONITORED, without=stacks.WATCHING)


@dataclass(frozen=True, kw_only=True)
class ToyPlan(LayerPlan):
    title = "Toys"

    release: ReleasePlan
    settings: Manifest
    bucket: CloudResource


def toy(config: StackConfig) -> ToyPlan:
    running = RunningPods(TOYS, {"app": "toy", "release": "toy"}, {"play": 8080, "metrics": 9999})
    return ToyPlan(
        namespaces=(of_platform(config, "toys"),),
        flows=(Flow("toy-to-api-server", TOYS, API_SERVER, API_SERVER_PORTS, "Plays with the API."),),
        metrics=(MetricsEndpoint("toys", TOYS, 9999),),
        pods=(running,),
        doors=(Door("toys", "toy", running, {"play": 80}),),
        release=ReleasePlan(
            "toy", "toys", "toy", CertManagerChart(), {"service": {"spec": {"type": "LoadBalancer"}}}
        ),
        volumes=(VolumePlan("toy", 1, 70, kept=False),),
        limits=(Limit("toys: played with", "children", 3, Need(fixed=4), "toys.count", "nothing"),),
        taken=(Taken("toy", 100, 4000, pods=3),),
        charges=(Charge("toys", 7),),
        settings=manifest("v1", "ConfigMap", "toy", namespace="toys", data={"color": "red"}),
        bucket=CloudResource("SpacesBucket", "toys", {"name": "toys", "region": "ams3"}),
    )


@pytest.fixture(scope="module")
def with_toy() -> Plan:
    return build(CONFIG, (*LAYERS, toy))


@pytest.fixture(scope="module")
def review(with_toy: Plan) -> StackReview:
    return compare("dev", _document(build(CONFIG)), _document(with_toy))


def _document(plan: Plan) -> dict[str, Any]:
    whole = {"format": FORMAT, "stack": "dev", "problems": [], "given": {}, "secrets": {}}
    return json.loads(json.dumps({**whole, **of_plan(CONFIG, plan)}))


@pytest.mark.parametrize("config", [CONFIG, stacks.everything()], ids=["scraped", "everything"])
def test_the_namespaces_of_the_platform_are_those_that_its_layers_bring(config: StackConfig) -> None:
    own = [each.name for each in build(config).namespaces if each.holds == "platform"]
    assert sorted(own) == sorted(platform_namespaces(config.observability))


def test_its_plan_is_found_by_its_class(with_toy: Plan) -> None:
    assert with_toy[ToyPlan].release.name == "toy"


def test_its_namespace_is_made_and_denies_by_default(with_toy: Plan) -> None:
    assert "toys" in [each.name for each in with_toy.namespaces]
    (policies,) = [each for each in with_toy.policies if each.namespace == "toys"]
    assert policies.default_deny is not None
    assert "toy-to-api-server" in str(policies.manifests)


def test_its_pods_resolve_names_and_are_scraped(with_toy: Plan) -> None:
    names = {flow.name: flow for flow in with_toy.flows}
    assert "toys-to-cluster-dns" in names
    assert names["monitoring-to-toys-metrics"].ports == (Port(9999),)


def test_its_engineers_have_their_rights_there() -> None:
    engineers = {"network:access": {"platformEngineers": {"groups": ["network"]}}}
    bindings = build(stacks.stack_config("dev", engineers), (*LAYERS, toy)).access.bindings
    assert "toys" in [each["metadata"].get("namespace") for each in bindings]


def test_its_flows_are_on_the_page_and_in_the_drawing(with_toy: Plan) -> None:
    assert [flow.name for flow in flow_document.by_layer(with_toy)["Toys"]] == ["toy-to-api-server"]
    drawn = graph(of_flows(with_toy.flows), "Flows")
    assert ">toys<" in drawn
    assert ">toy<" in drawn


def test_its_pods_and_its_door_are_in_the_analysis(with_toy: Plan) -> None:
    known = cluster(CONFIG, with_toy)
    (pods,) = [each for each in known.workloads if each.namespace == "toys" and each.name == "toy"]
    assert pods.labels == {"app": "toy", "release": "toy"}
    assert [(port.number, port.name) for port in pods.ports] == [(8080, "play"), (9999, "metrics")]
    (door,) = [each for each in known.services if each.namespace == "toys"]
    assert [(port.number, port.target) for port in door.ports] == [(80, 8080)]
    assert analyse(known)


def test_the_review_tells_of_all_that_it_brings(review: StackReview) -> None:
    told = "\n".join([*(each.text for each in review.findings), *(each.details for each in review.sections)])
    for each in (
        "SpacesBucket",
        "ConfigMap toys/toy",
        "Namespace toys",
        "load balancer toy",
        "toys/toy",
        "70 GiB",
        "toys: played with",
        "nodes: memory",
        "7.00",
    ):
        assert each in told, each


def test_what_it_needs_and_costs_is_reckoned(with_toy: Plan) -> None:
    without, found = capacity.build(CONFIG, build(CONFIG)), capacity.build(CONFIG, with_toy)
    before = {row.name: row for row in rows(without.limits, NONE, node_gone=True)}
    after = {row.name: row for row in rows(found.limits, NONE, node_gone=True)}
    assert after["toys: played with"].verdict == "does not fit"
    assert after["nodes: memory"].needed == before["nodes: memory"].needed + 3 * 4000
    assert after["nodes: volumes"].needed == before["nodes: volumes"].needed + 1
    assert cost(found.charges).lowest == pytest.approx(cost(without.charges).lowest + 7 + 70 * 0.10)


def test_two_layers_cannot_bring_one_limit() -> None:
    plan = build(CONFIG, (*LAYERS, toy))
    (twice,) = plan[ToyPlan].limits
    doubled = replace(
        plan,
        layers=tuple(
            replace(layer, limits=(*layer.limits, twice)) if isinstance(layer, ToyPlan) else layer
            for layer in plan.layers
        ),
    )
    with pytest.raises(ValueError, match=r"more than one limit is called toys: played with"):
        capacity.build(CONFIG, doubled)


def test_two_layers_cannot_bring_one_name_twice() -> None:
    @dataclass(frozen=True, kw_only=True)
    class OtherToys(LayerPlan):
        title = "Other toys"

    def twin(config: StackConfig) -> OtherToys:
        return OtherToys(flows=toy(config).flows)

    with pytest.raises(ValueError, match=r"more than one flow is called .*toy-to-api-server"):
        build(CONFIG, (*LAYERS, toy, twin))


def test_two_layers_cannot_have_one_title() -> None:
    with pytest.raises(ValueError, match=r"more than one layer is called Toys"):
        build(CONFIG, (*LAYERS, toy, toy))
