"""Routes that pass the default chain, leave it or take another; Ingresses that pass it as well (TRF-8)."""

import ssl
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

HOST = f"chains.{ZONE}"
HARDENED = "strict-transport-security"
"""Set by the default chain of the dev stack."""


def test_a_route_passes_the_default_chain_and_its_own(traffic: TrafficLab) -> None:
    answer = traffic.outside.get(f"https://{HOST}/")
    assert (answer.status_code, answer.headers["x-chain"]) == (200, "marked")
    assert HARDENED in answer.headers


def test_a_route_that_leaves_the_default_chain_passes_nothing(traffic: TrafficLab) -> None:
    answer = traffic.outside.get(f"https://{HOST}/leaves")
    assert answer.status_code == 200
    assert HARDENED not in answer.headers
    assert "x-chain" not in answer.headers


def test_a_route_takes_another_chain_in_place_of_the_default(traffic: TrafficLab) -> None:
    first = traffic.outside.get(f"https://{HOST}/instead")
    assert (first.status_code, first.headers["x-chain"]) == (200, "marked")
    assert HARDENED not in first.headers
    # Two replicas let three pass at once each, and one a second more.
    answers = Counter(traffic.outside.get(f"https://{HOST}/instead").status_code for _ in range(30))
    assert answers[429] >= 15
    assert answers.keys() == {200, 429}


@pytest.fixture
def ingress(traffic: TrafficLab) -> Iterator[None]:
    """An Ingress of the application that names the default chain, as admission wants it."""
    made: dict[str, Any] = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": "by-ingress",
            "namespace": "chains",
            "annotations": {
                "traefik.ingress.kubernetes.io/router.middlewares": "traefik_public@kubernetescrd",
                "traefik.ingress.kubernetes.io/router.tls": "true",
            },
        },
        "spec": {
            "ingressClassName": "traefik",
            "rules": [
                {
                    "host": HOST,
                    "http": {
                        "paths": [
                            {
                                "path": "/by-ingress",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": "web", "port": {"name": "http"}}},
                            }
                        ]
                    },
                }
            ],
        },
    }
    traffic.platform.apply(made)
    yield
    traffic.kubectl("delete", "ingress", "--namespace=chains", "by-ingress")


@pytest.mark.usefixtures("ingress")
def test_an_ingress_passes_the_default_chain_that_it_names(traffic: TrafficLab) -> None:
    def is_served_by_it() -> bool:
        answer = traffic.outside.get(f"https://{HOST}/by-ingress")
        return answer.status_code == 200 and "x-chain" not in answer.headers

    until(is_served_by_it, "Traefik serves the Ingress in place of the route")
    assert HARDENED in traffic.outside.get(f"https://{HOST}/by-ingress").headers


def test_who_is_on_a_deny_list_is_refused_and_everybody_else_is_not(traffic: TrafficLab) -> None:
    statuses = {
        address: traffic.outside.get(f"https://{HOST}/denies", source=address).status_code
        for address in ("203.0.113.33", "203.0.113.47", "203.0.113.31", "203.0.113.48")
    }
    assert statuses == {
        "203.0.113.33": 403,
        "203.0.113.47": 403,
        "203.0.113.31": 200,
        "203.0.113.48": 200,
    }


def test_a_host_may_speak_tls_1_3_alone(traffic: TrafficLab) -> None:
    old = traffic.outside.context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert traffic.outside.handshake(f"modern.{ZONE}").version == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        traffic.outside.handshake(f"modern.{ZONE}", old)
    assert traffic.outside.handshake(HOST, old).version == "TLSv1.2"


def post(traffic: TrafficLab, path: str, size: int) -> httpx.Response:
    return traffic.outside.request("POST", f"https://{HOST}{path}", content=b"x" * size)


def test_an_application_s_own_limit_of_size_holds_on_all_of_its_routes(traffic: TrafficLab) -> None:
    for path in ("/", "/leaves"):
        assert post(traffic, path, 1000).status_code == 200
        assert post(traffic, path, 1001).status_code == 413


def test_an_application_s_own_limit_of_time_holds_for_its_workloads(traffic: TrafficLab) -> None:
    with traffic.mode("chains/web", delay="5s"):
        assert traffic.outside.get(f"https://{HOST}/leaves").status_code == 504


def test_an_encoded_slash_comes_in_where_the_platform_lets_it(traffic: TrafficLab) -> None:
    answer = traffic.outside.get(f"https://{HOST}/leaves/group%2Fproject")
    assert (answer.status_code, answer.json()["path"]) == (200, "/leaves/group/project")
    assert traffic.outside.get(f"https://{HOST}/leaves/group%5Cproject").status_code == 400
