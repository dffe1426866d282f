"""The provider that the Pulumi engine talks to, in place of the plugin pulumi-resource-digitalocean.

The engine attaches to it when PULUMI_DEBUG_PROVIDERS is "digitalocean:<port>".
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from lab.cloud.cloud import Cloud
from lab.cloud.plugin.checks import Failure, failures
from lab.cloud.plugin.client import CallError, Client, SpacesCredentials
from lab.cloud.plugin.compare import planned, project
from lab.cloud.plugin.failing import abort, half_done, listed
from lab.cloud.plugin.functions import FUNCTIONS, MissingArgumentsError
from lab.cloud.plugin.properties import in_order, marked, named_by_program, previewed, with_defaults
from lab.cloud.plugin.resource import RefusedError, Resource, top
from lab.cloud.plugin.resources import RESOURCES
from lab.cloud.plugin.values import UNKNOWN, State, decode, encode

VERSION = "4.84.1"
"""Of the plugin whose place this takes: the one that the Python SDK asks for."""

_CALLS_AT_ONCE = 128
"""Creations wait inside their call, and the engine makes many at once."""

_CONFIGURATION = frozenset(
    {
        "token", "apiEndpoint", "httpRetryMax", "httpRetryWaitMax", "httpRetryWaitMin", "requestsPerSecond",
        "spacesAccessId", "spacesEndpoint", "spacesSecretKey",
    }
)  # fmt: skip


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One account's provider. `time_scale`: see `Client`."""

    def __init__(self, cloud: Cloud, time_scale: float = 0) -> None:
        self._cloud = cloud
        self._time_scale = time_scale
        # The real plugin falls back to DIGITALOCEAN_TOKEN of the shell that it is started from. This one
        # runs elsewhere; the lab's shell has the account's token.
        self._token = cloud.store.account.token
        # Each provider of a program has a plugin of its own; here all of them come to this one, each by a
        # connection of its own.
        self._spaces: dict[str, SpacesCredentials] = {}
        self._engine: engine_pb2_grpc.EngineStub | None = None

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(request.address))
        return Empty()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema='{"name": "digitalocean"}')

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        unknown = decode(request.news).keys() - _CONFIGURATION - {"version", "pluginDownloadURL"}
        wrong = [Failure(key, f"{key!r} is not a setting of the provider") for key in sorted(unknown)]
        return _checked(request.news, wrong)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """A new token or endpoint updates the provider and no resource
        (docs/facts/provider.md#a-new-token)."""
        changed = decode(request.olds) != decode(request.news)
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some if changed else none)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        settings = decode(request.args)
        self._token = settings.get("token") or self._cloud.store.account.token
        keys = settings.get("spacesAccessId"), settings.get("spacesSecretKey")
        if UNKNOWN not in keys and all(keys):
            self._spaces[context.peer()] = SpacesCredentials(str(keys[0]), str(keys[1]))
        # Without `acceptSecrets` the engine sends plain values and marks what comes back itself.
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Operations that run are ended by the cloud, not given up
        (docs/facts/provider.md#an-interrupt)."""
        return Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        function = FUNCTIONS.get(request.tok)
        if function is None:
            abort(context, f"the lab's DigitalOcean has no function {request.tok}")
        arguments = decode(request.args)
        try:
            result = function(self._client(context), arguments)
        except MissingArgumentsError as error:
            failure = provider_pb2.CheckFailure(**error.failure._asdict())
            return provider_pb2.InvokeResponse(failures=[failure])
        except CallError as error:
            abort(context, f"invoking {request.tok}: {listed(str(error))}")
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(encode({**arguments, **result}))
        return answer

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        resource = _resource(request.urn, context)
        olds, news = decode(request.olds), decode(request.news)
        inputs = with_defaults(resource, _name(request.urn), request.randomSeed, olds, news)
        return _checked(encode(inputs), failures(resource.inputs, inputs, _name(request.urn)))

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        resource = _resource(request.urn, context)
        olds, news = decode(request.olds), decode(request.news)
        self._planned(context, resource, news)
        found = resource.differences(olds, news)
        reasons = resource.replacements(olds, news, found)
        kinds = provider_pb2.PropertyDiff.Kind
        detailed = {
            each.path: provider_pb2.PropertyDiff(
                kind=kinds.Value(f"{each.change}_REPLACE" if each.replaces else each.change)
            )
            for each in found
        }
        answer = provider_pb2.DiffResponse
        return answer(
            changes=answer.DIFF_SOME if found else answer.DIFF_NONE,
            replaces=reasons,
            diffs=sorted({top(each.path) for each in found}),
            # A name that the program gives is taken as long as the original stands.
            deleteBeforeReplace=bool(reasons) and named_by_program(resource, news),
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        resource = _resource(request.urn, context)
        inputs = decode(request.properties)
        self._planned(context, resource, inputs)
        if request.preview:
            return provider_pb2.CreateResponse(properties=marked(resource, previewed(resource, inputs)))
        client = self._client(context)
        try:
            key = resource.create(client, inputs)
        except (CallError, RefusedError) as error:
            self._fail(context, str(error), request.urn)
        state = self._settled(
            context,
            resource,
            request.urn,
            key,
            inputs,
            inputs,
            lambda: _awaited(resource, client, key, inputs),
        )
        if state is None:
            # The object exists, the state does not know it (docs/facts/provider.md#read-after-create).
            abort(context, f"expected non-nil error with nil state during Create of {request.urn}")
        return provider_pb2.CreateResponse(id=key, properties=marked(resource, state))

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """After a refused update the state holds what was wanted, so the next one finds no difference and,
        for most resources, only reads; what it read it keeps for a refresh to find
        (docs/facts/provider.md#after-a-refused-update)."""
        resource = _resource(request.urn, context)
        olds, news = decode(request.olds), decode(request.news)
        self._planned(context, resource, news)
        wanted = planned(resource.inputs, olds, news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=marked(resource, wanted))
        changed = {top(each.path) for each in resource.differences(olds, news)}
        client = self._client(context)

        def carry_out() -> State | None:
            if changed or resource.resends:
                resource.update(client, request.id, olds, wanted, changed)
                return resource.read(client, request.id, wanted)
            state = resource.read(client, request.id, wanted)
            return state and {**state, **{key: wanted[key] for key in resource.inputs if key in wanted}}

        state = self._settled(context, resource, request.urn, request.id, news, wanted, carry_out)
        return provider_pb2.UpdateResponse(properties=marked(resource, state or {}))

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        resource = _resource(request.urn, context)
        key, known, inputs = request.id, decode(request.properties), decode(request.inputs)
        client = self._client(context)
        try:
            if not inputs:
                key, known = resource.adopt(client, key, known)
            state = resource.read(client, key, known)
        except CallError as error:
            self._fail(context, str(error), request.urn)
        if state is None:
            return provider_pb2.ReadResponse()
        state = in_order({**resource.inputs, **resource.outputs}, state)
        kept = {"__defaults": inputs["__defaults"]} if "__defaults" in inputs else {}
        found = {**project(resource.inputs, state, inputs), **kept}
        return provider_pb2.ReadResponse(id=key, properties=marked(resource, state), inputs=encode(found))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        resource = _resource(request.urn, context)
        timeout = request.timeout or resource.delete_timeout
        try:
            resource.delete(self._client(context), request.id, decode(request.properties), timeout)
        except (CallError, RefusedError) as error:
            self._fail(context, str(error), request.urn)
        return Empty()

    def _planned(self, context: grpc.ServicerContext, resource: Resource, inputs: State) -> None:
        """End the call when the plugin cannot plan: it names no input then."""
        for wrong in resource.check(inputs):
            abort(context, listed(wrong))

    def _settled(
        self,
        context: grpc.ServicerContext,
        resource: Resource,
        urn: str,
        key: str,
        inputs: State,
        wanted: State,
        carry_out: Callable[[], State | None],
    ) -> State | None:
        """What `carry_out` returns. If it fails, the engine is told to keep the object with the wanted
        state."""
        try:
            state = carry_out()
            return state and in_order({**resource.inputs, **resource.outputs}, state)
        except (CallError, RefusedError) as error:
            self._log(urn, str(error))
            half_done(context, resource, key, inputs, wanted, str(error))

    def _fail(self, context: grpc.ServicerContext, message: str, urn: str) -> NoReturn:
        """End the call with an error that leaves nothing for the state."""
        self._log(urn, message)
        abort(context, listed(message))

    def _log(self, urn: str, message: str) -> None:
        """Each failure is also a line of the engine's log, so a user reads it twice
        (docs/facts/provider.md#errors-are-told-twice)."""
        if self._engine is not None:
            line = f"sdk.helper_schema: {message}: provider=digitalocean@{VERSION}"
            self._engine.Log(engine_pb2.LogRequest(severity=engine_pb2.ERROR, urn=urn, message=line))

    def _client(self, context: grpc.ServicerContext) -> Client:
        spaces = self._spaces.get(context.peer())
        return Client(self._cloud, self._token, self._time_scale, context.is_active, spaces)


def serve(cloud: Cloud, port: int = 0, time_scale: float = 0) -> tuple[grpc.Server, int]:
    """Start the provider on 127.0.0.1 (`port` 0: any free one); the server and its port."""
    server = grpc.server(
        ThreadPoolExecutor(_CALLS_AT_ONCE), options=[("grpc.max_receive_message_length", -1)]
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(cloud, time_scale), server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def _resource(urn: str, context: grpc.ServicerContext) -> Resource:
    token = urn.split("::")[2].rsplit("$", 1)[-1]
    if token not in RESOURCES:
        abort(context, f"the lab's DigitalOcean has no resource {token}")
    return RESOURCES[token]


def _awaited(resource: Resource, client: Client, key: str, inputs: State) -> State | None:
    resource.made(client, key)
    return resource.read(client, key, inputs)


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _checked(inputs: Struct, wrong: Iterable[Failure]) -> provider_pb2.CheckResponse:
    found = [provider_pb2.CheckFailure(**failure._asdict()) for failure in wrong]
    return provider_pb2.CheckResponse(inputs=inputs, failures=found)
