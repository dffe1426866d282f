"""What requests and answers look like on their way: redirects, headers, TLS, paths, addresses."""

import http.client
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from lab.demo.deploy import declared
from lab.toolbox.waiting import patiently
from tests.lab.outside import trusts_nobody
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

SHOP, SITE = f"shop.{ZONE}", f"site.{ZONE}"
LOAD_BALANCER = "203.0.113.100"
BRANCH_OFFICE, ELSEWHERE = "203.0.113.33", "203.0.113.77"
"""Within and without the range of the middleware `branch-office`."""
STRANGER = "203.0.113.66"
"""A client that finds a way past the load balancer."""


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("HEAD", 308), ("POST", 308)])
def test_plain_http_leads_to_the_same_place_over_https_by_the_same_method(
    traffic: TrafficLab, method: str, status: int
) -> None:
    answer = traffic.outside.request(method, f"http://{SHOP}/a/b?c=d")
    assert (answer.status_code, answer.headers["location"]) == (status, f"https://{SHOP}/a/b?c=d")


@pytest.mark.parametrize("status", [200, 404, 503])
def test_every_answer_carries_every_header_of_the_security_chain(traffic: TrafficLab, status: int) -> None:
    wanted = declared(traffic.engine).traffic.middlewares["security-headers"].headers
    assert wanted is not None
    answer = traffic.outside.get(f"https://{SHOP}/?status={status}")
    assert answer.status_code == status
    assert answer.headers["strict-transport-security"] == (
        f"max-age={wanted.sts_seconds}; includeSubDomains; preload"
    )
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == wanted.referrer_policy
    assert answer.headers["permissions-policy"] == wanted.permissions_policy


def old_tls(version: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext:
    """A client that would do more than OpenSSL lets it by default."""
    context = trusts_nobody()
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_before_1_2_is_refused(traffic: TrafficLab, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError) as refused:
        traffic.outside.handshake(SHOP, old_tls(version, "ALL"))
    # The server's own word: a client that could not speak it would have said nothing of the kind.
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_tls_1_2_and_1_3_are_spoken(traffic: TrafficLab) -> None:
    for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        context = traffic.outside.context()
        context.minimum_version = context.maximum_version = version
        assert traffic.outside.handshake(SHOP, context).version == name


@pytest.mark.parametrize(
    "suite", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-SHA"]
)
def test_suites_that_keep_no_secret_or_notice_no_change_are_refused(traffic: TrafficLab, suite: str) -> None:
    with pytest.raises(ssl.SSLError) as refused:
        traffic.outside.handshake(SHOP, old_tls(ssl.TLSVersion.TLSv1_2, suite))
    assert "HANDSHAKE_FAILURE" in refused.value.reason


@pytest.mark.parametrize(
    "suite",
    ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"],
)
def test_declared_suites_are_spoken(traffic: TrafficLab, suite: str) -> None:
    assert traffic.outside.handshake(SHOP, old_tls(ssl.TLSVersion.TLSv1_2, suite)).cipher == suite


def test_a_name_without_certificate_is_refused(traffic: TrafficLab) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        traffic.outside.handshake("shop.example.org", trusts_nobody(), address=LOAD_BALANCER)


def test_requests_and_answers_travel_by_http_2(traffic: TrafficLab) -> None:
    told = traffic.curl("--http2", "--write-out", "%{stderr}%{http_version}", f"https://{SHOP}/")
    assert json.loads(told)["host"] == SHOP
    version = traffic.curl(
        "--http2", "--output", "/dev/null", "--write-out", "%{http_version}", f"https://{SHOP}/"
    )
    assert version == "2"


def test_a_preflight_is_answered_for_the_listed_origin_and_never_reaches_the_backend(
    traffic: TrafficLab,
) -> None:
    def ask(origin: str) -> dict[str, str]:
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "X-Request-Id",
        }
        answer = traffic.outside.request("OPTIONS", f"https://{SITE}/cross-origin/a", headers=asked)
        assert answer.status_code == 200
        return {k: v for k, v in answer.headers.items() if k.startswith("access-control-")}

    traffic.begin_counting("site/web")
    assert ask("https://app.example.org") == {
        "access-control-allow-origin": "https://app.example.org",
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "Content-Type,X-Request-Id",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "X-Total",
        "access-control-max-age": "600",
    }
    assert "access-control-allow-origin" not in ask("https://evil.example.org")
    assert traffic.requests("site/web") == 0


