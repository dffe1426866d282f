"""A stack's plan as a JSON document: what two versions of the program are compared by.

The two sides of a review may come from different versions of this module, so readers take what they find:
parts are only ever added to the format, and a changed meaning gets another name.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from network.config import StackConfig
from network.config.errors import path_of
from network.config.model import Location
from network.config.stack import SECRETS
from network.plan import Plan, claims
from network.plan.addresses import AddressPlan
from network.plan.external import RecordPlan, ZonePlan
from network.plan.model.cloud import CloudResource
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Range
from network.plan.model.kubernetes import Manifest, ReleasePlan, SecretPlan
from network.plan.model.rules import Alert
from network.plan.observability import series

FORMAT = 1
"""Of the document; raised when a reader of the old one would misread the new one."""

Document = dict[str, Any]


def of_plan(config: StackConfig, plan: Plan) -> Document:
    """Return what a valid stack leads to; no secret is in it, and no digest of one."""
    return {
        "config": config.model_dump(
            mode="json", by_alias=True, exclude={field.name for field in SECRETS.values()}
        ),
        "addresses": _addresses(plan.addresses),
        "resources": list(_cloud_resources(plan)),
        "objects": list(_objects(plan)),
        "adoptedNamespaces": [each.name for each in plan.namespaces if each.owner == "adopted"],
        "releases": [_release(release) for release in _found(plan, ReleasePlan)],
        "flows": [_flow(flow) for flow in plan.flows],
        "podLabels": _pod_labels(plan),
        "alerts": [] if config.observability is None else list(_alerts(plan)),
        "series": {} if config.observability is None else dataclasses.asdict(series.estimate(config)),
        "claims": [
            {"kind": each.kind, "value": each.value, "account": each.account, "where": path_of(each.location)}
            for each in claims.of(config)
        ],
    }


def of_file(layers: Mapping[str, Any]) -> Document:
    """Return what a stack file itself says, and for its secrets only whether they stay the same."""
    given = {key: value for key, value in layers.items() if key not in SECRETS}
    secrets = {
        ".".join(map(str, location)): _fingerprint(value)
        for key in SECRETS
        if key in layers
        for location, value in _ciphertexts((key,), layers[key])
    }
    return {"given": json.loads(json.dumps(given, default=str)), "secrets": secrets}


def _ciphertexts(here: Location, value: Any) -> Iterator[tuple[Location, Any]]:
    if isinstance(value, Mapping) and set(value) != {"secure"}:
        for key, child in value.items():
            yield from _ciphertexts((*here, key), child)
    else:
        yield here, value


def _fingerprint(value: Any) -> str:
    """Return a digest of a ciphertext. A digest of a plain text, which is refused, could be guessed."""
    if isinstance(value, Mapping) and isinstance(value.get("secure"), str):
        return hashlib.sha256(value["secure"].encode()).hexdigest()[:16]
    return "in plain text"


def _addresses(plan: AddressPlan) -> Document:
    return {
        "vpc": str(plan.vpc),
        "pods": str(plan.pods),
        "services": str(plan.services),
        "others": {name: str(network) for name, network in plan.others.items()},
        "nodesByVpc": plan.capacity.nodes_by_vpc,
        "nodesByPods": plan.capacity.nodes_by_pods,
        "serviceAddresses": plan.capacity.services,
        "fewestNodes": plan.capacity.fewest_nodes,
        "mostNodes": plan.capacity.most_nodes,
    }


def _cloud_resources(plan: Plan) -> Iterator[Document]:
    for resource in _found(plan.layers, CloudResource):
        yield {
            "type": resource.type,
            "name": resource.name,
            "inputs": _in_camel_case(resource.arguments),
            "protect": resource.protect,
            "ignoreChanges": list(resource.ignore_changes),
            "deleteBeforeReplace": resource.delete_before_replace,
        }
    for zone in _found(plan.layers, ZonePlan):
        yield {
            "type": "Domain",
            "name": "zone",
            "inputs": {"name": zone.name},
            "protect": zone.protect,
            "ignoreChanges": [],
            "retainOnDelete": zone.mode == "adopt",
        }
        for record in _found(plan.layers, RecordPlan):
            yield {
                "type": "DnsRecord",
                "name": record.key,
                "inputs": {
                    "domain": zone.name,
                    "type": record.type,
                    "name": record.name,
                    "ttl": record.ttl,
                    "value": record.value or "the load balancer's address",
                    **({"tag": record.tag} if record.tag else {}),
                },
                "protect": False,
                "ignoreChanges": [],
            }


def _in_camel_case(value: Any) -> Any:
    """Return arguments in the engine's spelling; the keys of labels are the user's own."""
    if isinstance(value, Mapping):
        return {
            to_camel(key): child if key == "labels" else _in_camel_case(child) for key, child in value.items()
        }
    if isinstance(value, list):
        return [_in_camel_case(child) for child in value]
    return value


def _objects(plan: Plan) -> Iterator[Manifest]:
    # In the order of declaration: namespaces and policies stand before what they govern.
    layers = [dataclasses.replace(layer, namespaces=()) for layer in plan.layers]
    for part in _found((plan.namespaces, plan.policies, layers), dict):
        if {"apiVersion", "kind", "metadata"} <= part.keys():
            yield part
    for secret in _found(plan, SecretPlan):
        yield {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": secret.name, "namespace": secret.namespace},
            "type": secret.type,
            "dataFrom": dict(secret.data),
        }


def _found(part: Any, kind: type[Any]) -> Iterator[Any]:
    """Yield the instances of a class in a part of the plan; nothing is looked for inside one."""
    if isinstance(part, kind) and (kind is not dict or "kind" in part):
        yield part
        return
    if isinstance(part, ReleasePlan | Flow):
        return
    if dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from _found(getattr(part, field.name), kind)
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _found(value, kind)
    elif isinstance(part, Sequence) and not isinstance(part, str | bytes):
        for item in part:
            yield from _found(item, kind)


def _release(release: ReleasePlan) -> Document:
    chart = release.chart.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "name": release.name,
        "namespace": release.namespace,
        "chart": {"name": release.chart_name, **chart},
        "values": release.values,
    }


def _flow(flow: Flow) -> Document:
    return {
        "name": flow.name,
        "source": _peer(flow.source),
        "destination": _peer(flow.destination),
        "ports": [{"port": port.port, "protocol": port.protocol} for port in flow.ports],
        "reason": flow.reason,
    }


def _peer(peer: Peer) -> Document:
    match peer:
        case Pods():
            return {"namespace": peer.namespace, "name": peer.name, "labels": dict(peer.labels)}
        case Entity():
            return {"entity": peer.name}
        case Range():
            return {"range": str(peer.network)}
        case Host():
            return {"host": peer.name}


def _alerts(plan: Plan) -> Iterator[Document]:
    for layer in plan.layers:
        for group in layer.rules:
            for rule in group.rules:
                if isinstance(rule, Alert):
                    yield {"name": rule.name, "severity": rule.severity}


def _pod_labels(plan: Plan) -> list[Document]:
    """Return the kinds of pods that the platform knows of: those that a flow or a Service names."""
    known: dict[tuple[str, str], Document] = {}
    for flow in plan.flows:
        for peer in (flow.source, flow.destination):
            if isinstance(peer, Pods) and peer.labels:
                known[peer.namespace, peer.name] = _peer(peer)
    return [known[key] for key in sorted(known)]
