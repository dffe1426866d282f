"""Services of applications, TraefikServices over them, and routes."""

from typing import Any

from network.plan import applications
from tests import stacks

PLANS = {plan.name: plan for plan in applications.build(stacks.everything()).applications}


POD_COOKIE = {"name": "pod", "secure": True, "httpOnly": True, "sameSite": "lax", "maxAge": 0}
WEB = {
    "kind": "Service",
    "name": "web",
    "port": "http",
    "strategy": "leasttime",
    "sticky": {"cookie": POD_COOKIE},
    "passiveHealthCheck": {"maxFailedAttempts": 5, "failureWindow": "30s"},
    "passHostHeader": False,
    "responseForwarding": {"flushInterval": "10ms"},
    "serversTransport": "pooled",
}
CANARY = {
    "kind": "Service",
    "name": "web-canary",
    "port": "http",
    "nativeLB": True,
    "serversTransport": "pooled",
}
"""The one reference to each workload of the shop."""


def rule(application: str, name: str) -> dict[str, Any]:
    """Return the one rule of an application's route."""
    (found,) = route(application, name)["spec"]["routes"]
    return found


def route(application: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in PLANS[application].routes if each["metadata"]["name"] == name]
    return found


def service(application: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in PLANS[application].services if each["metadata"]["name"] == name]
    return found


def balanced(name: str) -> dict[str, Any]:
    """Return the spec of a TraefikService of the shop."""
    (found,) = [each for each in PLANS["shop"].balancing if each["metadata"]["name"] == name]
    return found["spec"]


def test_every_workload_with_ports_has_a_service() -> None:
    names = [service["metadata"]["name"] for service in PLANS["api"].services]
    assert names == ["api", "mesh", "pages", "debug", "store", "search", "auth", "redis", "git"]


def test_services_are_inside_the_cluster_unless_the_config_says_otherwise() -> None:
    plain = [service("shop", "web"), service("api", "api"), service("api", "store")]
    assert {each["spec"]["type"] for each in plain} == {"ClusterIP"}
    assert all("externalTrafficPolicy" not in each["spec"] for each in plain)


def test_a_headless_service_has_no_address() -> None:
    assert service("api", "store")["spec"]["clusterIP"] == "None"


def test_a_node_port_keeps_the_address_that_policies_judge_by() -> None:
    assert service("api", "debug")["spec"]["type"] == "NodePort"
    assert service("api", "debug")["spec"]["externalTrafficPolicy"] == "Local"


def test_a_load_balancer_of_an_application_has_no_public_address() -> None:
    balanced = service("api", "search")
    prefix = "service.beta.kubernetes.io/do-loadbalancer-"
    assert balanced["spec"]["type"] == "LoadBalancer"
    assert balanced["metadata"]["annotations"][f"{prefix}network"] == "INTERNAL"
    assert balanced["metadata"]["annotations"][f"{prefix}name"] == "network-dev-api-search"


