"""How a call of the simulated API can fail."""

from dataclasses import dataclass

IDS = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    412: "precondition_failed",
    422: "unprocessable_entity",
    429: "too_many_requests",
}
"""The `id` of an error answer, by status; every other status is a `server_error`."""


@dataclass(eq=False)
class ApiError(Exception):
    """The API's refusal: an HTTP status and the sentence a user reads."""

    status: int
    message: str
    retry_after: float | None = None
    """Seconds, from the Retry-After header of a 429."""

    def __str__(self) -> str:
        return self.message

    @property
    def id(self) -> str:
        """The machine-readable name in the answer's body."""
        return IDS.get(self.status, "server_error")


class ConnectionDroppedError(Exception):
    """The connection ended before an answer; whether the call was carried out is not known."""


def unprocessable(message: str) -> ApiError:
    """The body of the call breaks a rule."""
    return ApiError(422, message)


def not_found(message: str = "The resource you were accessing could not be found.") -> ApiError:
    """No such object."""
    return ApiError(404, message)
