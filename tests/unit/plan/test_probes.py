"""Each public host and route is asked as its answer can be told (OBS-4)."""

from typing import Any

import pytest

from network.config import StackConfig
from network.plan.observability import probes
from tests import stacks

INSTALLED = {"network:observability": {"prometheus": {"install": {}}}}


def config(*overs: dict[str, Any]) -> StackConfig:
    whole: dict[str, Any] = INSTALLED
    for over in overs:
        whole = stacks.merged(whole, over)
    return stacks.stack_config("dev", whole)


def route(**fields: Any) -> dict[str, Any]:
    """The route of the dev stack's application `api`, with these fields."""
    return {"network:applications": {"api": {"routes": {"api": fields}}}}


def module(over: dict[str, Any]) -> str:
    (found,) = [each for each in probes.manifests(config(over)) if each["metadata"]["name"] == "api.api"]
    return found["spec"]["module"]


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (route(), "served"),
        (route(chain="internal"), "refused"),
        (
            stacks.merged(route(chain="login"), {"network:traffic": {"chains": {"login": ["admins"]}}}),
            "login",
        ),
        (route(probe={"status": [404]}), "served-404"),
        (route(methods=["POST"]), "handshake"),
        (route(methods=["GET", "HEAD"]), "served"),
        (route(headers={"X-Beta": "yes"}), "handshake"),
        (route(pathRegexp="^/v[0-9]+"), "handshake"),
        (route(pathRegexp="^/v[0-9]+", probe={"path": "/v1"}), "served"),
        (
            stacks.merged(
                route(clientCA="staff"),
                {"network:applications": {"api": {"clientCAs": {"staff": {"secret": "staff-ca"}}}}},
            ),
            "handshake",
        ),
    ],
)
def test_the_module_fits_what_the_route_answers(over: dict[str, Any], expected: str) -> None:
    assert module(over) == expected


H2C = {
    "network:applications": {"api": {"workloads": {"api": {"ports": {"http": {"scheme": "h2c"}}}}}},
    # Of gRPC none is promised.
    "network:observability": {"objectives": {"api": {"latency": []}}},
}


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (route(), "grpc"),
        (route(methods=["POST"]), "grpc"),
        (route(pathPrefix="/shop.Shop/"), "handshake"),
        (route(chain="internal"), "handshake"),
    ],
)
def test_grpc_is_asked_by_its_health_service_where_the_route_leads_there(
    over: dict[str, Any], expected: str
) -> None:
    assert module(stacks.merged(H2C, over)) == expected


def test_an_allow_list_with_the_pods_range_lets_the_probe_pass() -> None:
    allowed = {"ipAllowList": {"sourceRange": ["10.244.0.0/16"]}}
    over = {"network:traffic": {"middlewares": {"office-only": allowed}}}
    assert module(stacks.merged(route(chain="internal"), over)) == "login"


def test_an_allow_list_answers_the_status_that_it_says() -> None:
    over = {"network:traffic": {"middlewares": {"office-only": {"ipAllowList": {"rejectStatusCode": 404}}}}}
    assert module(stacks.merged(route(chain="internal"), over)) == "refused-404"


def test_each_host_is_asked_by_plain_http_whether_it_redirects() -> None:
    (found,) = [each for each in probes.manifests(config()) if each["metadata"]["name"] == "shop"]
    assert found["spec"]["module"] == "redirect"
    assert found["spec"]["targets"]["staticConfig"]["static"] == ["http://shop.dev.k8s.webgrip.nl/"]


def test_every_host_of_a_route_is_asked_for_its_path() -> None:
    over = route(hosts=["b.dev.k8s.webgrip.nl"], pathPrefix="/v1", probe={"path": "/v1/healthz"})
    (found,) = [each for each in probes.manifests(config(over)) if each["metadata"]["name"] == "api.api"]
    targets = found["spec"]["targets"]["staticConfig"]
    assert targets["static"] == [
        "https://api.dev.k8s.webgrip.nl/v1/healthz",
        "https://b.dev.k8s.webgrip.nl/v1/healthz",
    ]
    assert targets["labels"] == {
        "namespace": "api",
        "application": "api",
        "route": "api",
        "module": "served",
    }


def test_the_exporter_has_the_modules_that_probes_use_and_no_others() -> None:
    everything = stacks.everything()
    used = {each["spec"]["module"] for each in probes.manifests(everything)}
    assert probes.modules(everything).keys() == used


@pytest.mark.parametrize(("stack", "skipped"), [("dev", True), ("prod", False)])
def test_certificates_are_verified_unless_nobody_trusts_their_authority(stack: str, skipped: bool) -> None:
    served = probes.modules(stacks.stack_config(stack, INSTALLED))["served"]
    assert served["http"]["tls_config"]["insecure_skip_verify"] is skipped
