"""What `network doctor` decides by a real API server's objects and a real Traefik's routers (ADM-4)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from network.diagnosis.compared import difference
from network.diagnosis.facts import Facts, Objects
from network.diagnosis.links import routes
from network.diagnosis.paths import hosts
from network.diagnosis.paths.stack import Stack
from network.diagnosis.walk import Path, walk
from network.live.finding import Finding
from network.plan.model.kubernetes import Manifest
from tests import stacks
from tests.lab.patience import until
from tests.lab.traefik_alone import TraefikAlone, traefik_alone

pytestmark = pytest.mark.lab

ADMINS = {"network:traffic": {"chains": {"public": ["security-headers", "per-client", "admins"]}}}
"""A middleware that reads a Secret is on the way of a route."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TraefikAlone]:
    with traefik_alone(stacks.stack_config("dev", ADMINS), tmp_path_factory.mktemp("doctor")) as traefik:
        yield traefik


def planned(traefik: TraefikAlone) -> list[Manifest]:
    plan = traefik.plan
    return [
        *plan.traffic.middlewares,
        *plan.traffic.chains,
        plan.ingress.tls_store,
        *(each for app in plan.applications for each in (*app.services, *app.balancing, *app.routes)),
        *(
            each
            for policies in plan.policies
            for each in policies.manifests
            if each["kind"] == "NetworkPolicy"
        ),
    ]


def objects(traefik: TraefikAlone) -> Objects:
    """What is planned, as the API server gives it back."""
    held: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for manifest in planned(traefik):
        live = traefik.api.api.get(traefik.api.api.path_of(manifest))
        held.setdefault((manifest["kind"], manifest["metadata"]["namespace"]), []).append(live)
    return Objects(held)


def facts(traefik: TraefikAlone) -> Facts:
    routers = {each["name"]: each for each in traefik.told("routers")}
    return Facts(datetime.now(UTC), objects(traefik), [], routers={"traefik-0": routers})


def judged(traefik: TraefikAlone, route: str) -> list[Finding]:
    stack = Stack.of(traefik.config)
    way = next(each for each in hosts.ways(stack.config) if f"{each.application}/{each.name}" == route)
    routed = hosts.of_way(stack, way)
    return walk(Path([routes.router(routed), routes.middlewares(routed)]), facts(traefik))


def test_objects_as_the_api_server_gives_them_back_are_as_planned(loaded: TraefikAlone) -> None:
    loaded.api.make([each for each in planned(loaded) if each["kind"] == "NetworkPolicy"])
    live = objects(loaded)
    wrong = {
        (each["kind"], each["metadata"]["name"]): difference(
            live, each, exact=each["kind"] == "NetworkPolicy"
        )
        for each in planned(loaded)
    }
    assert {name: told for name, told in wrong.items() if told is not None} == {}


def test_routers_are_found_by_their_names_in_traefik_s_api(loaded: TraefikAlone) -> None:
    for route in ("shop/shop", "api/api"):
        assert [each.verdict for each in judged(loaded, route)] == ["as planned"] * 2


def test_a_middleware_whose_secret_is_gone_is_told_from_a_router_that_is_wrong(loaded: TraefikAlone) -> None:
    api = loaded.api.api
    secret = api.get("/api/v1/namespaces/traefik/secrets/basic-auth-admins")
    api.delete("/api/v1/namespaces/traefik/secrets/basic-auth-admins")
    until(lambda: _verdicts(loaded) == ["as planned", "differs"], "Traefik has seen it", seconds=30)
    (_, middleware) = judged(loaded, "shop/shop")
    assert (middleware.code, "admins" in middleware.found) == ("middleware", True)

    del secret["metadata"]["resourceVersion"], secret["metadata"]["uid"]
    api.create(secret)
    until(lambda: _verdicts(loaded) == ["as planned"] * 2, "Traefik has it again", seconds=30)


def _verdicts(loaded: TraefikAlone) -> list[str]:
    return [each.verdict for each in judged(loaded, "shop/shop")]
