"""The Deployments that the lab brings for declared workloads."""

import json
from typing import Any

import pytest

from lab.demo.redis import named, secret
from lab.demo.workloads import OWNER, adopted_namespaces, deployments
from network.config import StackConfig
from network.config.traffic.redis import Redis
from network.plan.model.names import application_namespace
from tests.contract.strict import kubernetes_kind
from tests.stacks import KUBERNETES, everything, stack_config


@pytest.fixture(scope="module")
def config() -> StackConfig:
    return everything()


@pytest.fixture(scope="module")
def by_workload(config: StackConfig) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["metadata"]["namespace"], each["metadata"]["name"]): each for each in deployments(config)}


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return only


def environment(deployment: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each.get("value", "") for each in container(deployment)["env"]}


def test_each_workload_has_a_deployment_in_its_application_s_namespace(
    config: StackConfig, by_workload: dict[tuple[str, str], dict[str, Any]]
) -> None:
    assert by_workload.keys() == {
        (application_namespace(config, name), workload)
        for name, application in config.applications.items()
        for workload in application.workloads
    }


def test_the_pods_have_exactly_the_labels_and_ports_that_are_declared(
    config: StackConfig, by_workload: dict[tuple[str, str], dict[str, Any]]
) -> None:
    for name, application in config.applications.items():
        for workload_name, workload in application.workloads.items():
            deployment = by_workload[application_namespace(config, name), workload_name]
            assert deployment["spec"]["template"]["metadata"]["labels"] == workload.labels
            assert deployment["spec"]["selector"]["matchLabels"] == workload.labels
            assert {port["name"]: port["containerPort"] for port in container(deployment)["ports"]} == {
                port_name: port.port for port_name, port in workload.ports.items()
            }


def test_every_deployment_fits_kubernetes_own_schema(
    by_workload: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for deployment in by_workload.values():
        kubernetes_kind("apps/v1", "Deployment", KUBERNETES).validate(deployment)


def test_a_restricted_namespace_admits_every_pod(
    by_workload: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for deployment in by_workload.values():
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        security = container(deployment)["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}


def test_the_backend_s_own_ports_are_none_of_the_workload_s() -> None:
    taken = {
        "network:applications": {
            "shop": {
                "workloads": {
                    "web": {"ports": {"odd": {"port": 9091}, "dns": {"port": 53, "protocol": "UDP"}}}
                }
            }
        }
    }
    web = next(each for each in deployments(stack_config("dev", taken)) if each["metadata"]["name"] == "web")
    told = environment(web)
    assert {told["DEMO_PROBE_PORT"], told["DEMO_CONTROL_PORT"]} == {"9092", "9093"}
    assert set(told["DEMO_PORTS"].split(",")) == {"http=8080/tcp", "odd=9091/tcp", "dns=53/udp"}
    assert container(web)["readinessProbe"]["httpGet"]["port"] == 9092


def test_what_no_port_leads_to_runs_once_and_the_rest_twice(
    by_workload: dict[tuple[str, str], dict[str, Any]],
) -> None:
    replicas = {bool(container(each)["ports"]): each["spec"]["replicas"] for each in by_workload.values()}
    assert replicas == {False: 1, True: 2}


def test_the_workload_that_is_named_for_it_is_a_redis_with_a_password() -> None:
    stack = {
        "network:applications": {
            "limits": {
                "workloads": {"redis": {"labels": {"app": "redis"}, "ports": {"redis": {"port": 6379}}}}
            }
        }
    }
    declared = Redis(application="limits", workload="redis", port="redis")
    redis = named(declared, lambda: "throw-away")
    assert redis is not None
    found = {each["metadata"]["name"]: each for each in deployments(stack_config("dev", stack), redis)}
    assert found["redis"]["spec"]["replicas"] == 1
    arguments = container(found["redis"])["args"]
    assert arguments[arguments.index("--port") + 1] == "6379"
    assert "--requirepass" in arguments
    assert "throw-away" not in json.dumps(found)
    kubernetes_kind("apps/v1", "Deployment", KUBERNETES).validate(found["redis"])
    kubernetes_kind("v1", "Secret", KUBERNETES).validate(secret(redis, "limits"))
    assert container(found["web"])["image"] != container(found["redis"])["image"]


def test_a_redis_outside_is_none_of_the_lab_s_workloads() -> None:
    assert named(Redis(host="redis.example", port=6379), str) is None
    assert named(None, str) is None


def test_the_lab_finds_its_deployments_again(
    by_workload: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert all(OWNER.items() <= each["metadata"]["labels"].items() for each in by_workload.values())


def test_only_namespaces_of_somebody_else_must_exist_beforehand() -> None:
    adopting = {
        "network:applications": {
            "api": {
                "namespace": "backend",
                "createNamespace": False,
                "workloads": {"api": {"labels": {"app": "api"}, "ports": {"http": {"port": 80}}}},
            }
        }
    }
    assert adopted_namespaces(stack_config("dev", adopting)) == ("backend",)
    assert adopted_namespaces(stack_config("dev")) == ()


def test_of_a_range_the_backend_listens_on_both_ends() -> None:
    ranged = {"ports": {"mesh": {"port": 9090, "endPort": 9099}}}
    stack = {"network:applications": {"shop": {"workloads": {"web": ranged}}}}
    web = next(each for each in deployments(stack_config("dev", stack)) if each["metadata"]["name"] == "web")
    told = environment(web)
    assert set(told["DEMO_PORTS"].split(",")) == {"http=8080/tcp", "mesh=9090/tcp", "mesh-end=9099/tcp"}
    assert {told["DEMO_PROBE_PORT"], told["DEMO_CONTROL_PORT"]}.isdisjoint(map(str, range(9090, 9100)))


def test_workloads_send_spans_where_the_stack_takes_those_of_their_application(
    by_workload: dict[tuple[str, str], dict[str, Any]],
) -> None:
    sending = {key for key, each in by_workload.items() if "DEMO_OTLP" in environment(each)}
    assert {namespace for namespace, _ in sending} == {"shop"}
    assert {environment(by_workload[key])["DEMO_OTLP"] for key in sending} == {
        "http://collector.telemetry.svc.cluster.local:4318/v1/traces"
    }
