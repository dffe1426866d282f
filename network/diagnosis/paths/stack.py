"""The stack that is asked about: its plan, and what follows from it for links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from network.config import StackConfig
from network.config.errors import path_of
from network.config.model import Location
from network.diagnosis.links.dependencies import needed
from network.diagnosis.links.policies import Planned, Verdict
from network.diagnosis.walk import Link
from network.diagnosis.wants import POLICIES, Wants
from network.plan import Plan, build
from network.plan.applications.flows import workload_pods
from network.plan.model.flows import Flow, Host, Pods
from network.plan.model.names import application_namespace
from network.reachability import Cluster, PortSet, Reachability, analyse
from network.reachability.ask import Aliases, peers, prepared
from network.reachability.expectations import terms
from network.reachability.point import answers
from network.reachability.read import plan as of_plan
from network.reachability.selectors import Selector
from network.reachability.terms import Terms

Protocol = Literal["TCP", "UDP"]


@dataclass(frozen=True)
class Peer:
    """Pods that somebody may ask for by name."""

    pods: Pods
    ports: Mapping[int, Protocol]
    """That they are known to listen on."""
    application: str | None = None
    workload: str | None = None
    """Of the application; None for the platform's own."""

    @property
    def location(self) -> Location:
        """Where the stack file declares them."""
        if self.application is None or self.workload is None:
            return ()
        return ("applications", self.application, "workloads", self.workload)


@dataclass(frozen=True)
class Stack:
    """One stack, and what its questions want to see."""

    config: StackConfig
    plan: Plan
    wants: Wants = field(default_factory=Wants)
    everywhere: Mapping[str, str] = field(default_factory=dict[str, str])
    """Hosts that a global load balancer leads here, and its name."""

    @classmethod
    def of(cls, config: StackConfig, everywhere: Mapping[str, str] | None = None) -> "Stack":
        """Return the stack of a valid config."""
        return cls(config, build(config), everywhere=everywhere or {})

    @property
    def policy_kinds(self) -> tuple[str, ...]:
        """Kinds of policies that the cluster knows."""
        return POLICIES["cilium" if self.config.cluster.cni == "cilium" else "generic"]

    @cached_property
    def policies(self) -> Planned:
        """The policies of the plan."""
        return Planned(self.policy_kinds, {each.namespace: each.manifests for each in self.plan.policies})

    @cached_property
    def peers(self) -> Mapping[str, Peer]:
        """Pods by names that `network reachability` understands: `<namespace>/<workload>`, and as flows
        call them."""
        found: dict[str, Peer] = {}
        for flow in self.plan.flows:
            for pods in (flow.source, flow.destination):
                if isinstance(pods, Pods):
                    known = found.setdefault(f"{pods.namespace}/{pods.name}", Peer(pods, {}))
                    listening = flow.ports if pods is flow.destination else ()
                    numbers: dict[int, Protocol] = {
                        each.port: each.protocol for each in listening if isinstance(each.port, int)
                    }
                    found[f"{pods.namespace}/{pods.name}"] = Peer(known.pods, {**known.ports, **numbers})
        for name, application in self.config.applications.items():
            for workload, declared in application.workloads.items():
                pods = workload_pods(self.config, name, workload)
                ports: dict[int, Protocol] = {each.port: each.protocol for each in declared.ports.values()}
                peer = Peer(pods, ports, name, workload)
                found[f"{pods.namespace}/{pods.name}"] = found[f"{pods.namespace}/{workload}"] = peer
        return found

    @cached_property
    def aliases(self) -> Aliases:
        """The names of the flows, for the analysis."""
        return {
            name: (peer.pods.namespace, Selector.of(peer.pods.labels)) for name, peer in self.peers.items()
        }

    def verdict(self, source: str, destination: str, ports: PortSet) -> Verdict:
        """Return whether the plan's policies let a connection through. Raises UnknownNameError."""
        told, more = prepared(self._cluster, self._terms, (source, destination))
        found = self._analysed if more == self._terms else analyse(told, self._semantics, more)
        parts = [
            part
            for here in peers(found, source, self.aliases)
            for there in peers(found, destination, self.aliases)
            for part in answers(found, here, there, ports)
        ]
        cut = [part for part in parts if part.verdict == "denied"]
        return Verdict(not cut, tuple(reason for part in cut for reason in part.reasons))

    @property
    def _semantics(self) -> Literal["cilium", "vanilla"]:
        return "cilium" if self.config.cluster.cni == "cilium" else "vanilla"

    @cached_property
    def _cluster(self) -> Cluster:
        return of_plan.cluster(self.config, self.plan)

    @cached_property
    def _terms(self) -> Terms:
        return terms(self.plan.flows)

    @cached_property
    def _analysed(self) -> Reachability:
        return analyse(self._cluster, self._semantics, self._terms)

    def flows_of(self, pods: Pods) -> Sequence[Flow]:
        """Return the flows that every one of these pods opens."""
        return [
            flow
            for flow in self.plan.flows
            if isinstance(flow.source, Pods)
            and flow.source.namespace == pods.namespace
            and flow.source.labels.items() <= pods.labels.items()
        ]

    def dependencies(self, subject: str, flows: Sequence[Flow], location: Location) -> Link:
        """Return the link of what flows lead to, and want to see it."""
        for flow in flows:
            if isinstance(flow.destination, Pods):
                self.wants.namespace(flow.destination.namespace, "Pod")
            elif isinstance(flow.destination, Host) and "*" not in flow.destination.name:
                self.wants.names.add(flow.destination.name)
        return needed(subject, flows, path_of(location))

    def namespace_of(self, application: str) -> str:
        """Return the namespace of an application."""
        return application_namespace(self.config, application)
