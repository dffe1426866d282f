"""A stack's plan as a JSON document: what two versions of the program are compared by.

The two sides of a review may come from different versions of this module, so readers take what they find:
parts are only ever added to the format, and a changed meaning gets another name.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from network import capacity
from network.capacity import load, rows
from network.config import StackConfig
from network.config.errors import path_of
from network.config.model import Location
from network.config.stack import SECRETS
from network.config.zones import named
from network.plan import Plan, claims
from network.plan.addresses import AddressPlan
from network.plan.claims import Claim
from network.plan.external import ZonePlan
from network.plan.global_entry import GlobalEntryPlan
from network.plan.model.cloud import CloudResource
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Port, Range
from network.plan.model.kubernetes import Manifest, ReleasePlan, SecretPlan
from network.plan.model.parts import found
from network.plan.model.rules import Alert
from network.plan.observability import series

FORMAT = 1
"""Of the document; raised when a reader of the old one would misread the new one."""

FULL_OF_NOTHING = 999.0
"""Share of a limit that holds nothing."""

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
        "releases": [_release(release) for release in found(plan, ReleasePlan)],
        "flows": [_flow(flow) for flow in plan.flows],
        "podLabels": _pod_labels(plan),
        "alerts": [] if config.observability is None else list(_alerts(plan)),
        "seriesByJob": {} if config.observability is None else dict(series.estimate(config).by_job),
        **_capacity(config, plan),
        "volumes": [dataclasses.asdict(each) for layer in plan.layers for each in layer.volumes],
        "claims": list(_claims(claims.of(config))),
    }


def of_entry(plan: GlobalEntryPlan, taken: Iterable[Claim]) -> Document:
    """Return what a valid stack of a global load balancer leads to."""
    settings = plan.balancer.arguments["glb_settings"]
    return {
        "entry": {
            "name": plan.balancer.name,
            "targets": [
                {to_camel(key): value for key, value in dataclasses.asdict(each).items()}
                for each in plan.targets
            ],
            "hosts": [dataclasses.asdict(each) for each in plan.hosts],
            "failoverThreshold": settings.get("failover_threshold"),
        },
        "monthly": round(rows.cost(plan.charges).lowest, 2),
        "claims": list(_claims(taken)),
    }


def _claims(taken: Iterable[Claim]) -> Iterator[Document]:
    for each in taken:
        where = path_of(each.location)
        yield {"kind": each.kind, "value": each.value, "account": each.account, "where": where}


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
    for resource in found(plan.layers, CloudResource):
        yield {
            "type": resource.type,
            "name": resource.name,
            "inputs": in_camel_case(resource.arguments),
            "protect": resource.protect,
            "ignoreChanges": list(resource.ignore_changes),
            "deleteBeforeReplace": resource.delete_before_replace,
            "retainOnDelete": resource.adopted is not None,
            "adopted": resource.adopted,
        }
    for zone in found(plan.layers, ZonePlan):
        if zone.provider != "digitalocean":
            continue
        yield {
            "type": "Domain",
            "name": named("zone", zone.key),
            "inputs": {"name": zone.name},
            "protect": zone.protect,
            "ignoreChanges": [],
            "retainOnDelete": zone.mode == "adopt",
        }
        for record in zone.records:
            yield {
                "type": "DnsRecord",
                "name": record.key,
                "inputs": {
                    "domain": zone.name,
                    "type": record.type,
                    "name": record.name,
                    "ttl": record.ttl,
                    "value": record.value
                    or f"the {'internal ' if record.internal else ''}load balancer's address",
                    **({"tag": record.tag} if record.tag else {}),
                },
                "protect": False,
                "ignoreChanges": [],
            }


def in_camel_case(value: Any) -> Any:
    """Return arguments in the engine's spelling; the keys of labels are the user's own."""
    if isinstance(value, Mapping):
        return {
            to_camel(key): child if key == "labels" else in_camel_case(child) for key, child in value.items()
        }
    if isinstance(value, list):
        return [in_camel_case(child) for child in value]
    return value


def _objects(plan: Plan) -> Iterator[Manifest]:
    # In the order of declaration: namespaces and policies stand before what they govern.
    layers = [dataclasses.replace(layer, namespaces=()) for layer in plan.layers]
    for part in found((plan.namespaces, plan.policies, layers), dict):
        if {"apiVersion", "kind", "metadata"} <= part.keys():
            yield part
    for secret in found(plan, SecretPlan):
        yield {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": secret.name, "namespace": secret.namespace},
            "type": secret.type,
            "dataFrom": dict(secret.data),
        }


def _release(release: ReleasePlan) -> Document:
    chart = release.chart.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "name": release.name,
        "namespace": release.namespace,
        "chart": {"name": release.chart_name, **chart},
        "values": release.values,
        "adopted": release.adopted,
    }


def _flow(flow: Flow) -> Document:
    return {
        "name": flow.name,
        "source": _peer(flow.source),
        "destination": _peer(flow.destination),
        "ports": [port.manifest for port in flow.ports],
        "reason": flow.reason,
    }


def port_of(port: Document) -> Port:
    """Return a port of a flow, as a document has it."""
    return Port(port["port"], port["protocol"], port.get("endPort"))


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


def _capacity(config: StackConfig, plan: Plan) -> Document:
    """Return limits beside the declared load, or beside none, with a node gone; and the month's bill."""
    found = capacity.build(config, plan)
    by_name = {limit.name: limit for limit in found.limits}
    compared = rows.rows(found.limits, load.declared(config) or load.NONE, node_gone=True)
    used = {row.name: row for row in compared}
    bill = rows.cost(found.charges)
    return {
        "limits": [
            {
                "name": name,
                "unit": limit.unit,
                "holds": used[name].holds,
                "needed": round(used[name].needed, 6),
                "used": _finite(used[name].used),
                "raisedBy": limit.raised_by,
            }
            for name, limit in by_name.items()
        ],
        "charges": [
            {
                "name": each.name,
                "dollars": each.dollars,
                "fewest": each.fewest,
                "most": each.fewest if each.most is None else each.most,
            }
            for each in found.charges
        ],
        "monthly": {
            "lowest": round(bill.lowest, 2),
            "highest": round(bill.highest, 2),
            "unknown": list(bill.unknown),
        },
    }


def _finite(share: float | None) -> float | None:
    """Return a share, of nothing at all a large one: JSON knows no infinity."""
    return None if share is None else min(round(share, 6), FULL_OF_NOTHING)


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
