"""digitalocean.LoadBalancer, as the platform uses it: GLOBAL ones. Those of one region are the cloud
controller's, which calls the API itself."""

from collections.abc import Iterator

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, fields, list_of, map_of, object_of, set_of
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.resources.cdn import certificate_named
from lab.cloud.plugin.resources.spelling import to_api, to_pulumi
from lab.cloud.plugin.values import State, Value
from lab.cloud.state import Json

_PATH = "/v2/load_balancers"
_PORT = checks.between(1, 65535)
_SECONDS = checks.between(3, 300)
_TIMES = checks.between(2, 10)
_PROTOCOLS = ("http", "https", "http2", "http3", "tcp", "udp")
_LONGEST, _PAUSE = 600, 15
"""Seconds for which a load balancer may be new, and between two looks at it."""


def _target_port(value: int) -> str | None:
    return None if value in (80, 443) else f"expected to be one of [80 443], got {value}"


def _word(*words: str) -> checks.Check:
    return checks.one_of([word.lower() for word in words], ignore_case=True)


class LoadBalancer(Resource):
    """A GLOBAL load balancer; every setting is sent at each update."""

    token = "digitalocean:index/loadBalancer:LoadBalancer"
    inputs = fields(
        {
            "name": STRING.but(check=checks.not_empty),
            "region": STRING.but(replaces=True),
            "type": STRING.but(replaces=True, check=_word("REGIONAL", "GLOBAL", "REGIONAL_NETWORK")),
            "domains": set_of(
                object_of(
                    {
                        "name": STRING.but(required=True, check=checks.not_empty),
                        "isManaged": BOOLEAN,
                        "certificateName": STRING.but(computed=True),
                        "certificateId": STRING.but(computed=True),
                        "verificationErrorReasons": list_of(STRING, computed=True),
                        "sslValidationErrorReasons": list_of(STRING, computed=True),
                    }
                ),
                computed=True,
            ),
            "glbSettings": object_of(
                {
                    "targetProtocol": STRING.but(required=True, check=checks.one_of(("http", "https"))),
                    "targetPort": INTEGER.but(required=True, check=_target_port),
                    "regionPriorities": map_of(INTEGER),
                    "failoverThreshold": INTEGER.but(check=checks.between(1, 99)),
                    "cdn": object_of({"isEnabled": BOOLEAN}),
                },
                computed=True,
            ),
            "targetLoadBalancerIds": set_of(STRING, computed=True),
            "healthcheck": object_of(
                {
                    "protocol": STRING.but(required=True, check=checks.one_of(("http", "https", "tcp"))),
                    "port": INTEGER.but(required=True, check=_PORT),
                    "path": STRING.but(check=checks.not_empty),
                    "checkIntervalSeconds": INTEGER.but(computed=True, check=_SECONDS),
                    "responseTimeoutSeconds": INTEGER.but(computed=True, check=_SECONDS),
                    "unhealthyThreshold": INTEGER.but(computed=True, check=_TIMES),
                    "healthyThreshold": INTEGER.but(computed=True, check=_TIMES),
                },
                computed=True,
            ),
            "redirectHttpToHttps": BOOLEAN.but(default=False),
            "httpIdleTimeoutSeconds": INTEGER.but(computed=True),
            "forwardingRules": set_of(
                object_of(
                    {
                        "entryProtocol": STRING.but(required=True, check=checks.one_of(_PROTOCOLS)),
                        "entryPort": INTEGER.but(required=True, check=_PORT),
                        "targetProtocol": STRING.but(required=True, check=checks.one_of(_PROTOCOLS)),
                        "targetPort": INTEGER.but(required=True, check=_PORT),
                        "certificateName": STRING.but(computed=True),
                        "certificateId": STRING.but(computed=True),
                        "tlsPassthrough": BOOLEAN,
                    }
                )
            ),
            "stickySessions": object_of(
                {"type": STRING, "cookieName": STRING, "cookieTtlSeconds": INTEGER}, computed=True
            ),
            "firewall": object_of({"allows": list_of(STRING), "denies": list_of(STRING)}, computed=True),
            "algorithm": STRING,
            "disableLetsEncryptDnsRecords": BOOLEAN.but(default=False),
            "dropletIds": set_of(INTEGER, computed=True),
            "dropletTag": STRING,
            "enableBackendKeepalive": BOOLEAN.but(default=False),
            "enableProxyProtocol": BOOLEAN.but(default=False),
            "ip": STRING.but(computed=True, replaces=True),
            "network": STRING.but(replaces=True, check=_word("EXTERNAL", "INTERNAL")),
            "networkStack": STRING.but(replaces=True, check=_word("IPV4", "DUALSTACK")),
            "projectId": STRING.but(computed=True),
            "size": STRING,
            "sizeUnit": INTEGER.but(computed=True, check=checks.between(1, 200)),
            "subnetUuid": STRING.but(computed=True, replaces=True),
            "tlsCipherPolicy": STRING.but(check=_word("DEFAULT", "STRONG")),
            "vpcUuid": STRING.but(computed=True, replaces=True),
        }
    )
    outputs = fields({"ipv6": STRING, "loadBalancerUrn": STRING, "status": STRING})

    @override
    def check(self, inputs: State) -> Iterator[str]:
        """As the plugin holds inputs against each other (docs/facts/provider.md#load-balancers)."""
        if str(inputs.get("type", "")).upper() != "GLOBAL":
            if not inputs.get("region"):
                yield "missing 'region' value"
        elif inputs.get("region"):
            yield "'region' must be empty or not set when 'type' is 'GLOBAL'"
        if inputs.get("glbSettings") and inputs.get("forwardingRules"):
            yield '"glb_settings": conflicts with forwarding_rule'
        probe = inputs.get("healthcheck") or {}
        if probe.get("protocol") in ("http", "https") and not probe.get("path"):
            yield f"health check `path` is required for when protocol is `{probe['protocol']}`"
        if probe.get("protocol") == "tcp" and probe.get("path"):
            yield "health check `path` is not allowed for when protocol is `tcp`"

    @override
    def create(self, client: Client, inputs: State) -> str:
        body = _body(client, inputs)
        with explained("Error creating Load Balancer"):
            return client.call("POST", _PATH, body)["load_balancer"]["id"]

    @override
    def made(self, client: Client, key: str) -> None:
        waited = 0
        while True:
            client.wait(_PAUSE)
            balancer = client.call("GET", f"{_PATH}/{key}")["load_balancer"]
            if balancer["status"] == "active":
                return
            waited += _PAUSE
            if waited > _LONGEST:
                doing = f"Error waiting for Load Balancer ({balancer['name']}) to become active"
                raise CallError(0, f"{doing}: timeout while waiting for state to become 'active'")

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        now = found(client, f"{_PATH}/{key}", "load_balancer", "Error retrieving Loadbalancer")
        if now is None:
            return None
        return {
            # What the plugin does not ask for stays as it was.
            **{name: state.get(name) for name in ("network", "networkStack", "tlsCipherPolicy")},
            "name": now["name"],
            "type": now["type"],
            "region": (now["region"] or {}).get("slug"),
            "domains": [_domain(client, each) for each in now.get("domains") or []] or None,
            "glbSettings": _settings(now.get("glb_settings")),
            "targetLoadBalancerIds": now.get("target_load_balancer_ids") or [],
            "healthcheck": to_pulumi(now["health_check"]),
            "redirectHttpToHttps": now.get("redirect_http_to_https", False),
            "httpIdleTimeoutSeconds": now["http_idle_timeout_seconds"],
            "enableProxyProtocol": now["enable_proxy_protocol"],
            "enableBackendKeepalive": False,
            "disableLetsEncryptDnsRecords": False,
            "firewall": {"allows": now["firewall"]["allow"], "denies": now["firewall"]["deny"]},
            "dropletIds": now["droplet_ids"],
            "sizeUnit": now["size_unit"] or None,
            "vpcUuid": now["vpc_uuid"],
            "ip": now["ip"],
            "ipv6": now["ipv6"] or None,
            "loadBalancerUrn": f"do:loadbalancer:{key}",
            "status": now["status"],
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if changed:
            body = _body(client, planned)
            with explained("Error updating Load Balancer"):
                client.call("PUT", f"{_PATH}/{key}", body)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error deleting Load Balancer"):
            client.call("DELETE", f"{_PATH}/{key}")


def _body(client: Client, inputs: State) -> Json:
    return {
        "name": inputs["name"],
        "type": inputs["type"],
        "domains": [_asked(client, each) for each in inputs.get("domains") or []],
        "glb_settings": _asked_settings(inputs.get("glbSettings") or {}),
        "target_load_balancer_ids": inputs.get("targetLoadBalancerIds") or [],
        "health_check": to_api(inputs.get("healthcheck") or {}),
        "redirect_http_to_https": inputs["redirectHttpToHttps"],
        "http_idle_timeout_seconds": inputs.get("httpIdleTimeoutSeconds"),
    }


def _asked(client: Client, domain: State) -> Json:
    """A host, with the id of its certificate, which the plugin looks up by name."""
    body: Json = {"name": domain["name"], "is_managed": domain.get("isManaged", False)}
    if name := domain.get("certificateName"):
        certificate = certificate_named(client, name)
        if certificate is None:
            raise CallError(0, f"certificate not found: {name}")
        body["certificate_id"] = certificate["id"]
    return body


def _asked_settings(settings: State) -> Json:
    """Without priorities of regions the client library leaves out an absent threshold, and sends 0 for it
    with them."""
    cdn: Value = settings.get("cdn")
    priorities: Value = settings.get("regionPriorities")
    return {
        "target_protocol": settings["targetProtocol"],
        "target_port": settings["targetPort"],
        **({"cdn": to_api(cdn)} if cdn else {}),
        **({"region_priorities": priorities} if priorities else {}),
        **(
            {"failover_threshold": settings["failoverThreshold"]} if settings.get("failoverThreshold") else {}
        ),
    }


def _domain(client: Client, domain: Json) -> State:
    shown: State = {
        "name": domain["name"],
        "isManaged": domain["is_managed"],
        "verificationErrorReasons": domain["verification_error_reasons"],
        "sslValidationErrorReasons": domain["ssl_validation_error_reasons"],
    }
    if domain.get("certificate_id"):
        name = client.call("GET", f"/v2/certificates/{domain['certificate_id']}")["certificate"]["name"]
        shown |= {"certificateId": name, "certificateName": name}
    return shown


def _settings(settings: Json | None) -> State | None:
    """A threshold is read where there are priorities, and nowhere else
    (docs/facts/provider.md#load-balancers)."""
    if not settings:
        return None
    priorities = settings.get("region_priorities") or None
    return {
        "targetProtocol": settings["target_protocol"].lower(),
        "targetPort": settings["target_port"],
        "cdn": to_pulumi(settings["cdn"]) if settings.get("cdn") else None,
        "regionPriorities": priorities,
        "failoverThreshold": settings.get("failover_threshold") if priorities else None,
    }
