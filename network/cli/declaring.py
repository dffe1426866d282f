"""Lines that would declare a connection in a stack file (POL-2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Any

import yaml

from network.cli.undeclared import Pod
from network.cli.verdicts import API_SERVER, NODES, Undeclared
from network.config import StackConfig
from network.config.applications import Workload
from network.config.platform import PLATFORM_NAMESPACES, TRAEFIK
from network.plan.model.names import application_namespace

REASON = "say here why"
"""Stands where only a person knows."""


@dataclass(frozen=True)
class Declared:
    """A workload of the stack."""

    application: str
    workload: str


@dataclass(frozen=True)
class Lines:
    """What to add, or why nothing can be."""

    add: Mapping[str, Any] | None
    """Below `network:applications`."""
    why: str = ""

    def text(self) -> str:
        """Return it as it stands in a stack file, or the reason."""
        if self.add is None:
            return self.why
        return "\n".join(["network:applications:", *_written(self.add, 1)])


def lines(config: StackConfig, connection: Undeclared, pods: Mapping[str, Pod]) -> Lines:
    """Return the lines that declare a connection, whose ends are called as `pods` knows them."""
    source = _declared(config, connection.source, pods)
    destination = _declared(config, connection.destination, pods)
    if source is not None:
        to, ports = _destination(config, source, connection, destination, pods)
        if to is None:
            return Lines(None, f"{connection.destination} is neither a pod, a host name nor an IPv4 address.")
        return Lines(_merged({source.application: {"talksTo": {source.workload: [to]}}}, ports))
    if destination is None:
        return Lines(None, "Neither end is a workload of this stack.")
    if (pod := pods.get(connection.source)) is not None and pod.namespace == TRAEFIK:
        return Lines(None, "Traefik connects to what a route leads to: declare a route, or the port of one.")
    if pod is not None and pod.namespace in PLATFORM_NAMESPACES:
        return Lines(None, "The platform's own pods: no stack file declares their connections.")
    accepted = _peer(connection.source, pods)
    if accepted is None or "host" in accepted:
        return Lines(None, f"{connection.source} is neither a pod nor an IPv4 address.")
    port, ports = _port(config, destination, connection)
    entry = {**accepted, "port": port, "reason": REASON}
    return Lines(_merged({destination.application: {"acceptsFrom": {destination.workload: [entry]}}}, ports))


def _destination(
    config: StackConfig,
    source: Declared,
    connection: Undeclared,
    destination: Declared | None,
    pods: Mapping[str, Pod],
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the entry of `talksTo`, and what its destination must declare beside."""
    if destination is not None:
        port, ports = _port(config, destination, connection)
        own = (
            {} if destination.application == source.application else {"application": destination.application}
        )
        return {**own, "workload": destination.workload, "port": port, "reason": REASON}, ports
    if connection.destination == API_SERVER:
        return {"entity": API_SERVER, "reason": REASON}, {}
    peer = _peer(connection.destination, pods)
    if peer is None:
        return None, {}
    protocol = {} if connection.protocol == "TCP" else {"protocol": connection.protocol}
    return {**peer, "port": connection.port, **protocol, "reason": REASON}, {}


def _peer(name: str, pods: Mapping[str, Pod]) -> dict[str, Any] | None:
    """Return an end that is no workload of the stack."""
    if name == NODES:
        return {"entity": NODES}
    if name in pods:
        pod = pods[name]
        return {"pods": {"namespace": pod.namespace, "labels": dict(pod.labels)}}
    try:
        return {"range": f"{IPv4Address(name)}/32"}
    except AddressValueError:
        return {"host": name} if "." in name and "/" not in name and ":" not in name else None


def _declared(config: StackConfig, name: str, pods: Mapping[str, Pod]) -> Declared | None:
    if name not in pods:
        return None
    pod = pods[name]
    for application, declared in config.applications.items():
        if application_namespace(config, application) == pod.namespace:
            for workload, each in declared.workloads.items():
                if each.labels.items() <= pod.labels.items():
                    return Declared(application, workload)
    return None


def _port(config: StackConfig, end: Declared, connection: Undeclared) -> tuple[str, dict[str, Any]]:
    """Return the name of a workload's port, and what declares it where it is new."""
    workload: Workload = config.applications[end.application].workloads[end.workload]
    for name, port in workload.ports.items():
        if (port.port, port.protocol) == (connection.port, connection.protocol):
            return name, {}
    name = f"port-{connection.port}"
    protocol = {} if connection.protocol == "TCP" else {"protocol": connection.protocol}
    new = {"ports": {name: {"port": connection.port, **protocol}}}
    return name, {end.application: {"workloads": {end.workload: new}}}


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = {key: {**value} for key, value in one.items()}
    for key, value in other.items():
        merged[key] = {**merged.get(key, {}), **value}
    return merged


def _written(part: Mapping[str, Any], depth: int) -> list[str]:
    """Return mappings as indented keys down to lists and ports, whose entries stand on one line each."""
    found: list[str] = []
    for key, value in part.items():
        indent = "  " * depth
        if isinstance(value, list):
            found.append(f"{indent}{key}:")
            found += [f"{indent}  - {_flow(each)}" for each in value]
        elif key == "ports":
            found.append(f"{indent}{key}: {_flow(value)}")
        else:
            found += [f"{indent}{key}:", *_written(value, depth + 1)]
    return found


def _flow(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).strip()
