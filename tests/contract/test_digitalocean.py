"""Arguments of DigitalOcean's resources against the SDK's own inputs and, for types, against the
published schema, which is older than the SDK."""

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi_digitalocean
import pytest
from pydantic.alias_generators import to_camel

from network.config.global_entry.entry import GlobalEntry
from network.plan import Plan, global_entry
from network.plan.model.cloud import CloudResource
from tests.global_stacks import ENTRY
from tests.global_stacks import stacks as global_stacks

FILLED_IN = {
    "Vpc": set(),
    "KubernetesCluster": {"vpcUuid"},
    "KubernetesNodePool": {"clusterId"},
    "UptimeAlert": {"checkId"},
    "MonitorAlert": {"entities"},
    "VpcNatGateway": {"vpcs"},
}
"""Inputs that are ids of other resources, known only when those are declared."""

JSON_TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}

Schema = Mapping[str, Any]


@pytest.fixture(scope="session")
def schema(contracts: Path) -> Schema:
    """The provider's package schema."""
    return json.loads((contracts / "digitalocean" / "schema.json").read_text())


def resources(plan: Plan) -> Iterator[tuple[str, CloudResource]]:
    """Yield each resource with its type's name."""
    yield "Vpc", plan.external.vpc
    yield "KubernetesCluster", plan.cluster.cluster
    for pool in plan.cluster.pools:
        yield "KubernetesNodePool", pool
    if plan.external.firewall is not None:
        yield "Firewall", plan.external.firewall
    for resource in plan.external.peerings:
        yield resource.type, resource
    if plan.egress.gateway is not None:
        yield plan.egress.gateway.type, plan.egress.gateway
    if plan.external.cdns is not None:
        yield plan.external.cdns.key.type, plan.external.cdns.key
        for cdn in plan.external.cdns.each:
            parts = (cdn.bucket, cdn.policy, cdn.cors, cdn.upload_key, cdn.certificate, cdn.endpoint)
            yield from ((each.type, each) for each in parts if each is not None)
    for watch in plan.outside.hosts:
        for resource in (watch.check, *watch.alerts):
            yield resource.type, resource
    for alert in (each for alerts in plan.outside.load_balancers.values() for each in alerts):
        yield alert.type, alert


def problems(schema: Schema, type_name: str, resource: CloudResource) -> Iterator[str]:
    """Yield what is wrong with a resource's arguments."""
    token = f"digitalocean:index/{type_name[0].lower()}{type_name[1:]}:{type_name}"
    described = schema["resources"][token]
    given = {to_camel(name) for name in resource.arguments} | FILLED_IN.get(type_name, set())
    for name in set(described.get("requiredInputs", ())) - given:
        yield f"{type_name}.{name}: required, not given"
    yield from _object(schema, described["inputProperties"], type_name, resource.arguments)


def _object(schema: Schema, properties: Schema, type_name: str, given: Mapping[str, Any]) -> Iterator[str]:
    accepted = inspect.signature(getattr(pulumi_digitalocean, f"{type_name}Args")).parameters
    for name, value in given.items():
        where = f"{type_name}.{name}"
        if name not in accepted:
            yield f"{where}: no such argument in the SDK"
        elif (described := properties.get(to_camel(name))) is not None:
            yield from _value(schema, described, where, value)


def _value(schema: Schema, described: Schema, where: str, value: Any) -> Iterator[str]:
    if (reference := described.get("$ref")) is not None:
        token = reference.removeprefix("#/types/")
        nested = schema["types"][token]
        type_name = token.rpartition(":")[2]
        for name in set(nested.get("required", ())) - {to_camel(key) for key in value}:
            yield f"{where}.{name}: required, not given"
        yield from _object(schema, nested["properties"], type_name, value)
    elif described["type"] == "array":
        for index, item in enumerate(value):
            yield from _value(schema, described["items"], f"{where}[{index}]", item)
    elif described["type"] == "object":
        for key, item in value.items():
            yield from _value(schema, described["additionalProperties"], f"{where}.{key}", item)
    elif not isinstance(value, JSON_TYPES[described["type"]]):
        yield f"{where}: {value!r} is no {described['type']}"


def test_every_argument_is_an_input_of_its_resource(plan: Plan, schema: Schema) -> None:
    found = [
        problem
        for type_name, resource in resources(plan)
        for problem in problems(schema, type_name, resource)
    ]
    assert found == []


def test_what_is_ignored_is_an_input_of_its_resource(plan: Plan, schema: Schema) -> None:
    cluster = plan.cluster.cluster
    inputs = schema["resources"]["digitalocean:index/kubernetesCluster:KubernetesCluster"]
    assert set(cluster.ignore_changes) <= inputs["inputProperties"].keys()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ip_rnge": "10.0.0.0/16"},
        {"ip_range": 10},
    ],
    ids=str,
)
def test_a_wrong_argument_is_found(wrong: dict[str, Any], plan: Plan, schema: Schema) -> None:
    vpc = plan.external.vpc
    broken = replace(vpc, arguments={**vpc.arguments, **wrong})
    assert list(problems(schema, "Vpc", broken))


def test_a_global_load_balancer_has_arguments_of_the_sdk_and_the_schema(schema: Schema) -> None:
    entry = GlobalEntry.model_validate(ENTRY, by_alias=True)
    planned = global_entry.build(entry, global_stacks())
    assert list(problems(schema, "LoadBalancer", planned.balancer)) == []
