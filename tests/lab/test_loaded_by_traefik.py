"""What a stack declares, loaded into the real Traefik: it complains of nothing, and every route answers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from network.config.applications import Route
from network.config.applications.host_patterns import is_pattern
from network.config.entry_points import HTTP
from network.plan.model.names import application_namespace
from tests import platforms, stacks
from tests.lab.api_server import refused
from tests.lab.patience import until
from tests.lab.traefik_alone import TraefikAlone, traefik_alone
from tests.objects import manifests

pytestmark = pytest.mark.lab

EXPECTED = {
    r"Cross-namespace reference between IngressRoutes and resources is enabled": "chains are in Traefik's "
    "namespace; only the platform writes routes",
    r"Cross-provider .*references are restricted to namespaces \[traefik\]": "it is what we want",
    r"^warn kubernetes Cross-provider .*references are restricted to namespaces \[[a-z -]+\]": "Ingresses of "
    "applications name the default chain; that they name nothing else, the API server sees to (admission)",
    r'middleware "traefik_[a-z-]+@kubernetescrd" does not exist': "routers of the arguments, such as the "
    "redirect's, are there before anything is read from Kubernetes; only while Traefik starts",
    r'"Waited before sending request"': "client-go says, at its level of information, that the API server "
    "of a busy machine asked it to come again",
}
"""Lines of Traefik's log at level warning and above -> why they are right."""

HTTPS = {balancer: list(of_http)[-1] for balancer, of_http in HTTP.items()}
"""Entrypoint with TLS of each load balancer."""

SAMPLES: dict[str, dict[str, Any]] = {
    "shop_beta": {"path": "/nl/?debug=1&page=1&mark=", "User_Agent": "Firefox"},
    "films_lists": {"path": "/film.m3u8"},
}
"""Requests that expressions ask for; all else follows from the route."""

OF_LAYER_FOUR = {
    ("tcp", "routers"): "IngressRouteTCP",
    ("tcp", "services"): "IngressRouteTCP",
    ("tcp", "middlewares"): "MiddlewareTCP",
    ("udp", "routers"): "IngressRouteUDP",
    ("udp", "services"): "IngressRouteUDP",
}
"""By protocol and what Traefik tells: the kind of object that it makes it of."""

IN_CI = ("office", "shop")
"""Platforms of others that are loaded for each pull request; the others at night."""


@pytest.fixture(
    scope="module",
    params=[
        *stacks.NAMES,
        "everything",
        *(
            pytest.param(name, marks=[] if name in IN_CI else [pytest.mark.campaign])
            for name in platforms.NAMES
        ),
    ],
)
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TraefikAlone]:
    """Traefik with each shipped stack, with one that uses every option, and with those of others."""
    name = request.param
    if name in platforms.NAMES:
        config = platforms.config(name)
    else:
        config = stacks.everything() if name == "everything" else stacks.stack_config(name)
    with traefik_alone(config, tmp_path_factory.mktemp(name)) as traefik:
        yield traefik


def complaints(traefik: TraefikAlone) -> list[str]:
    """Lines at level warning and above that are not expected."""
    loud = [each for each in traefik.log if each.get("level") not in ("debug", "info")]
    texts = [" ".join(str(value) for key, value in each.items() if key != "time") for each in loud]
    return [text for text in texts if not any(re.search(pattern, text) for pattern in EXPECTED)]


def test_traefik_complains_of_nothing(loaded: TraefikAlone) -> None:
    assert complaints(loaded) == []


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        *(("http", kind) for kind in ("routers", "services", "middlewares")),
        *(("tcp", kind) for kind in ("routers", "services", "middlewares")),
        *(("udp", kind) for kind in ("routers", "services")),
    ],
)
def test_everything_is_enabled(loaded: TraefikAlone, protocol: str, kind: str) -> None:
    found = loaded.told(kind, protocol)
    kinds = {each["kind"] for each in manifests(loaded.plan)}
    declared = protocol == "http" or OF_LAYER_FOUR[protocol, kind] in kinds
    assert bool(found) == declared
    assert {each["name"]: each.get("error") for each in found if each["status"] != "enabled"} == {}


def test_each_route_takes_the_requests_that_it_asks_for(loaded: TraefikAlone) -> None:
    for name, application in loaded.config.applications.items():
        for route_name, route in application.routes.items():
            full = f"{application_namespace(loaded.config, name)}_{route_name}"
            for index, declared in enumerate(route.all_hosts):
                host = str(route.probe.host) if is_pattern(declared) else declared
                path, headers = request_of(full, route)
                before = len(loaded.routers)
                method, entry_point = (*route.methods, "GET")[0], HTTPS[route.load_balancer]
                status, _ = loaded.ask(host, path, method, entry_point, **headers)
                until(lambda before=before: len(loaded.routers) > before, "the request is logged", 10)
                assert loaded.routers[-1] == f"{full}_{index}@kubernetescrd", status