def test_an_answer_may_be_read_by_the_listed_origin_only(traffic: TrafficLab) -> None:
    def ask(origin: str) -> dict[str, str]:
        answer = traffic.outside.get(f"https://{SITE}/cross-origin/a", headers={"Origin": origin})
        assert answer.status_code == 200
        assert answer.headers["vary"] == "Origin"  # or a cache would answer one origin with the other's
        return {k: v for k, v in answer.headers.items() if k.startswith("access-control-")}

    allowed = ask("https://app.example.org")
    assert allowed["access-control-allow-origin"] == "https://app.example.org"
    assert allowed["access-control-expose-headers"] == "X-Total"
    assert "access-control-allow-origin" not in ask("https://app.example.org.evil.example")


@pytest.mark.parametrize(
    ("asked", "arrives", "header"),
    [
        ("/strip/a", "/a", ("X-Forwarded-Prefix", "/strip")),
        ("/versions/v12/a", "/a", ("X-Forwarded-Prefix", "/versions/v12")),
        ("/add/a", "/v1/add/a", None),
        ("/replace/a", "/index.html", ("X-Replaced-Path", "/replace/a")),
        ("/rewrite/a/b", "/new/a/b", ("X-Replaced-Path", "/rewrite/a/b")),
    ],
)
def test_paths_are_changed_before_the_backend_sees_them(
    traffic: TrafficLab, asked: str, arrives: str, header: tuple[str, str] | None
) -> None:
    echo = traffic.outside.get(f"https://{SITE}{asked}?q=1").json()
    assert (echo["path"], echo["query"]) == (arrives, "q=1")
    if header:
        name, value = header
        assert echo["headers"][name] == [value]


def test_what_has_moved_is_found_elsewhere(traffic: TrafficLab) -> None:
    answer = traffic.outside.get(f"https://{SITE}/moved/a?b=c")
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{SHOP}/a?b=c")


def test_https_at_the_entrypoint_is_told_to_the_plain_http_backend(traffic: TrafficLab) -> None:
    echo = traffic.outside.get(f"https://{SITE}/").json()
    assert echo["tls"] is None
    assert (echo["headers"]["X-Forwarded-Proto"], echo["headers"]["X-Forwarded-Port"]) == (["https"], ["443"])


def test_an_error_of_the_backend_shows_the_page_for_it_under_its_status(traffic: TrafficLab) -> None:
    headers = {"Cookie": "session=secret", "Authorization": "Bearer secret", "Accept-Language": "nl"}
    answer = traffic.outside.get(f"https://{SITE}/pages-of/a?status=503", headers=headers)
    page = answer.json()
    assert (answer.status_code, page["workload"], page["path"]) == (503, "site/pages", "/pages/503.html")
    assert page["headers"]["Accept-Language"] == ["nl"]
    # The page's team learns nothing of whoever met the error.
    assert {"Cookie", "Authorization"}.isdisjoint(page["headers"])
    assert traffic.outside.get(f"https://{SITE}/pages-of/a?status=404").json()["workload"] == "site/web"


def test_an_allow_list_goes_by_the_address_that_the_load_balancer_saw(traffic: TrafficLab) -> None:
    url = f"https://{SITE}/branch-office"
    assert traffic.outside.get(url, source=BRANCH_OFFICE).status_code == 200
    assert traffic.outside.get(url, source=ELSEWHERE).status_code == 403


