"""A Kubernetes provider without a cluster, for what the engine does with the real one's answers.

It keeps objects in memory and answers about its own configuration as the real one does (4.34): another
`clusterIdentifier` replaces it, and so does a kubeconfig that is not known yet, unless the identifier stays.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

IDENTIFIER = "clusterIdentifier"


class Objects(provider_pb2_grpc.ResourceProviderServicer):
    """What is in the clusters, and what was done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        """Such as `create namespace`, in order."""
        self.stuck = ""
        """What cannot be deleted."""

    def Handshake(self, request: Any, context: Any) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="4.34.2")

    def GetSchema(self, request: Any, context: Any) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema='{"name": "kubernetes"}')

    def CheckConfig(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> provider_pb2.DiffResponse:
        olds, news = _plain(request.olds), _plain(request.news)
        changed = [key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key)]
        replaces = [key for key in changed if key == IDENTIFIER or news.get(key) == UNKNOWN]
        return _difference(changed, [] if news.get(IDENTIFIER) == olds.get(IDENTIFIER) else replaces)

    def Configure(self, request: Any, context: Any) -> provider_pb2.ConfigureResponse:
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> provider_pb2.DiffResponse:
        olds, news = _plain(request.old_inputs), _plain(request.news)
        return _difference([key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key)], [])

    def Create(self, request: Any, context: Any) -> provider_pb2.CreateResponse:
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self._note("create", request.urn)
        return provider_pb2.CreateResponse(id=f"id-{len(self.done)}", properties=request.properties)

    def Read(self, request: Any, context: Any) -> provider_pb2.ReadResponse:
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Empty:
        if self.stuck and request.urn.endswith(f"::{self.stuck}"):
            context.abort(grpc.StatusCode.UNKNOWN, f"{self.stuck} has a finalizer")
        self._note("delete", request.urn)
        return Empty()

    def Cancel(self, request: Any, context: Any) -> Empty:
        return Empty()

    def _note(self, operation: str, urn: str) -> None:
        self.done.append(f"{operation} {urn.rsplit('::', 1)[-1]}")


def _plain(properties: Struct) -> Mapping[str, Any]:
    return MessageToDict(properties)


def _difference(changed: list[str], replaces: list[str]) -> provider_pb2.DiffResponse:
    answer = provider_pb2.DiffResponse
    changes = answer.DIFF_SOME if changed else answer.DIFF_NONE
    return answer(changes=changes, diffs=changed, replaces=replaces)


def serve(objects: Objects) -> tuple[grpc.Server, int]:
    """Start it on 127.0.0.1; the server and its port."""
    server = grpc.server(ThreadPoolExecutor(16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(objects, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
