"""Calls that a function answers."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call, Service
from lab.toolbox.waiting import until


class Respond:
    """Answers what it is told to, and remembers the calls."""

    def __init__(self) -> None:
        self.answer: Answer | None = Answer()
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Answer | None:
        self.calls.append(call)
        return self.answer


@pytest.fixture
def respond() -> Respond:
    return Respond()


@pytest.fixture
def service(respond: Respond) -> Iterator[Service]:
    listening = http_service.serve(respond, "test")
    yield listening
    listening.close()


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{service.port}", trust_env=False) as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_call_comes_whole(client: httpx.Client, respond: Respond, method: str) -> None:
    headers = {"Authorization": "Bearer mine", "X-Own": "1"}
    client.request(method, "/a/b/?c=d%20e&f=", content=b'{"g": 1}', headers=headers)
    (call,) = respond.calls
    assert (call.method, call.path, call.query, call.json) == (method, "/a/b/", {"c": "d e"}, {"g": 1})
    assert (call.bearer, call.headers["x-own"]) == ("mine", "1")


def test_a_call_without_body_and_token_has_none(client: httpx.Client, respond: Respond) -> None:
    client.get("/")
    assert (respond.calls[0].json, respond.calls[0].bearer) == (None, "")


def test_an_answer_is_json_with_its_headers(client: httpx.Client, respond: Respond) -> None:
    respond.answer = Answer.of({"a": "ü"}, 429, Retry_After="7")
    answer = client.get("/")
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (429, {"a": "ü"}, "7")
    assert answer.headers["Content-Type"] == "application/json"


def test_a_connection_serves_many_calls_also_after_answers_without_a_body(
    client: httpx.Client, respond: Respond
) -> None:
    for respond.answer in (Answer.of({}, 204), Answer(200, b"text"), Answer.of([1])):
        client.get("/")
    assert client.head("/").headers["Content-Length"] == "3"
    assert client.get("/").json() == [1]


def test_the_connection_of_a_lost_answer_just_ends(client: httpx.Client, respond: Respond) -> None:
    respond.answer = None
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")
    respond.answer = Answer()
    assert client.get("/").status_code == 200


def test_who_answers_sees_that_the_caller_has_gone(service: Service, respond: Respond) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until(lambda: respond.calls, seconds=10)
        (call,) = respond.calls
        assert call.connected()
        caller.recv(1000)
        caller.shutdown(socket.SHUT_WR)
        gone = until(lambda: _is_gone(call), seconds=10)
    assert gone


def _is_gone(call: Call) -> bool:
    try:
        return not call.connected()
    except (OSError, ValueError):  # the handler has closed it
        return True


def test_nobody_listens_after_the_end(respond: Respond) -> None:
    ended = http_service.serve(respond, "test")
    ended.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{ended.port}/", trust_env=False)
