"""The part of the Pulumi engine that talks to a provider, one resource at a time, over a real channel."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

import grpc
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from lab.cloud.cloud import Cloud
from lab.cloud.plugin.values import State, encode
from lab.cloud.provider import serve

VPC = "digitalocean:index/vpc:Vpc"
CLUSTER = "digitalocean:index/kubernetesCluster:KubernetesCluster"
POOL = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
DOMAIN = "digitalocean:index/domain:Domain"
RECORD = "digitalocean:index/dnsRecord:DnsRecord"
FIREWALL = "digitalocean:index/firewall:Firewall"
CDN = "digitalocean:index/cdn:Cdn"


class CheckFailedError(Exception):
    """Refused before any call."""


class CallFailedError(Exception):
    """An operation failed and left nothing for the state."""


class HalfDoneError(Exception):
    """An operation failed, and the state shall keep `resource`."""

    def __init__(self, message: str, resource: "Resource") -> None:
        super().__init__(message)
        self.resource = resource


@dataclass(frozen=True)
class Resource:
    """What a stack's state keeps."""

    token: str
    name: str
    id: str
    inputs: State
    outputs: State

    @property
    def urn(self) -> str:
        return f"urn:pulumi:dev::network::{self.token}::{self.name}"


@dataclass(frozen=True)
class Difference:
    """An answer to Diff."""

    changed: dict[str, str]
    """Path -> kind."""
    reasons: list[str]
    deleted_first: bool
    """Whether a replacement waits for the original to go."""


class Engine:
    """Calls one provider as the engine does."""

    def __init__(self, cloud: Cloud) -> None:
        self._server: grpc.Server | None
        self._server, port = serve(cloud)
        self._connect(port)

    def _connect(self, port: int) -> None:
        self._port = port
        # By default channels to one place share a connection.
        alone = [("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=alone)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.configure({})

    def beside(self) -> "Engine":
        """The engine with another provider of the same program."""
        other = Engine.__new__(Engine)
        other._server = None
        other._connect(self._port)
        return other

    def stop(self) -> None:
        self._channel.close()
        if self._server is not None:
            self._server.stop(None)

    def configure(self, settings: State) -> None:
        self._stub.Configure(provider_pb2.ConfigureRequest(args=encode(settings)))

    def check(self, token: str, name: str, inputs: State, olds: State | None = None) -> State:
        """The inputs with the provider's own values. Raises CheckFailedError with every failure."""
        answer = self._stub.Check(
            provider_pb2.CheckRequest(
                urn=f"urn:pulumi:dev::network::{token}::{name}",
                olds=encode(olds or {}),
                news=encode(inputs),
                randomSeed=b"seed",
            )
        )
        if answer.failures:
            raise CheckFailedError("\n".join(f"{each.property}: {each.reason}" for each in answer.failures))
        return MessageToDict(answer.inputs)

    def preview(self, token: str, name: str, inputs: State) -> State:
        """The properties that a preview of a creation shows."""
        wanted = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(
            urn=f"urn:pulumi:dev::network::{token}::{name}", properties=encode(wanted), preview=True
        )
        try:
            return MessageToDict(self._stub.Create(request).properties)
        except grpc.RpcError as error:
            raise CallFailedError(str(error.details())) from error

    def create(self, token: str, name: str, /, **inputs: Any) -> Resource:
        checked = self.check(token, name, inputs)
        made = Resource(token, name, "", checked, {})
        try:
            answer = self._stub.Create(provider_pb2.CreateRequest(urn=made.urn, properties=encode(checked)))
        except grpc.RpcError as error:
            raise _failure(error, made) from error
        return replace(made, id=answer.id, outputs=MessageToDict(answer.properties))

    def diff(self, resource: Resource, /, **inputs: Any) -> Difference:
        news = self.check(resource.token, resource.name, inputs, resource.inputs)
        request = provider_pb2.DiffRequest(
            id=resource.id,
            urn=resource.urn,
            olds=encode(resource.outputs),
            old_inputs=encode(resource.inputs),
            news=encode(news),
        )
        try:
            answer = self._stub.Diff(request)
        except grpc.RpcError as error:
            raise CallFailedError(str(error.details())) from error
        kinds = provider_pb2.PropertyDiff.Kind
        changed = {path: kinds.Name(each.kind) for path, each in answer.detailedDiff.items()}
        assert (answer.changes == answer.DIFF_SOME) == bool(changed)
        return Difference(changed, list(answer.replaces), answer.deleteBeforeReplace)

    def update(self, resource: Resource, preview: bool = False, /, **inputs: Any) -> Resource:
        news = self.check(resource.token, resource.name, inputs, resource.inputs)
        request = provider_pb2.UpdateRequest(
            id=resource.id,
            urn=resource.urn,
            olds=encode(resource.outputs),
            old_inputs=encode(resource.inputs),
            news=encode(news),
            preview=preview,
        )
        wanted = replace(resource, inputs=news)
        try:
            answer = self._stub.Update(request)
        except grpc.RpcError as error:
            raise _failure(error, wanted) from error
        return replace(wanted, outputs=MessageToDict(answer.properties))

    def refresh(self, resource: Resource) -> Resource | None:
        """The resource as it is now; None when it has gone."""
        try:
            answer = self._stub.Read(
                provider_pb2.ReadRequest(
                    id=resource.id,
                    urn=resource.urn,
                    properties=encode(resource.outputs),
                    inputs=encode(resource.inputs),
                )
            )
        except grpc.RpcError as error:
            raise _failure(error, resource) from error
        if not answer.id:
            return None
        outputs, inputs = MessageToDict(answer.properties), MessageToDict(answer.inputs)
        return replace(resource, id=answer.id, outputs=outputs, inputs=inputs)

    def adopt(self, token: str, name: str, key: str) -> Resource:
        """Import an object."""
        found = self.refresh(Resource(token, name, key, {}, {}))
        assert found is not None
        return found

    def delete(self, resource: Resource, timeout: float = 0) -> None:
        request = provider_pb2.DeleteRequest(
            id=resource.id, urn=resource.urn, properties=encode(resource.outputs), timeout=timeout
        )
        try:
            self._stub.Delete(request)
        except grpc.RpcError as error:
            raise _failure(error, resource) from error

    def invoke(self, token: str, /, **arguments: Any) -> State:
        answer = self._stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=encode(arguments)))
        return MessageToDict(getattr(answer, "return"))


def with_bucket(engine: Engine, name: str) -> Resource:
    """Give the provider a key of Spaces, and the account a bucket in ams3."""
    grants = [{"bucket": "", "permission": "fullaccess"}]
    key = engine.create("digitalocean:index/spacesKey:SpacesKey", "all", name="all", grants=grants)
    engine.configure({"spacesAccessId": key.id, "spacesSecretKey": key.outputs["secretKey"]["value"]})
    return engine.create("digitalocean:index/spacesBucket:SpacesBucket", name, name=name, region="ams3")


def _failure(error: grpc.RpcError, wanted: Resource) -> Exception:
    message = str(error.details())
    # grpcio's stubs give the metadata no items.
    metadata = cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ())
    for key, value in metadata:
        if key == "grpc-status-details-bin":
            detail = provider_pb2.ErrorResourceInitFailed()
            assert status_pb2.Status.FromString(value).details[0].Unpack(detail)
            kept = replace(wanted, id=detail.id, outputs=MessageToDict(detail.properties))
            return HalfDoneError(message, kept)
    return CallFailedError(message)