def test_a_client_s_own_word_about_its_address_is_not_believed(traffic: TrafficLab) -> None:
    forged = {
        "X-Forwarded-For": BRANCH_OFFICE,
        "X-Real-Ip": BRANCH_OFFICE,
        "Forwarded": f"for={BRANCH_OFFICE}",
        "X-Forwarded-Host": "evil.example.org",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
    }
    refused = traffic.outside.get(f"https://{SITE}/branch-office", source=ELSEWHERE, headers=forged)
    assert refused.status_code == 403
    echo = traffic.outside.get(f"https://{SITE}/", source=ELSEWHERE, headers=forged).json()
    seen = echo["headers"]
    assert seen["X-Forwarded-For"] == [ELSEWHERE]
    assert seen["X-Real-Ip"] == [ELSEWHERE]
    assert (seen["X-Forwarded-Host"], seen["X-Forwarded-Proto"]) == ([SITE], ["https"])
    assert "X-Forwarded-Prefix" not in seen


def test_a_proxy_header_in_front_of_a_request_is_no_request(traffic: TrafficLab) -> None:
    """The load balancer has put its own before it: what the client wrote comes second."""
    forged = f"PROXY TCP4 {BRANCH_OFFICE} {LOAD_BALANCER} 40000 80\r\n"
    request = f"GET / HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\n\r\n"
    said = traffic.outside.raw((LOAD_BALANCER, 80), (forged + request).encode(), source=ELSEWHERE)
    assert said.startswith(b"HTTP/1.1 400")
    said = traffic.outside.raw((LOAD_BALANCER, 80), request.encode(), source=ELSEWHERE)
    assert said.startswith(b"HTTP/1.1 301")


@dataclass(frozen=True)
class WayPast:
    """A node's port for HTTPS: past the load balancer, to Traefik on that node."""

    traffic: TrafficLab
    node: tuple[str, int]

    def ask(self, path: str, forged: str) -> httpx.Response:
        """A request of STRANGER, behind a PROXY header of its own."""

        def ask() -> httpx.Response:
            with (
                socket.create_connection(self.node, timeout=5, source_address=(STRANGER, 0)) as plain,
                plain.dup() as below,
            ):
                below.sendall(f"PROXY TCP4 {forged} {LOAD_BALANCER} 40000 443\r\n".encode())
                with self.traffic.outside.context().wrap_socket(plain, server_hostname=SITE) as secure:
                    secure.sendall(
                        f"GET {path} HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\n\r\n".encode()
                    )
                    answer = http.client.HTTPResponse(secure)
                    answer.begin()
                    return httpx.Response(answer.status, content=answer.read())

        return self.traffic.outside.run(ask)


@pytest.fixture
def way_past(traffic: TrafficLab) -> WayPast:
    service = json.loads(traffic.kubectl("get", "service", "traefik", "--namespace=traefik", "--output=json"))
    (port,) = (each["nodePort"] for each in service["spec"]["ports"] if each["port"] == 443)
    pod = next(iter(traffic.pods("traefik/traefik").values()))
    return WayPast(traffic, (pod["status"]["hostIP"], port))


def test_no_stranger_reaches_traefik_past_the_load_balancer(way_past: WayPast) -> None:
    with pytest.raises(TimeoutError):
        way_past.ask("/", BRANCH_OFFICE)


def test_a_stranger_s_proxy_header_is_not_believed_even_where_no_policy_stops_it(
    traffic: TrafficLab, way_past: WayPast
) -> None:
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "stranger", "namespace": "traefik"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"ipBlock": {"cidr": f"{STRANGER}/32"}}]}],
        },
    }
    traffic.kubectl("apply", "--filename=-", text=json.dumps(policy))
    try:
        seen = _patiently(lambda: way_past.ask("/", BRANCH_OFFICE)).json()["headers"]
        assert seen["X-Forwarded-For"] == [STRANGER]
        assert way_past.ask("/branch-office", BRANCH_OFFICE).status_code == 403
    finally:
        traffic.kubectl("delete", "networkpolicy", "stranger", "--namespace=traefik")


def _patiently(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Until every node enforces a new policy."""
    return patiently(ask, TimeoutError, seconds=30)
