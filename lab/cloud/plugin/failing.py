"""How a call of the engine ends when it fails."""

from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from pulumi.runtime.proto import provider_pb2, status_pb2

from lab.cloud.plugin.properties import marked
from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.values import State, encode


def listed(message: str) -> str:
    """A failure as the bridge words it."""
    return f"1 error occurred:\n\t* {message}\n\n"


def abort(context: grpc.ServicerContext, message: str) -> NoReturn:
    """End the call with an error that leaves nothing for the state."""
    context.abort(grpc.StatusCode.UNKNOWN, message)


def half_done(
    context: grpc.ServicerContext, resource: Resource, key: str, inputs: State, wanted: State, message: str
) -> NoReturn:
    """End the call with an error that tells the engine to keep the object, with the wanted state."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=key, properties=marked(resource, wanted), reasons=[listed(message)], inputs=encode(inputs)
    )
    packed = AnyMessage()
    packed.Pack(detail)
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=listed(message), details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(code, listed(message))