def test_names_find_their_database_on_a_port_of_their_own(loaded: TraefikAlone) -> None:
    for name, application in loaded.config.applications.items():
        for route in application.tcp_routes.values():
            if not route.passthrough and route.ip_allow_list is None:
                for host in route.hosts:
                    answer = loaded.ask(host, "/", entry_point=route.entry_point)
                    assert answer == (200, f"{application_namespace(loaded.config, name)}/{route.workload}")


def request_of(full: str, route: Route) -> tuple[str, dict[str, str]]:
    """Path and headers of a request that fits a route."""
    sample = SAMPLES.get(full, {})
    headers = {name.replace("-", "_"): value for name, value in route.headers.items()}
    headers |= {key: value for key, value in sample.items() if key != "path"}
    if route.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in route.cookies.items())
    return sample.get("path") or route.path or route.path_prefix, headers


def test_workloads_answer_behind_their_routes(loaded: TraefikAlone) -> None:
    for name, application in loaded.config.applications.items():
        for route in application.routes.values():
            declared = application.workloads.get(route.workload or "")
            if (
                declared is None
                or declared.balancing.native_lb
                or route.chain not in (None, "public", "guarded")
                or is_counted_elsewhere(loaded, route)
            ):
                continue
            entry_point = HTTPS[route.load_balancer]
            answer = loaded.ask(route.named_hosts[0], route.path_prefix, entry_point=entry_point)
            assert answer == (200, f"{application_namespace(loaded.config, name)}/{route.workload}")


def is_counted_elsewhere(loaded: TraefikAlone, route: Route) -> bool:
    """Whether a limit of a route is counted in a Redis, which is not here."""
    traffic = loaded.config.traffic
    limits = (traffic.middlewares[link.name].rate_limit for link in traffic.passed_to(route))
    return any(limit is not None and traffic.is_shared(limit) for limit in limits)


def test_traefik_reads_secrets_of_the_namespaces_that_it_serves_and_no_others(loaded: TraefikAlone) -> None:
    account = loaded.api.acting_as("system:serviceaccount:traefik:traefik")

    def may_list(path: str) -> bool:
        return refused(lambda: account.get(path)) is None

    serving = {
        application_namespace(loaded.config, name)
        for name, application in loaded.config.applications.items()
        if application.routes or application.tcp_routes or application.udp_routes
    } | {"traefik"}
    for each in loaded.plan.namespaces:
        assert may_list(f"/api/v1/namespaces/{each.name}/secrets") == (each.name in serving), each.name
    for path in ("/api/v1/secrets", "/api/v1/namespaces/kube-system/secrets", "/api/v1/configmaps"):
        assert not may_list(path), path


def split(workload: str) -> dict[str, Any]:
    """An application of one workload, in a service over it and its canary, with a transport of its own."""
    labels = {"app.kubernetes.io/name": workload}
    pool = workload.replace("web", "pool")
    ports = {"http": {"port": 8080}}
    members = [{"workload": name, "port": "http", "weight": 1} for name in (workload, "other")]
    return {
        "workloads": {
            workload: {"labels": labels, "ports": ports, "balancing": {"transport": pool}},
            "other": {"labels": {"app.kubernetes.io/name": "other"}, "ports": ports},
        },
        "transports": {pool: {"serverName": f"{pool}.internal"}},
        "services": {"split": {"weighted": {"services": members}}},
    }


def test_names_that_join_to_one_are_two(tmp_path: Path) -> None:
    """By the names of old, both were `shop-api-web-http`, and both transports `shop-api-pool`."""
    zone = "dev.k8s.webgrip.nl"
    first, second = split("api-web"), {**split("web"), "namespace": "shop-api"}
    first["routes"] = {"first": {"host": f"first.{zone}", "service": "split"}}
    second["routes"] = {"second": {"host": f"second.{zone}", "service": "split"}}
    config = stacks.stack_config("dev", {"network:applications": {"shop": first, "till": second}})

    with traefik_alone(config, tmp_path) as traefik:
        answers = {
            name: {traefik.ask(f"{name}.{zone}", "/")[1] for _ in range(12)} for name in ("first", "second")
        }
        services = [each.get("loadBalancer", {}) for each in traefik.told("services")]

    assert answers == {"first": {"shop/api-web", "shop/other"}, "second": {"shop-api/web", "shop-api/other"}}
    transports = {each["serversTransport"] for each in services if "serversTransport" in each}
    assert {"shop_api-pool@kubernetescrd", "shop-api_pool@kubernetescrd"} <= transports
