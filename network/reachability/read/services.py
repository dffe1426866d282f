"""Services, which policies never see: they act on the pods behind."""

from collections.abc import Mapping
from typing import Any, get_args

from network.reachability import fields, known_fields
from network.reachability.addresses import AddressSet
from network.reachability.errors import UnreadableError
from network.reachability.model import Service, ServicePort, ServiceType
from network.reachability.policies import protocol_of
from network.reachability.ports import FIRST, LAST

_TYPES: Mapping[str, ServiceType] = {kind: kind for kind in get_args(ServiceType)}


def service(manifest: Mapping[str, Any]) -> Service:
    """Return a Service. Raises UnreadableError for what is none."""
    metadata = known_fields.metadata(manifest)
    spec = fields.mapping(manifest.get("spec"), "spec")
    given = spec.get("type") or "ClusterIP"
    kind = _TYPES.get(given) if isinstance(given, str) else None
    if kind is None:
        raise UnreadableError("spec.type", f"must be one of {', '.join(_TYPES)}")
    selector = spec.get("selector")
    return Service(
        fields.namespace(metadata),
        fields.name(metadata),
        # Without a selector, or with an empty one, somebody else fills in its endpoints.
        fields.labels(selector, "spec.selector") if selector else None,
        tuple(
            _port(fields.mapping(port, here), here)
            for here, port in fields.items(spec.get("ports"), "spec.ports")
        ),
        kind,
        tuple(_addresses(spec)),
    )


def _port(port: Mapping[str, Any], path: str) -> ServicePort:
    number = fields.number(port.get("port"), f"{path}.port", FIRST, LAST)
    target = port.get("targetPort") or number
    name = port.get("name")
    node = port.get("nodePort") or None
    return ServicePort(
        number,
        fields.port_name(target, f"{path}.targetPort")
        if isinstance(target, str)
        else fields.number(target, f"{path}.targetPort", FIRST, LAST),
        protocol_of(port.get("protocol"), f"{path}.protocol"),
        None if name in (None, "") else fields.text(name, f"{path}.name"),
        None if node is None else fields.number(node, f"{path}.nodePort", FIRST, LAST),
    )


def _addresses(spec: Mapping[str, Any]) -> list[str]:
    """Return the cluster addresses: `None` and an empty text mean that there is none (yet)."""
    given = [
        spec.get("clusterIP"),
        *(each for _, each in fields.items(spec.get("clusterIPs"), "spec.clusterIPs")),
    ]
    found = dict.fromkeys(each for each in given if isinstance(each, str) and each not in ("", "None"))
    try:
        AddressSet.of(*found)
    except ValueError as error:
        raise UnreadableError("spec.clusterIP", str(error)) from error
    return list(found)
