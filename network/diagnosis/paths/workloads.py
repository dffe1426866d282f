"""A workload behind its Service, as links."""

from network.config.errors import path_of
from network.diagnosis.links.pods import running
from network.diagnosis.links.services import declared_as, endpoints
from network.diagnosis.paths.stack import Peer, Stack
from network.diagnosis.walk import Link
from network.diagnosis.wants import KINDS


def service(stack: Stack, peer: Peer) -> list[Link]:
    """Return the links of a declared workload's Service, none if it has none."""
    found = [
        each
        for application in stack.plan.applications
        if application.name == peer.application
        for each in application.services
        if each["metadata"]["name"] == peer.workload
    ]
    return [declared_as(name(peer), found, path_of(peer.location))] if found else []


def ready_endpoints(stack: Stack, peer: Peer, ports: list[int]) -> list[Link]:
    """Return the links of a declared workload's endpoints, none if it has no Service."""
    stack.wants.namespace(peer.pods.namespace, *KINDS)
    if peer.workload is None or not service(stack, peer):
        return []
    pods = peer.pods
    return [
        endpoints(
            name(peer), pods.namespace, peer.workload, pods.labels, ports, path_of((*peer.location, "labels"))
        )
    ]


def pods(stack: Stack, peer: Peer, code: str = "pod") -> Link:
    """Return the link of a workload's pods."""
    stack.wants.namespace(peer.pods.namespace, *KINDS)
    return running(
        code, name(peer), peer.pods.namespace, peer.pods.labels, path_of((*peer.location, "labels"))
    )


def name(peer: Peer) -> str:
    """Return what a workload is called."""
    return f"{peer.pods.namespace}/{peer.workload or peer.pods.name}"
