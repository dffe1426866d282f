"""Workloads from the templates of their pods, and from pods that run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from network.reachability import fields, known_fields
from network.reachability.addresses import AddressSet
from network.reachability.errors import UnreadableError
from network.reachability.model import ContainerPort, Workload
from network.reachability.policies import protocol_of
from network.reachability.ports import FIRST, LAST
from network.reachability.read import foreign

Owner = tuple[str, str]
"""Kind and name."""

INDEX_OF_POD = "apps.kubernetes.io/pod-index"
NAME_OF_POD = "statefulset.kubernetes.io/pod-name"
NAMES_OF_JOB = ("batch.kubernetes.io/job-name", "job-name")
_LONGEST = 12
"""Digits of a pod's number, and more."""
_UIDS_OF_JOB = ("batch.kubernetes.io/controller-uid", "controller-uid")

_SELECTING = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")

UNKNOWN_LABELS: Mapping[str, tuple[str, ...]] = {
    "Deployment": ("pod-template-hash",),
    "StatefulSet": ("controller-revision-hash",),
    "DaemonSet": ("controller-revision-hash", "pod-template-generation"),
    "Job": _UIDS_OF_JOB,
    "CronJob": (*_UIDS_OF_JOB, *NAMES_OF_JOB),
}
"""Labels that controllers add to the pods of each kind, whose values only the pods tell."""


def templated(manifest: Mapping[str, Any], kind: str, keys: tuple[str, ...]) -> Workload:
    """Return the workload of a template, which stands below the keys."""
    metadata = known_fields.metadata(manifest)
    template, path = manifest, ""
    for key in keys:
        path = f"{path}.{key}" if path else key
        template = fields.mapping(template.get(key), path)
    if not template:
        raise UnreadableError(path, "is required: it is what pods are made from")
    fields.only(template, known_fields.TEMPLATE, path)
    pods = known_fields.metadata(template, f"{path}.metadata")
    workload = _workload(metadata, pods, template.get("spec"), kind, f"{path}.spec")
    spec = fields.mapping(manifest.get("spec"), "spec")
    if kind in _SELECTING:
        _check_selector(spec.get("selector"), workload)
    if kind == "Job" and not fields.is_generated(metadata):
        workload = _of_job(workload)
    if kind == "StatefulSet" and (ordinals := fields.mapping(spec.get("ordinals"), "spec.ordinals")):
        start = fields.number(ordinals.get("start") or 0, "spec.ordinals.start", 0, 1_000_000_000)
        workload = replace(workload, first=start)
    replicas = spec.get("replicas")
    if replicas is None:
        return workload
    return replace(workload, replicas=fields.number(replicas, "spec.replicas", 0, 1_000_000))


def of_another(manifest: Mapping[str, Any], kind: str, group: str, path: foreign.Path) -> Workload:
    """Return the workload of a template of another controller's kind. How often it is made is its affair."""
    metadata = known_fields.metadata(manifest)
    template: Any = manifest
    for key in path:
        template = template[key]
    here = ".".join(map(str, path)) or "metadata"
    pods = fields.mapping(template.get("metadata"), f"{here}.metadata")
    workload = _workload(metadata, pods, template.get("spec"), kind, f"{here}.spec")
    added = {} if fields.is_generated(metadata) else foreign.labels_of_name(kind, group, workload.name)
    return replace(workload, controller=group, labels={**added, **workload.labels})


def _check_selector(value: Any, workload: Workload) -> None:
    """Refuse what the API refuses: a controller whose pods are not its own."""
    if value is not None and not fields.selector(value, "spec.selector").holds(workload.labels):
        raise UnreadableError("spec.selector", "does not select the pods of its own template")


def _of_job(workload: Workload) -> Workload:
    """Add what the Job's controller labels its pods with."""
    return replace(workload, labels={**dict.fromkeys(NAMES_OF_JOB, workload.name), **workload.labels})


def numbered(workload: Workload, asked: Iterable[str]) -> Iterator[Workload]:
    """Yield the pods of a StatefulSet that any of the values asks for, which are names and numbers of pods,
    one by one, and the others as one: its controller labels each with its name and number."""
    every = range(workload.first, workload.first + workload.replicas)
    texts = (value.removeprefix(f"{workload.name}-") for value in asked)
    wanted = {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < _LONGEST}
    alone = sorted(number for number in wanted if number in every)
    others = next((number for number in every if number not in wanted), None)
    for number, replicas in [
        *((number, 1) for number in alone),
        *([] if others is None else [(others, len(every) - len(alone))]),
    ]:
        labels = {NAME_OF_POD: f"{workload.name}-{number}", INDEX_OF_POD: str(number), **workload.labels}
        yield replace(workload, labels=labels, replicas=replicas)