def test_affinity_of_a_service_is_by_client_address() -> None:
    spec = service("api", "pages")["spec"]
    assert spec["sessionAffinity"] == "ClientIP"
    assert spec["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 600}}
    assert "sessionAffinity" not in service("api", "api")["spec"]


def test_no_service_lists_pods_that_are_not_ready() -> None:
    services = [each for plan in PLANS.values() for each in plan.services]
    assert all("publishNotReadyAddresses" not in each["spec"] for each in services)


def test_an_external_service_is_the_name_of_its_host() -> None:
    assert service("shop", "legacy")["spec"] == {
        "type": "ExternalName",
        "externalName": "legacy.example.org",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }


def test_only_external_services_are_checked_by_traefik() -> None:
    (archive,) = rule("shop", "archive")["services"]
    assert archive["healthCheck"] == {"path": "/health", "interval": "30s", "timeout": "2s", "status": 204}
    assert "healthCheck" not in str([rule("api", "api"), PLANS["shop"].balancing])


def test_a_route_with_an_authority_asks_clients_for_its_certificates() -> None:
    tls = route("shop", "archive")["spec"]["tls"]
    (option,) = [
        each for each in PLANS["shop"].tls_options if each["metadata"]["name"] == tls["options"]["name"]
    ]
    assert option["metadata"]["namespace"] == "shop"
    assert option["spec"]["clientAuth"] == {
        "secretNames": ["client-ca-partners"],
        "clientAuthType": "RequireAndVerifyClientCert",
    }
    assert option["spec"]["minVersion"] == "VersionTLS13"
    assert option["spec"]["sniStrict"] is True


def test_an_authority_in_the_config_becomes_a_secret_and_a_named_one_is_left_to_its_owner() -> None:
    assert [(each.name, dict(each.data)) for each in PLANS["shop"].secrets] == [
        ("client-ca-partners", {"ca.crt": "clientCAs.shop.partners"})
    ]
    staff = next(each for each in PLANS["shop"].tls_options if "staff" in each["metadata"]["name"])
    assert staff["spec"]["clientAuth"]["secretNames"] == ["staff-ca"]


def test_routes_without_an_authority_keep_the_default_tls_option() -> None:
    assert route("shop", "shop")["spec"]["tls"] == {}


def test_services_select_the_workloads_labels_and_keep_its_ports() -> None:
    spec = service("shop", "web")["spec"]
    assert spec["selector"] == {"app.kubernetes.io/name": "shop-web"}
    assert spec["ports"] == [{"name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"}]


def test_routes_answer_on_https_only() -> None:
    routes = [each for plan in PLANS.values() for each in plan.routes]
    assert {name for each in routes for name in each["spec"]["entryPoints"]} == {
        "websecure",
        "internalsecure",
    }


def test_a_route_matches_its_host_and_path() -> None:
    assert rule("shop", "shop")["match"] == "Host(`shop.dev.k8s.webgrip.nl`)"
    assert rule("api", "api")["match"] == "Host(`shop.dev.k8s.webgrip.nl`) && PathPrefix(`/api`)"


def test_everything_that_a_route_asks_for_is_in_its_rule_once_for_each_host() -> None:
    rules = [each["match"] for each in route("shop", "beta")["spec"]["routes"]]
    rest = (
        " && PathRegexp(`^/(nl|en)/`) && (Method(`GET`) || Method(`HEAD`)) && Header(`X-Beta`, `yes`)"
        r" && HeaderRegexp(`User-Agent`, `(?i)firefox`)"
        r" && HeaderRegexp(`Cookie`, `(^|;\s*)variant=b\s*(;|$)`)"
        " && Query(`debug`, `1`) && QueryRegexp(`page`, `^[0-9]+$`) && QueryRegexp(`mark`, `^$`)"
        " && (ClientIP(`10.250.0.0/24`) || ClientIP(`198.51.100.0/24`))"
    )
    assert rules == [f"Host(`shop.dev.k8s.webgrip.nl`){rest}", f"Host(`beta.dev.k8s.webgrip.nl`){rest}"]


def test_an_exact_path_is_no_prefix() -> None:
    assert rule("shop", "grpc")["match"] == (
        "Host(`grpc.dev.k8s.webgrip.nl`) && Path(`/Shop/Buy`) && Method(`POST`)"
    )


def test_a_priority_is_set_only_where_one_is_given() -> None:
    assert [each.get("priority") for each in route("shop", "beta")["spec"]["routes"]] == [1000, 1000]
    assert "priority" not in rule("shop", "grpc")


def test_every_reference_to_a_workload_has_the_same_options() -> None:
    members = [
        *balanced("canary")["weighted"]["services"],
        *balanced("spread")["highestRandomWeight"]["services"],
        *balanced("shadow")["mirroring"]["mirrors"],
    ]
    for each in members:
        options = {key: value for key, value in each.items() if key not in ("weight", "percent")}
        assert options == (WEB if each["name"] == "web" else CANARY)


def test_a_ports_scheme_goes_with_the_reference() -> None:
    assert rule("shop", "grpc")["services"] == [{**CANARY, "port": "grpc", "scheme": "h2c"}]


def test_a_transport_is_in_traefiks_words_with_its_options_beside() -> None:
    (transport,) = PLANS["shop"].transports
    assert transport["kind"] == "ServersTransport"
    assert transport["metadata"] == {"name": "pooled", "namespace": "shop"}
    spec = transport["spec"]
    assert spec["rootCAs"] == [{"secret": "shop-ca"}, {"configMap": "company-ca"}]
    assert spec["disableHTTP2"] is True
    assert spec["maxIdleConnsPerHost"] == 50
    # A lowest version alone is above none, for Traefik.
    assert (spec["minVersion"], spec["maxVersion"]) == ("VersionTLS12", "VersionTLS13")
    assert "options" not in spec


def test_a_route_names_the_default_chain_and_its_own_behind_it_in_traefiks_namespace() -> None:
    assert rule("api", "api")["middlewares"] == [
        {"name": "public", "namespace": "traefik"},
        {"name": "api", "namespace": "traefik"},
        {"name": "of-application"},
    ]


def test_the_default_chain_is_not_named_twice() -> None:
    assert rule("shop", "shop")["middlewares"] == [{"name": "public", "namespace": "traefik"}]


def test_a_route_may_leave_the_default_chain_or_take_another() -> None:
    assert "middlewares" not in rule("shop", "archive")
    assert rule("shop", "grpc")["middlewares"] == [{"name": "bare", "namespace": "traefik"}]


def test_objects_stand_in_the_namespace_that_the_application_chose() -> None:
    objects = (*PLANS["api"].services, *PLANS["api"].routes)
    assert {manifest["metadata"]["namespace"] for manifest in objects} == {"backend"}


def test_a_route_refers_to_a_port_of_a_workload_or_to_a_service_over_several() -> None:
    assert rule("api", "api")["services"] == [
        {"kind": "Service", "name": "api", "port": "http", "serversTransport": "of-application"}
    ]
    assert rule("shop", "shop")["services"] == [{"kind": "TraefikService", "name": "canary"}]


def test_weights_are_those_of_the_config() -> None:
    shares = [(each["name"], each["weight"]) for each in balanced("canary")["weighted"]["services"]]
    assert shares == [("web", 80), ("web-canary", 20)]
    spread = [
        (each["name"], each["weight"]) for each in balanced("spread")["highestRandomWeight"]["services"]
    ]
    assert spread == [("web", 3), ("web-canary", 1)]


def test_a_sticky_split_says_everything_about_its_cookie() -> None:
    assert balanced("canary")["weighted"]["sticky"] == {
        "cookie": {
            "name": "canary",
            "secure": True,
            "httpOnly": True,
            "sameSite": "none",
            "maxAge": 3600,
            "path": "/cart",
        }
    }


def test_mirrors_get_their_share_and_no_body_beyond_the_limit() -> None:
    assert balanced("shadow") == {
        "mirroring": {
            **WEB,
            "mirrors": [{**CANARY, "percent": 10}],
            "mirrorBody": True,
            "maxBodySize": 65536,
        }
    }


def test_failover_goes_by_what_the_service_answers() -> None:
    assert balanced("spare") == {
        "failover": {
            "service": {"kind": "TraefikService", "name": "shadow"},
            "fallback": {
                "kind": "Service",
                "name": "legacy",
                "port": 8080,
                "scheme": "http",
                "passHostHeader": True,
                "serversTransport": "pooled",
            },
            "errors": {"status": ["500", "502-504"], "maxRequestBodyBytes": 65536},
        }
    }


def test_a_service_comes_after_those_that_it_refers_to() -> None:
    order = [each["metadata"]["name"] for each in PLANS["shop"].balancing]
    assert order.index("spare") > order.index("shadow")


def test_limits_of_an_application_hold_for_all_of_its_routes_and_workloads() -> None:
    (buffering,) = PLANS["api"].middlewares
    assert buffering["metadata"] == {"name": "of-application", "namespace": "backend"}
    assert buffering["spec"] == {"buffering": {"maxRequestBodyBytes": 10485760}}
    (transport,) = PLANS["api"].transports
    assert transport["spec"] == {"forwardingTimeouts": {"dialTimeout": "3s", "responseHeaderTimeout": "20s"}}
    assert all(
        {"name": "of-application"} in each["middlewares"]
        for manifest in PLANS["api"].routes
        for each in manifest["spec"]["routes"]
    )


def test_a_transport_s_own_timeouts_come_before_the_application_s() -> None:
    timeouts = {"dialTimeout": "2s", "idleConnTimeout": "9s"}
    own = {"forwardingTimeouts": {"dialTimeout": "1s"}, "serverName": "web.internal"}
    over = {"network:applications": {"shop": {"timeouts": timeouts, "transports": {"own": own}}}}
    built = applications.build(stacks.stack_config("dev", over)).applications
    (shop,) = (each for each in built if each.name == "shop")
    specs = {each["metadata"]["name"]: each["spec"] for each in shop.transports}
    assert specs["own"]["forwardingTimeouts"] == {"dialTimeout": "1s", "idleConnTimeout": "9s"}
    assert specs["of-application"]["forwardingTimeouts"] == timeouts


def test_a_route_may_have_other_tls_options_with_an_authority_or_without() -> None:
    taken = next(m for m in PLANS["api"].routes if m["metadata"]["name"] == "taken")
    assert taken["spec"]["tls"] == {"options": {"name": "modern", "namespace": "traefik"}}
    archive = next(m for m in PLANS["shop"].routes if m["metadata"]["name"] == "archive")
    assert archive["spec"]["tls"] == {"options": {"name": "client-ca-partners.modern"}}
    by_name = {each["metadata"]["name"]: each["spec"] for each in PLANS["shop"].tls_options}
    both = by_name["client-ca-partners.modern"]
    assert (both["minVersion"], both["clientAuth"]["secretNames"]) == ("VersionTLS13", ["client-ca-partners"])
    assert by_name["client-ca-partners"]["minVersion"] == "VersionTLS12"
