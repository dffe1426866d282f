"""What is possible between every two places of a running lab, from four sides: by packets, by the maps of
Cilium's agents, by the analysis of the cluster's objects, and by the declared flows."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from lab.packets.places import Place
from lab.packets.probe import Port
from lab.paths import project_dir
from network import plan
from network.cli.check import check_file
from network.reachability import Reachability, analyse
from network.reachability.addresses import AddressSet
from network.reachability.read import live
from tests.lab.cilium_agents import Agent
from tests.lab.declared import Declared, ports
from tests.lab.platform import Platform

UNDECLARED: tuple[Port, ...] = (("TCP", 9), ("UDP", 9), ("TCP", 8081))
CHANGE_SECONDS = 30
"""Within which a changed policy must show; a second or two are usual."""

Row = tuple[str, str, str]
"""Source, target and port, as the prober prints them."""


@dataclass(frozen=True)
class Proof:
    """A lab that is up, and what its stack declares."""

    platform: Platform
    cni: str

    @cached_property
    def plan(self) -> plan.Plan:
        """Of the lab's copy of the stack file: what the lab sets differently asks for other flows."""
        config = check_file(self.platform.folder / "engine" / "project" / "Pulumi.dev.yaml").config
        assert config
        return plan.build(config)

    @cached_property
    def declared(self) -> Declared:
        return Declared(
            self.plan.flows,
            frozenset(each.namespace for each in self.plan.policies if each.default_deny),
            self.cni,
            IPv4Network(self.plan.addresses.vpc),
            IPv4Network(self.plan.addresses.pods),
        )

    @cached_property
    def ports(self) -> list[Port]:
        return ports(self.plan.flows, *UNDECLARED)

    def prober(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the prober inside the lab."""
        kubectl = f"kubectl --kubeconfig={self.platform.folder / 'kubeconfig'}"
        inside = [sys.executable, "-m", "lab", "run", "--stack=dev", "--"]
        command = [*inside, sys.executable, "-m", "lab.packets"]
        return subprocess.Popen(
            [*command, kubectl, *arguments],
            cwd=project_dir(),
            env=self.platform.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def table(self) -> tuple[dict[str, Place], set[Row]]:
        """Try everything, until the same is let through twice in a row: the places by name, and what that is.
        An enforcer that lays its rules anew, as kube-router does, is not done at one moment."""
        deadline = time.monotonic() + CHANGE_SECONDS
        last: set[Row] | None = None
        while True:
            output, _ = self.prober(*map(text, self.ports)).communicate(timeout=300)
            found = json.loads(output)
            now = {(source, target, port) for source, target, port in found["open"]}
            if now == last or time.monotonic() > deadline:
                return _places(found), now
            last = now

    def changed(self, before: set[Row]) -> set[Row]:
        """What is let through once it is no longer what it was."""
        deadline = time.monotonic() + CHANGE_SECONDS
        while True:
            _, now = self.table()
            if now != before or time.monotonic() > deadline:
                return now

    def possible(self, places: Mapping[str, Place]) -> set[Row]:
        """What the declared flows and the listed exceptions say."""
        return {
            (source.name, target.name, text(port))
            for source, target in pairs(places)
            for port in self.ports
            if self.declared.possible(source, target, port)
        }

    def places(self) -> dict[str, Place]:
        """The places by name, without trying anything."""
        output, _ = self.prober().communicate(timeout=300)
        return _places(json.loads(output))

    def maps(self, agents: Iterable[Agent], places: Mapping[str, Place]) -> set[Row]:
        """What Cilium's agents have put into their maps."""
        on = {agent.node: agent for agent in agents}

        def passes(source: Place, target: Place, port: Port) -> bool:
            leaves = source.kind != "pod" or on[source.node].allows(
                source.address, "egress", target.address, port
            )
            return leaves and (
                target.kind != "pod"
                or on[target.node].allows(target.address, "ingress", source.address, port)
            )

        return {
            (source.name, target.name, text(port))
            for source, target in pairs(places)
            for port in self.ports
            if passes(source, target, port)
        }

    def analysis(self, places: Mapping[str, Place], agents: Iterable[Agent] = ()) -> set[Row]:
        """What the analysis of the live objects says. Which host names an address has, only the agents
        know: those that pods of their node have asked for."""
        kinds = (*live.KINDS, *(live.CILIUM_KINDS if self.cni == "cilium" else ()))
        listed = self.platform.kubectl("get", ",".join(kinds), "--all-namespaces", "--output=json")
        cluster = replace(
            live.read(listed).cluster(),
            node_addresses=_addresses(place for place in places.values() if place.kind == "node"),
            api_server_addresses=_addresses(p for p in places.values() if p.kind == "control-plane"),
            pod_addresses=AddressSet.of(str(self.declared.pods)),
        )
        found = analyse(cluster, "cilium" if self.cni == "cilium" else "vanilla")
        by_host = {each.host: number for number, each in enumerate(found.classes) if each.kind == "host"}
        on = {agent.node: agent for agent in agents}
        rows: set[Row] = set()
        for source, target in pairs(places):
            sender, receivers = _class(found, source, target), [_class(found, target, source)]
            if source.node in on:
                receivers += [by_host[host] for host in on[source.node].hosts(target.address)]
            rows |= {
                (source.name, target.name, text(port))
                for port in self.ports
                if any(found.allowed(sender, receiver, port[1], port[0]) for receiver in receivers)
            }
        return rows

    def strangers(self, agents: Iterable[Agent], places: Mapping[str, Place]) -> dict[str, Place]:
        """One address of everything outside that some agent tells apart, beyond the places."""
        taken = {place.address for place in places.values()}
        found: dict[str, Place] = {}
        for agent in agents:
            for network in agent.addresses:
                for address in (network[0], network[-1]):
                    inside = network.subnet_of(self.declared.pods) or address in taken
                    if not inside and agent.identity(address) == agent.addresses[network]:
                        kind = "vpc" if address in self.declared.vpc else "outside"
                        found[str(address)] = Place(str(address), kind, address, None)
        return found


def _places(found: Mapping[str, Any]) -> dict[str, Place]:
    return {each["name"]: _place(**each) for each in found["places"]}


def _place(*, address: str, handle: object, **fields: Any) -> Place:
    del handle  # Of a network namespace that may be gone.
    return Place(address=IPv4Address(address), handle=None, **fields)


def text(port: Port) -> str:
    return f"{port[0]}/{port[1]}"


def _addresses(places: Iterator[Place]) -> AddressSet:
    return AddressSet.of(*(f"{place.address}/32" for place in places))


def pairs(places: Mapping[str, Place]) -> Iterator[tuple[Place, Place]]:
    """Every two places of which one is a pod; what others do among themselves no policy is about."""
    for source in places.values():
        for target in places.values():
            if source != target and "pod" in (source.kind, target.kind):
                yield source, target


def _class(found: Reachability, place: Place, other: Place) -> int:
    """The class of a place, as the other end sees it."""
    for number, each in enumerate(found.classes):
        match each.kind:
            case "pods":
                same = any(str(place.address) in workload.addresses for workload in each.workloads)
            case "own-node":
                same = place.kind == "node" and other.node == place.name
            case "other-nodes":
                same = place.kind == "node" and other.node != place.name
            case "kube-apiserver":
                same = place.kind == "control-plane"
            case "addresses":
                same = place.kind in ("outside", "vpc") and place.address in each.addresses
            case _:
                same = False
        if same:
            return number
    raise AssertionError(f"{place} is in no class")
