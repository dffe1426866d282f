"""The HTTP front of the API, for clients other than the provider: cert-manager's solver, users, tests.

Plain HTTP on 127.0.0.1 where somebody else, as in the lab, serves api.digitalocean.com and ends TLS.
"""

import ssl
import traceback
import uuid

from lab.cloud.cloud import Cloud
from lab.cloud.endpoints.request import Reply
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call


def serve(cloud: Cloud, port: int = 0, tls: ssl.SSLContext | None = None) -> int:
    """Answer calls on 127.0.0.1 in the background (`port` 0: any free one) and return the port.

    With `tls` callers speak TLS; calls that are made to hang then do not notice that their caller has gone.
    """
    return http_service.serve(lambda call: respond(cloud, call), "api", port=port, tls=tls).port


def respond(cloud: Cloud, call: Call) -> Answer | None:
    """The answer to a call; None when the account shall lose it."""
    try:
        status, body = _reply(cloud, call)
    except ApiError as error:
        told = {"id": error.id, "message": error.message, "request_id": str(uuid.uuid4())}
        later = {} if error.retry_after is None else {"Retry_After": str(int(error.retry_after))}
        return Answer.of(told, error.status, **later)
    except ConnectionDroppedError:
        return None
    except Exception as error:
        # A body that no operation expects is the lab's defect: said in the answer, for a connection that
        # just ends is tried again, and the caller waits without a word.
        traceback.print_exc()
        return Answer.of({"id": "server_error", "message": f"the lab's API: {error!r}"}, 500)
    return Answer.of(body, status)


def _reply(cloud: Cloud, call: Call) -> Reply:
    if not cloud.accepts(call.bearer):
        raise ApiError(401, "Unable to authenticate you")
    try:
        body = call.json or {}
    except ValueError:
        raise ApiError(400, "the body is not valid JSON") from None
    return cloud.call(call.method, call.path.rstrip("/"), body, call.query, call.connected)
