"""Middlewares and chains."""

from ipaddress import ip_address, ip_network
from typing import Any

from network.plan import traffic
from network.plan.traffic import DENIED_ANNOTATION
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
    secret = next(secret for secret in PLAN.secrets if secret.name == "basic-auth-admins")
    assert secret.data == {"users": "basicAuthUsers.admins"}
    assert secret.namespace == "traefik"


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


def test_error_pages_see_no_credentials_of_the_application_that_failed() -> None:
    assert spec("pages")["errors"]["errorRequestHeaders"] == ["Accept", "Accept-Language"]


def test_a_forward_auth_asks_the_service_of_a_workload() -> None:
    auth = spec("login")["forwardAuth"]
    assert auth["address"] == "http://auth.backend.svc:8080/verify"
    assert auth["authResponseHeaders"] == ["X-User"]
    assert not {"application", "workload", "port", "path"} & auth.keys()


def test_no_forwarded_header_of_a_client_reaches_an_auth_service() -> None:
    asked = [m["spec"]["forwardAuth"] for m in PLAN.middlewares if "forwardAuth" in m["spec"]]
    assert len(asked) == 2
    assert all(auth["trustForwardHeader"] is False for auth in asked)


def test_answers_of_an_auth_service_are_read_to_a_limit() -> None:
    assert spec("partner")["forwardAuth"]["maxResponseBodySize"] == 1_048_576


def test_limits_count_in_redis_where_there_is_one_unless_they_say_otherwise() -> None:
    redis = spec("per-key")["rateLimit"]["redis"]
    assert redis["endpoints"] == ["redis.backend.svc:6379"]
    assert redis["secret"] == "redis"
    assert "redis" not in spec("everybody")["rateLimit"]
    assert "shared" not in spec("everybody")["rateLimit"]


def test_no_request_waits_long_for_a_dead_redis() -> None:
    redis = spec("per-key")["rateLimit"]["redis"]
    assert {redis["dialTimeout"], redis["readTimeout"], redis["writeTimeout"]} == {"500ms"}


def test_the_password_of_redis_stands_in_a_secret_with_its_user() -> None:
    secret = next(secret for secret in PLAN.secrets if secret.name == "redis")
    assert secret.data == {"password": "redisPassword"}
    assert secret.plain == {"username": "default"}


def test_a_redis_without_a_password_has_no_secret() -> None:
    plan = traffic.build(stacks.stack_config("dev", shared(application="shop", workload="web", port="http")))
    assert "redis" not in {secret.name for secret in plan.secrets}
    assert "secret" not in limit(plan)["redis"]


def test_a_redis_outside_is_reached_by_tls() -> None:
    over = shared(host="redis.partner.example", port=25061) | {"network:redisPassword": "throw-away"}
    redis = limit(traffic.build(stacks.stack_config("dev", over)))["redis"]
    assert redis["endpoints"] == ["redis.partner.example:25061"]
    assert redis["tls"] == {}


def test_a_private_authority_is_named_by_its_secret() -> None:
    over = shared(application="shop", workload="web", port=8080, caSecret="redis-ca")
    redis = limit(traffic.build(stacks.stack_config("dev", over)))["redis"]
    assert redis["endpoints"] == ["web.shop.svc:8080"]
    assert redis["tls"] == {"caSecret": "redis-ca"}


def test_a_lifetime_becomes_a_header_of_every_answer() -> None:
    value = "public, max-age=31536000, s-maxage=86400, stale-if-error=60, immutable"
    assert spec("assets") == {"headers": {"customResponseHeaders": {"Cache-Control": value}}}


def test_other_kinds_pass_as_they_stand() -> None:
    assert spec("sniffed") == {"contentType": {}}


def shared(**redis: Any) -> dict[str, Any]:
    """Return what is laid over the dev stack to share its limit through a Redis."""
    middlewares = {"per-client": {"rateLimit": {"shared": True}}}
    return {"network:traffic": {"redis": redis, "middlewares": middlewares}}


def limit(plan: traffic.TrafficPlan) -> dict[str, Any]:
    """Return the rate limit per client."""
    return next(m for m in plan.middlewares if m["metadata"]["name"] == "per-client")["spec"]["rateLimit"]


def test_with_ipv6_clients_limits_count_a_household_as_one() -> None:
    def criteria(over: dict[str, Any]) -> list[int | None]:
        plan = traffic.build(stacks.stack_config("dev", over))
        specs = {each["metadata"]["name"]: each["spec"] for each in plan.middlewares}
        limits = (specs["per-client"]["rateLimit"], specs["in-flight"]["inFlightReq"])
        return [each["sourceCriterion"]["ipStrategy"].get("ipv6Subnet") for each in limits]

    both = {"network:ingress": {"loadBalancer": {"ipv6": True}}}
    own = {"sourceCriterion": {"ipStrategy": {"ipv6Subnet": 56}}}
    given = {"network:traffic": {"middlewares": {"per-client": {"rateLimit": own}}}}
    assert criteria({}) == [None, None]
    assert criteria(both) == [64, 64]
    assert criteria({**both, **given}) == [56, 64]


def test_a_deny_list_is_an_allow_list_of_everybody_else_that_says_whom_it_keeps_out() -> None:
    denied = ["198.51.100.64/26", "2001:db8:bad::/48"]
    (made,) = (each for each in PLAN.middlewares if each["metadata"]["name"] == "no-scrapers")
    assert made["metadata"]["annotations"] == {DENIED_ANNOTATION: " ".join(denied)}
    assert made["spec"]["ipAllowList"]["rejectStatusCode"] == 404
    admitted = [ip_network(each) for each in made["spec"]["ipAllowList"]["sourceRange"]]

    def passes(address: str) -> bool:
        return any(ip_address(address) in each for each in admitted)

    assert not any(map(passes, ("198.51.100.64", "198.51.100.127", "2001:db8:bad::1")))
    beside = ("198.51.100.63", "198.51.100.128", "0.0.0.1", "255.255.255.255", "2001:db8:bac::1")
    assert all(map(passes, beside))
    whole = sum(each.num_addresses for each in admitted if each.version == 4)
    assert whole == 2**32 - 64