def running(manifest: Mapping[str, Any], nodes: Mapping[str, tuple[str, ...]]) -> Workload:
    """Return a pod as a workload of its own; on the host's network it has the addresses of its node."""
    metadata = known_fields.metadata(manifest)
    status = fields.mapping(manifest.get("status"), "status")
    workload = _workload(metadata, metadata, manifest.get("spec"), "Pod", "spec")
    addresses = _addresses(status, "podIP", "podIPs")
    if not addresses and workload.host_network:
        node = fields.mapping(manifest.get("spec"), "spec").get("nodeName")
        addresses = _addresses(status, "hostIP", "hostIPs") or nodes.get(str(node), ())
    return replace(workload, addresses=addresses) if addresses else workload


def owner_of(metadata: Mapping[str, Any]) -> Owner | None:
    """Return the controller of an object; of pods whose ReplicaSet is named after a Deployment, that one."""
    for here, element in fields.items(metadata.get("ownerReferences"), "metadata.ownerReferences"):
        reference = fields.mapping(element, here)
        if reference.get("controller") is not True:
            continue
        kind = fields.text(reference.get("kind"), f"{here}.kind")
        name = fields.text(reference.get("name"), f"{here}.name")
        labels = fields.labels(metadata.get("labels"), "metadata.labels")
        template = labels.get("pod-template-hash")
        if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
            return "Deployment", name.removesuffix(f"-{template}")
        rolled = labels.get("rollouts-pod-template-hash")
        if kind == "ReplicaSet" and rolled and name.endswith(f"-{rolled}"):
            return "Rollout", name.removesuffix(f"-{rolled}")
        # A static pod belongs to its node, which makes no others like it.
        return None if kind == "Node" else (kind, name)
    return None


def node_addresses(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of a node, inside and outside."""
    status = fields.mapping(manifest.get("status"), "status")
    found: dict[str, None] = {}
    for here, element in fields.items(status.get("addresses"), "status.addresses"):
        entry = fields.mapping(element, here)
        if entry.get("type") in ("InternalIP", "ExternalIP"):
            found[_address(entry.get("address"), f"{here}.address")] = None
    return tuple(found)


def _workload(
    metadata: Mapping[str, Any], pods: Mapping[str, Any], spec: Any, kind: str, path: str
) -> Workload:
    given = fields.mapping(spec, path)
    known_fields.check_pod(given, path)
    ports: list[ContainerPort] = []
    for here, element in fields.items(given.get("containers"), f"{path}.containers"):
        container = fields.mapping(element, here)
        known_fields.check_container(container, here)
        ports += _container_ports(container.get("ports"), f"{here}.ports")
    # A sidecar is an init container, but what it listens on is no port that a policy may name.
    host_network = given.get("hostNetwork")
    if host_network not in (None, True, False):
        raise UnreadableError(f"{path}.hostNetwork", "must be true or false")
    account = given.get("serviceAccountName") or given.get("serviceAccount") or "default"
    return Workload(
        fields.namespace(metadata),
        fields.name(metadata),
        fields.labels(pods.get("labels"), "labels of the pods"),
        _kept_once(tuple(ports)),
        kind,
        host_network is True,
        service_account=fields.text(account, f"{path}.serviceAccountName"),
    )


@lru_cache(maxsize=4096)
def _kept_once(ports: tuple[ContainerPort, ...]) -> tuple[ContainerPort, ...]:
    return ports


def _container_ports(value: Any, path: str) -> Iterator[ContainerPort]:
    for here, element in fields.items(value, path):
        port = fields.mapping(element, here)
        name = port.get("name")
        yield ContainerPort(
            fields.number(port.get("containerPort"), f"{here}.containerPort", FIRST, LAST),
            protocol_of(port.get("protocol"), f"{here}.protocol"),
            None if name in (None, "") else fields.port_name(name, f"{here}.name"),
        )


def _addresses(status: Mapping[str, Any], one: str, several: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    if status.get(one):
        found[_address(status[one], f"status.{one}")] = None
    for here, element in fields.items(status.get(several), f"status.{several}"):
        found[_address(fields.mapping(element, here).get("ip"), f"{here}.ip")] = None
    return tuple(found)


def _address(value: Any, path: str) -> str:
    text = fields.text(value, path)
    if "/" in text:
        raise UnreadableError(path, f"{text} is a range, not an address")
    try:
        AddressSet.of(text)
    except ValueError as error:
        raise UnreadableError(path, str(error)) from error
    return text
