"""Who gets in: by password, by another service's word, by certificate; and what a client cannot pretend."""

import ssl
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from tests.lab.authority import Authority
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

NAME = "X-Forwarded-Tls-Client-Cert-Info"
"""Header by which Traefik tells backends whose certificate a client showed."""
ADMINS, LOGIN, STAFF, SHOP = f"admins.{ZONE}", f"login.{ZONE}", f"staff.{ZONE}", f"shop.{ZONE}"


@pytest.fixture
def password(traffic: TrafficLab) -> str:
    """Of the user `admins`, whom the lab made up."""
    return (traffic.platform.folder / "secrets" / "basic-auth-admins").read_text().strip()


def test_the_right_password_gets_in_and_stays_with_traefik(traffic: TrafficLab, password: str) -> None:
    answer = traffic.outside.get(f"https://{ADMINS}/", auth=("admins", password))
    assert answer.status_code == 200
    seen = answer.json()["headers"]
    assert seen["X-User"] == ["admins"]
    assert "Authorization" not in seen


def test_wrong_passwords_unknown_users_and_nobody_are_refused(traffic: TrafficLab, password: str) -> None:
    traffic.begin_counting("vault/web")
    for auth in (None, ("admins", password + "x"), ("admins", ""), ("root", password)):
        answer = traffic.outside.get(f"https://{ADMINS}/", auth=auth)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="site"')
    assert traffic.requests("vault/web") == 0


def ask_members(traffic: TrafficLab, token: str, headers: Sequence[tuple[str, str]] = ()) -> httpx.Response:
    return traffic.outside.get(f"https://{LOGIN}/", headers=[("Authorization", f"Bearer {token}"), *headers])


def test_whom_the_other_service_knows_gets_in_under_the_name_that_it_told(traffic: TrafficLab) -> None:
    answer = ask_members(traffic, "demo-alice")
    echo = answer.json()
    assert (answer.status_code, echo["workload"]) == (200, "vault/members")
    assert echo["headers"]["X-User"] == ["alice"]


def test_whom_the_other_service_refuses_gets_its_answer_and_never_reaches_the_backend(
    traffic: TrafficLab,
) -> None:
    traffic.begin_counting("vault/members")
    for token in ("other", "demo"):
        answer = ask_members(traffic, token)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="demo"')
    assert traffic.requests("vault/members") == 0


def test_nobody_gets_in_while_the_other_service_is_down(traffic: TrafficLab) -> None:
    traffic.begin_counting("vault/members")
    with traffic.mode("vault/auth", reset=1):
        assert ask_members(traffic, "demo-alice").status_code >= 500
    assert traffic.requests("vault/members") == 0
    assert ask_members(traffic, "demo-alice").status_code == 200


SMUGGLED = [
    [("X-User", "root")],
    [("x-user", "root"), ("X-USER", "root")],
    [("X_User", "root"), ("X.User", "root"), ("X~User", "root"), ("X!User", "root")],
    [("X-User", "root"), ("Connection", "X-User")],
    [("Connection", "close, X-User")],
]


@pytest.mark.parametrize("headers", SMUGGLED)
def test_the_name_that_the_other_service_told_cannot_be_smuggled_in_or_out(
    traffic: TrafficLab, headers: list[tuple[str, str]]
) -> None:
    named = ask_members(traffic, "demo-alice", headers).json()["headers"]
    assert named["X-User"] == ["alice"]
    unnamed = ask_members(traffic, "demo-", headers).json()["headers"]
    assert "X-User" not in unnamed
    assert "root" not in str([*named.values(), *unnamed.values()])


@pytest.mark.parametrize("headers", SMUGGLED)
def test_the_name_of_basic_authentication_cannot_be_smuggled_in_or_out(
    traffic: TrafficLab, password: str, headers: list[tuple[str, str]]
) -> None:
    answer = traffic.outside.get(f"https://{ADMINS}/", auth=("admins", password), headers=headers)
    seen = answer.json()["headers"]
    assert seen["X-User"] == ["admins"]
    assert "root" not in str(list(seen.values()))


def bearing(traffic: TrafficLab, certificate: Path | None) -> ssl.SSLContext:
    context = traffic.outside.context()
    if certificate:
        context.load_cert_chain(certificate)
    return context


def test_a_client_with_the_staff_s_certificate_gets_in_and_the_backend_learns_its_name(
    traffic: TrafficLab, tmp_path: Path
) -> None:
    context = bearing(traffic, traffic.staff.issue("alice", tmp_path / "alice.pem"))
    headers = {NAME: 'Subject="CN=root"'}

    def ask() -> httpx.Response | None:
        try:
            return traffic.outside.get(f"https://{STAFF}/", context=context, headers=headers)
        except httpx.TransportError:
            return None  # a replica has not read the Secret yet

    deadline = time.monotonic() + 30
    answers: list[httpx.Response | None] = [None]
    while None in answers:
        assert time.monotonic() < deadline
        answers = [ask() for _ in range(4)]
    for answer in answers:
        assert answer is not None
        assert answer.status_code == 200
        (told,) = answer.json()["headers"][NAME]
        assert unquote(told) == 'Subject="CN=alice"'


def test_a_client_without_certificate_or_with_another_s_is_refused(
    traffic: TrafficLab, tmp_path: Path
) -> None:
    impostor = Authority.make(traffic.staff.name).issue("alice", tmp_path / "impostor.pem")
    traffic.begin_counting("vault/web")
    for certificate in (None, impostor):
        with pytest.raises(httpx.TransportError, match=r"(?i)certificate|unknown.ca"):
            traffic.outside.get(f"https://{STAFF}/", context=bearing(traffic, certificate))
    assert traffic.requests("vault/web") == 0


def test_another_host_s_connection_is_no_way_around_the_certificate(traffic: TrafficLab) -> None:
    """The server name of the handshake asks for nothing, the Host of the request does."""
    traffic.begin_counting("vault/web")
    answer = traffic.outside.get(f"https://{SHOP}/", headers={"Host": STAFF})
    assert answer.status_code == 421
    assert traffic.requests("vault/web") == 0
