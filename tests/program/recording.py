"""Runs the program against a monitor that records instead of an engine that acts.

What only a real engine, provider or cluster can show (order of creation and
deletion, what a change replaces, whether objects are accepted) is shown by the tests of the lab.
"""

import asyncio
import runpy
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pulumi
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import resource as registering
from pulumi.runtime import set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.rpc import UNKNOWN
from pulumi.runtime.settings import get_root_resource

from network.components.ingress.traefik import LOAD_BALANCER_ID
from network.config.load import NAMESPACE
from network.config.stack import SECRETS

PROGRAM = Path(__file__).parents[2] / "__main__.py"
ADDRESS = "203.0.113.100"
IPV6_ADDRESS = "2001:db8::100"
"""Of the load balancer."""
RESERVED_ADDRESS = "203.0.113.101"
DROPLET, DROPLET_ADDRESS = "4711", "203.0.113.102"
"""Of the VPN's machine: its id is a number, and it has a public address beside the reserved one."""
ENDPOINT = "https://cluster.k8s.example"
AUTHORITY = "certificate-of-the-authority"
TOKEN = "token-that-ends"
"""Of the cluster, as the account answers them."""
EGRESS = "203.0.113.200"
"""Of the NAT gateway."""
LOAD_BALANCER_IDS: dict[str, str] = {}
"""Of load balancers that are looked up by name; made of that where absent."""
SPACES_SECRET = "secret-of-a-key-of-spaces"

SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
"""What the engine's protocol marks a secret value with."""
SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True)
class Declared:
    """One registration or read, as the program asked for it."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    """As sent: a secret is `{SIGNATURE_KEY: SECRET_SIGNATURE, "value": …}`."""
    request: Any = field(repr=False)
    read: bool = False
    """Read from the cloud or the cluster, not managed."""

    @property
    def component(self) -> bool:
        """Whether it only groups others."""
        return not self.read and not self.request.custom

    @property
    def parent(self) -> str:
        """URN of the parent."""
        return self.request.parent

    @property
    def dependencies(self) -> frozenset[str]:
        """URNs of what it depends on."""
        return frozenset(self.request.dependencies)

    @property
    def title(self) -> str:
        """Kind and place of a Kubernetes object, such as `NetworkPolicy shop/default-deny`."""
        metadata = self.inputs.get("metadata", {})
        path = "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))
        return f"{self.type.rpartition(':')[2]} {path or self.name}"


@dataclass(frozen=True)
class Export:
    """One output of the stack; the value is None while it is unknown."""

    value: Any
    secret: bool


@dataclass(frozen=True)
class Run:
    """What one run of the program declared."""

    declared: tuple[Declared, ...]
    exports: Mapping[str, Export]

    def of(self, type_: str) -> list[Declared]:
        """Return the resources of a type."""
        return [each for each in self.declared if each.type == type_]

    def one(self, title: str) -> Declared:
        """Return the one resource with this title."""
        (found,) = [each for each in self.declared if each.title == title]
        return found

    def kubernetes(self) -> list[Declared]:
        """Return everything inside the cluster."""
        return [each for each in self.declared if each.type.startswith("kubernetes:")]

    def before(self, resource: Declared) -> frozenset[str]:
        """Return the URNs of everything that must exist before `resource`, however indirectly."""
        by_urn = {each.urn: each for each in self.declared}
        seen: set[str] = set()
        pending = [resource]
        while pending:
            current = pending.pop()
            provider = current.request.provider.rpartition("::")[0]
            for urn in (*current.dependencies, *([provider] if provider else [])):
                if urn not in seen and urn in by_urn:
                    seen.add(urn)
                    pending.append(by_urn[urn])
        return frozenset(seen)


Runs = Callable[[str, str], Run]
"""What gives the run of a configuration in a mode, `preview` or `update`."""


class Recorder(MockMonitor):
    """A mock monitor that keeps every request."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.declared: list[Declared] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        response = super().RegisterResource(request)
        for name in request.additionalSecretOutputs:
            if name in response.object.fields:
                _mark_secret(response.object, name)
        if request.type != "pulumi:pulumi:Stack":
            self._keep(response.urn, request, MessageToDict(request.object), read=False)
        return response

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        response = super().ReadResource(request)
        self._keep(response.urn, request, {"id": request.id}, read=True)
        return response

    def _keep(self, urn: str, request: Any, inputs: dict[str, Any], *, read: bool) -> None:
        self.declared.append(Declared(urn, request.type, request.name, inputs, request, read))


def _mark_secret(properties: struct_pb2.Struct, name: str) -> None:
    """Mark an output as the engine does for those that the SDK calls secret."""
    value = struct_pb2.Value()
    value.CopyFrom(properties.fields[name])
    wrapper = properties.fields[name].struct_value
    wrapper.fields[SIGNATURE_KEY].string_value = SECRET_SIGNATURE
    wrapper.fields["value"].CopyFrom(value)


