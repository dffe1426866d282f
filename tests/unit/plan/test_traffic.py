"""Middlewares and chains."""

from typing import Any

from network.plan import traffic
from tests import stacks

PLAN = traffic.build(stacks.everything())


def spec(name: str) -> dict[str, Any]:
    """Return a middleware's or a chain's spec."""
    found = {m["metadata"]["name"]: m for m in (*PLAN.middlewares, *PLAN.chains)}
    return found[name]["spec"]


def test_all_middlewares_and_chains_are_in_traefiks_namespace() -> None:
    manifests = (*PLAN.middlewares, *PLAN.chains)
    assert {manifest["metadata"]["namespace"] for manifest in manifests} == {"traefik"}


def test_a_chain_keeps_its_order() -> None:
    assert [link["name"] for link in spec("internal")["chain"]["middlewares"]] == [
        "security-headers",
        "office-only",
        "admins",
    ]


def test_security_headers_hold_for_subdomains_and_preload() -> None:
    headers = spec("security-headers")["headers"]
    assert headers["stsSeconds"] == 31536000
    assert headers["stsIncludeSubdomains"]
    assert headers["stsPreload"]


def test_basic_auth_names_a_secret_and_holds_no_user() -> None:
    assert spec("admins")["basicAuth"] == {
        "secret": "basic-auth-admins",
        "realm": "traefik",
        "removeHeader": True,
    }
    (secret,) = PLAN.secrets
    assert secret.data == {"users": "basicAuthUsers.admins"}
    assert (secret.name, secret.namespace) == ("basic-auth-admins", "traefik")


def test_two_middlewares_with_the_same_users_share_one_secret() -> None:
    again = {"middlewares": {"again": {"basicAuth": {"users": "admins"}}}}
    plan = traffic.build(stacks.stack_config("dev", {"network:traffic": again}))
    assert len(plan.secrets) == 1


def test_options_that_are_not_set_are_left_to_traefik() -> None:
    assert spec("limits")["buffering"] == {
        "maxRequestBodyBytes": 1048576,
        "memRequestBodyBytes": 65536,
    }


def test_error_pages_are_served_by_a_workload_in_its_own_namespace() -> None:
    assert spec("pages")["errors"]["service"] == {
        "kind": "Service",
        "name": "pages",
        "namespace": "backend",
        "port": "http",
    }