class Cloud(Mocks):
    """Answers with what a cloud and a cluster compute; in a preview that is unknown."""

    unfinished: Mapping[str, str] = {}
    """Helm's word for the state of a release, where it is not `deployed`."""

    def __init__(self, *, preview: bool) -> None:
        self._preview = preview

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Return the id and outputs of a resource."""
        state = dict(args.inputs)
        if self._preview and args.resource_id in (None, "", UNKNOWN):
            return None, state
        if args.typ == "digitalocean:index/kubernetesCluster:KubernetesCluster":
            state["endpoint"] = ENDPOINT
            state["kubeConfigs"] = [{"token": TOKEN, "clusterCaCertificate": AUTHORITY}]
        if args.typ == "kubernetes:helm.sh/v3:Release":
            told = {"name": args.inputs["name"], "namespace": args.inputs["namespace"]}
            state["status"] = {**told, "status": self.unfinished.get(args.inputs["name"], "deployed")}
        if args.typ == "kubernetes:core/v1:Service" and args.resource_id:
            state["metadata"] = {"annotations": {LOAD_BALANCER_ID: "id-of-load-balancer"}}
            state["status"] = {"loadBalancer": {"ingress": [{"ip": ADDRESS}, {"ip": IPV6_ADDRESS}]}}
        if args.typ == "digitalocean:index/spacesKey:SpacesKey":
            state |= {"accessKey": f"id-of-{args.name}", "secretKey": SPACES_SECRET}
        if args.typ == "digitalocean:index/spacesBucket:SpacesBucket":
            state["bucketDomainName"] = (
                f"{args.inputs['name']}.{args.inputs['region']}.digitaloceanspaces.com"
            )
        if args.typ == "digitalocean:index/vpcNatGateway:VpcNatGateway":
            state["vpcs"] = [{**vpc, "gatewayIp": "10.0.0.3"} for vpc in args.inputs["vpcs"]]
            state["egresses"] = [{"publicGateways": [{"ipv4": EGRESS}]}]
        if args.typ == "digitalocean:index/cdn:Cdn":
            state["endpoint"] = args.inputs["origin"].replace(".digital", ".cdn.digital", 1)
        if args.typ == "digitalocean:index/domain:Domain":
            state.setdefault("name", args.resource_id)
        if args.typ == "digitalocean:index/reservedIp:ReservedIp":
            state["ipAddress"] = RESERVED_ADDRESS
        if args.typ == "digitalocean:index/droplet:Droplet":
            return DROPLET, {**state, "ipv4Address": DROPLET_ADDRESS}
        return args.resource_id or f"id-of-{args.name}", state

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Refuse, but for the region's default VPC in an `up`, since a preview needs no network; and for load
        balancers by name, which are what a global one stands on."""
        if args.token == "digitalocean:index/getVpc:getVpc" and not self._preview:
            return {"id": "id-of-another", "name": "default", **args.args}, []
        if args.token == "digitalocean:index/getLoadBalancer:getLoadBalancer":
            name = args.args["name"]
            return {"id": LOAD_BALANCER_IDS.get(name, f"id-of-{name}"), **args.args}, []
        raise AssertionError(f"the program invoked {args.token}")


def run(
    config: Mapping[str, str],
    *,
    preview: bool = False,
    stack: str = "dev",
    program: Path = PROGRAM,
    secrets: Sequence[str] = (),
) -> Run:
    """Run a program, by default `__main__.py`, with a config map. Raises what it raises.

    `secrets`: whole keys that are encrypted in the stack file, beside this project's own.
    """
    # A coroutine that a test ran by itself leaves none, and the SDK makes its futures in one.
    asyncio.set_event_loop(asyncio.new_event_loop())
    monitor = Recorder(Cloud(preview=preview))
    set_mocks(monitor.mocks, project="network", stack=stack, preview=preview, monitor=monitor)
    set_all_config(dict(config), [*(NAMESPACE + key for key in SECRETS), *secrets])

    exports: dict[str, Export] = {}
    root = cast(Any, get_root_resource())
    root.outputs.clear()

    async def export(name: str, value: Any) -> None:
        output = pulumi.Output.from_input(value)
        exports[name] = Export(await output.future(), await output.is_secret())

    @pulumi.runtime.test
    def whole_program() -> pulumi.Output[Any]:
        runpy.run_path(str(program), run_name="__main__")
        return pulumi.Output.all(*(export(*each) for each in root.outputs.items()))

    interrupts = signal.getsignal(signal.SIGINT)
    # The engine is told where each resource is made: to read the stack for that, of which most is pytest's,
    # would take a third of a run.
    with patch.object(registering, "_get_stack_trace", StackTrace):
        try:
            cast(Any, whole_program)()
        finally:
            signal.signal(signal.SIGINT, interrupts)
    return Run(tuple(monitor.declared), exports)


def unwrapped(value: Any) -> Any:
    """Return a value without the marks of secrets."""
    if isinstance(value, Mapping):
        if SIGNATURE_KEY in value:
            return unwrapped(value["value"])
        return {key: unwrapped(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unwrapped(each) for each in value]
    return value


def plain_text(value: Any) -> str:
    """Return everything in a value that is not inside a secret, as text."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return "[secret]"
        return " ".join(f"{key} {plain_text(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(plain_text(each) for each in value)
    return str(value)
