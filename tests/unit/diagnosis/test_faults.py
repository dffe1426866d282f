"""Each fault, planted alone in plain data, breaks one link: those before it are as planned, those behind not
reached."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from network.diagnosis.causes import CODES
from network.diagnosis.facts import Handshake, NameAnswer, Reply, ZoneFacts
from network.diagnosis.paths import questions
from network.diagnosis.walk import walk
from network.live.finding import CannotLookError, Finding, status
from tests.stacks import stack_config
from tests.unit.diagnosis.world import ADDRESS, NOW, World, healthy, see

ZONE = "dev.k8s.webgrip.nl"
HOST = f"api.{ZONE}"
CONNECTION = "shop/web -> api/api:8080"
CERTIFICATE = "certificate wildcard"
ROUTER = "api_api_0@kubernetescrd"

Plant = Callable[[World], None]


@dataclass(frozen=True)
class Fault:
    """What is planted, what is asked, and which link is broken by it."""

    question: str
    code: str
    plant: Plant
    subject: str = ""
    """Where several links share the code."""


def ask(world: World, question: str) -> list[Finding]:
    path = questions.path(world.stack, question.split())
    return walk(path, see(world, world.stack.wants))


def prepared(question: str) -> World:
    """A healthy world that has been seen once, so that a fault finds what it changes."""
    world = healthy(stack_config("dev"))
    ask(world, question)
    return world


def nothing(_: World) -> None:
    pass


def balancer(**what: Any) -> Plant:
    def plant(world: World) -> None:
        assert isinstance(world.balancers, list)
        world.balancers[0].update(what)

    return plant


def no_rule_for_443(world: World) -> None:
    assert isinstance(world.balancers, list)
    rules = world.balancers[0]["forwarding_rules"]
    rules[:] = [rule for rule in rules if rule["entry_port"] != 443]
    host(dials={443: CannotLookError("nc", "refused", "nc -vz")})(world)


def host(**what: Any) -> Plant:
    return lambda world: world.change(HOST, **what)


def handshake(**what: Any) -> Plant:
    def plant(world: World) -> None:
        tried = world.hosts[HOST].handshake
        assert isinstance(tried, Handshake)
        world.change(HOST, handshake=replace(tried, **what))

    return plant


def both_say(*addresses: str) -> Plant:
    answer = NameAnswer("NOERROR" if addresses else "NXDOMAIN", addresses)
    return host(by_resolver={"192.0.2.53": answer}, by_authority=answer)


def zone(servers: NameAnswer, **authority: NameAnswer) -> Plant:
    def plant(world: World) -> None:
        known = {name.replace("_", "."): answer for name, answer in authority.items()}
        world.zones[ZONE] = ZoneFacts(servers, known)

    return plant


def without(kind: str, name: str, namespace: str | None) -> Plant:
    return lambda world: world.remove(kind, name, namespace)


def edited(kind: str, name: str, namespace: str | None, edit: Callable[[dict[str, Any]], None]) -> Plant:
    return lambda world: edit(world.get(kind, name, namespace))


def pods(namespace: str, name: str, **status_: Any) -> Plant:
    """Every pod of a workload is so."""

    def plant(world: World) -> None:
        for pod in world.pods(namespace, name):
            pod["status"].update(status_)

    return plant


def unready(namespace: str, name: str) -> Plant:
    """No pod of a workload is Ready; endpoints follow, as they do in a cluster."""

    def plant(world: World) -> None:
        conditions = [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]
        pods(namespace, name, conditions=conditions)(world)
        _no_endpoints(world, namespace, name)

    return plant


def _no_endpoints(world: World, namespace: str, name: str) -> None:
    for each in world.objects.get(("EndpointSlice", namespace), []):
        if each["metadata"]["name"] == f"{name}-x":
            each["endpoints"] = []


def scaled_to_0(world: World) -> None:
    world.objects["Pod", "api"].clear()
    world.get("Deployment", "api-deployment", "api")["spec"]["replicas"] = 0
    _no_endpoints(world, "api", "api")


def over_quota(world: World) -> None:
    world.objects["Pod", "api"].clear()
    _no_endpoints(world, "api", "api")
    condition = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: network"}
    world.get("Deployment", "api-deployment", "api")["status"] = {"conditions": [condition]}


def waits(reason: str, **last: Any) -> list[dict[str, Any]]:
    return [{"name": "main", "state": {"waiting": {"reason": reason}}, "lastState": last}]


def set_spec(**what: Any) -> Callable[[dict[str, Any]], None]:
    return lambda each: each["spec"].update(what)


def router(**what: Any) -> Plant:
    def plant(world: World) -> None:
        assert isinstance(world.routers, dict)
        known = world.routers["traefik-0"]
        assert isinstance(known, dict)
        known[ROUTER] = {"status": "disabled", **what}

    return plant


def one_pod_has_not_loaded_it(world: World) -> None:
    assert isinstance(world.routers, dict)
    world.routers["traefik-1"] = {}


def another_policy(world: World) -> None:
    world.add({"kind": "NetworkPolicy", "metadata": {"name": "mine", "namespace": "api"}, "spec": {}})


def challenge_stuck(world: World) -> None:
    live = world.get("Certificate", "wildcard", "traefik")
    live["status"] = {"conditions": [{"type": "Ready", "status": "False", "message": "Issuing"}]}
    owned = (("CertificateRequest", "Certificate", "wildcard"), ("Order", "CertificateRequest", "one"))
    for kind, owner, name in (*owned, ("Challenge", "Order", "one")):
        world.add(
            {
                "kind": kind,
                "metadata": {
                    "name": "one",
                    "namespace": "traefik",
                    "creationTimestamp": "2026-11-30T11:00:00Z",
                    "ownerReferences": [{"kind": owner, "name": name}],
                },
                "status": {"state": "pending", "reason": "Waiting for DNS-01 propagation"},
            }
        )


def overdue(world: World) -> None:
    live = world.get("Certificate", "wildcard", "traefik")
    live["status"]["renewalTime"] = "2026-11-30T02:00:00Z"


OURS = NameAnswer("NOERROR", ("ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"))
FAULTS: dict[str, Fault] = {
    "the zone is delegated elsewhere": Fault(
        HOST, "name-delegated", zone(NameAnswer("NOERROR", ("ns1.example.net",)))
    ),
    "nobody delegates the zone": Fault(HOST, "name-delegated", zone(NameAnswer("NXDOMAIN"))),
    "a server does not know the zone": Fault(
        HOST, "name-delegated", zone(OURS, ns1_digitalocean_com=NameAnswer("REFUSED"))
    ),
    "the record has another address": Fault(HOST, "record", both_say("198.51.100.1")),
    "the record has a second address": Fault(HOST, "record", both_say(ADDRESS, "198.51.100.1")),
    "there is no record": Fault(HOST, "record", both_say()),
    "a resolver still has the old address": Fault(
        HOST, "record", host(by_resolver={"192.0.2.53": NameAnswer("NOERROR", ("198.51.100.1",))})
    ),
    "the load balancer is in error": Fault(HOST, "load-balancer", balancer(status="errored")),
    "the load balancer speaks no PROXY protocol": Fault(
        HOST, "load-balancer", balancer(enable_proxy_protocol=False)
    ),
    "the load balancer is of another type": Fault(HOST, "load-balancer", balancer(type="REGIONAL_NETWORK")),
    "the name is another load balancer's": Fault(
        HOST,
        "load-balancer",
        lambda world: (both_say("203.0.113.9")(world), balancer(ip="203.0.113.9")(world))[0],
    ),
    "the load balancer denies somebody": Fault(
        HOST, "load-balancer", balancer(firewall={"allow": [], "deny": ["cidr:203.0.113.0/24"]})
    ),
    "the load balancer lets in some alone": Fault(
        HOST, "load-balancer", balancer(firewall={"allow": ["cidr:192.0.2.0/24"], "deny": []})
    ),
    "443 is closed": Fault(
        HOST, "load-balancer", host(dials={443: CannotLookError("nc", "refused", "nc -vz")})
    ),
    "the Service has no address": Fault(
        HOST,
        "load-balancer",
        edited("Service", "traefik", "traefik", lambda each: each.update(status={})),
    ),
    "the nodes' check asks another port": Fault(
        HOST,
        "node-check",
        lambda world: world.balancers[0]["health_check"].update(port=80),  # pyright: ignore
    ),
    "the nodes' check was made slow": Fault(
        HOST,
        "node-check",
        lambda world: world.balancers[0]["health_check"].update(check_interval_seconds=300),  # pyright: ignore
    ),
    "443 leads to another node port": Fault(
        HOST,
        "node-port",
        lambda world: world.balancers[0]["forwarding_rules"][1].update(target_port=31111),  # pyright: ignore
    ),
    "the load balancer has no rule for 443": Fault(HOST, "node-port", no_rule_for_443),
    "Traefik's default deny is gone": Fault(
        HOST, "ingress-policy", without("NetworkPolicy", "default-deny", "traefik")
    ),
    "Traefik may not reach the API server": Fault(
        HOST,
        "ingress-policy",
        edited("CiliumNetworkPolicy", "traefik", "traefik", set_spec(egress=[])),
    ),
    "no pod of Traefik is Ready": Fault(HOST, "traefik", unready("traefik", "traefik")),
    "a pod of Traefik crashes": Fault(
        HOST, "traefik", pods("traefik", "traefik", containerStatuses=waits("CrashLoopBackOff"))
    ),
    "Traefik believes nobody": Fault(
        HOST,
        "entrypoint",
        edited(
            "Deployment",
            "traefik",
            "traefik",
            lambda each: each["spec"]["template"]["spec"]["containers"][0]["args"].clear(),
        ),
    ),
    "the connection is closed without a word": Fault(
        HOST, "entrypoint", handshake(outcome="closed", ends=None)
    ),
    "port 80 does not redirect": Fault(HOST, "entrypoint", host(plain=Reply(404))),
    "Traefik has no certificate for the name": Fault(
        HOST, "certificate-served", handshake(outcome="alert", names=(), ends=None)
    ),
    "the certificate is another host's": Fault(
        HOST, "certificate-served", handshake(names=("www.example.org",))
    ),
    "the certificate has ended": Fault(
        HOST, "certificate-served", handshake(ends=NOW - timedelta(minutes=1))
    ),
    "the certificate before the last is served": Fault(
        HOST, "certificate-served", handshake(ends=NOW + timedelta(days=20))
    ),
    "the route is for another host": Fault(
        HOST,
        "router",
        edited(
            "IngressRoute",
            "api",
            "api",
            lambda each: each["spec"]["routes"][0].update(match="Host(`x.example.org`)"),
        ),
    ),
    "there is no route": Fault(HOST, "router", without("IngressRoute", "api", "api")),
    "a pod of Traefik has not loaded the route": Fault(HOST, "router", one_pod_has_not_loaded_it),
    "Traefik refuses the route": Fault(HOST, "router", router(error=["unknown entryPoint"])),
    "a middleware's Secret is absent": Fault(
        HOST, "middleware", router(error=['middleware "traefik_admins@kubernetescrd" does not exist'])
    ),
    "a middleware was deleted": Fault(HOST, "middleware", without("Middleware", "breaker", "traefik")),
    "a middleware was changed": Fault(
        HOST, "middleware", edited("Middleware", "per-client", "traefik", set_spec(rateLimit={"average": 1}))
    ),
    "the Service selects other pods": Fault(
        HOST, "service", edited("Service", "api", "api", set_spec(selector={"app": "other"}))
    ),
    "there is no Service": Fault(HOST, "service", without("Service", "api", "api")),
    "the Service has another port": Fault(
        HOST,
        "service",
        edited("Service", "api", "api", lambda each: each["spec"]["ports"][0].update(targetPort=9090)),
    ),
    "a Ready pod is no endpoint": Fault(HOST, "endpoints", lambda world: _no_endpoints(world, "api", "api")),
    "an endpoint is another workload's": Fault(
        HOST,
        "endpoints",
        lambda world: world.objects["EndpointSlice", "api"][0]["endpoints"].append(
            {"addresses": ["10.244.9.9"]}
        ),
    ),
    "endpoints are on another port": Fault(
        HOST,
        "endpoints",
        lambda world: world.objects["EndpointSlice", "api"][0].update(ports=[{"port": 9090}]),
    ),
    "the backend's policy is gone": Fault(HOST, "policy", without("NetworkPolicy", "api-api", "api")),
    "somebody else's policy is in the namespace": Fault(HOST, "policy", another_policy),
    "the workload is scaled to 0": Fault(HOST, "pod", scaled_to_0),
    "the quota is full": Fault(HOST, "pod", over_quota),
    "a pod crashes": Fault(
        HOST,
        "pod",
        pods(
            "api",
            "api",
            containerStatuses=waits("CrashLoopBackOff", terminated={"reason": "OOMKilled", "exitCode": 137}),
        ),
    ),
    "no node has room for a pod": Fault(
        HOST,
        "pod",
        lambda world: world.objects["Pod", "api"][0]["status"]["conditions"].append(
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no CPU"}
        ),
    ),
    "the cluster's DNS is down for a backend": Fault(
        HOST, "dependencies", unready("kube-system", "cluster-dns")
    ),
    "the backend fails": Fault(HOST, "answer", host(replies={"/": Reply(502)})),
    "the backend is silent": Fault(HOST, "answer", host(replies={"/": Reply(None, "no answer within 4 s")})),
    "the source does not run": Fault(CONNECTION, "source-pod", unready("shop", "web")),
    "the cluster's DNS is down": Fault(CONNECTION, "cluster-dns", unready("kube-system", "cluster-dns")),
    "egress of the source is cut": Fault(
        CONNECTION, "policy", edited("NetworkPolicy", "shop-web", "shop", set_spec(egress=[]))
    ),
    "ingress of the destination is cut": Fault(
        CONNECTION, "policy", edited("NetworkPolicy", "api-api", "api", set_spec(ingress=[]))
    ),
    "nobody declared the connection": Fault("api/api -> shop/web:8080", "policy", nothing),
    "the port is not the declared one": Fault("shop/web -> api/api:9090", "endpoints", nothing),
    "another authority alone may issue": Fault(
        CERTIFICATE,
        "issuance-allowed",
        lambda world: world.authorities.update({ZONE: NameAnswer("NOERROR", ("0 issue example.net",))}),
    ),
    "no authority may issue wildcards": Fault(
        CERTIFICATE,
        "issuance-allowed",
        lambda world: world.authorities.update(
            {f"*.{ZONE}": NameAnswer("NOERROR", ("0 issue letsencrypt.org", "0 issuewild ;"))}
        ),
    ),
    "cert-manager's egress is cut": Fault(
        CERTIFICATE,
        "issuance-policy",
        edited("CiliumNetworkPolicy", "controller", "cert-manager", set_spec(egress=[])),
    ),
    "cert-manager does not run": Fault(
        CERTIFICATE, "cert-manager", unready("cert-manager", "controller"), "cert-manager/controller"
    ),
    "the issuer is not registered": Fault(
        CERTIFICATE,
        "issuer",
        edited(
            "ClusterIssuer",
            "letsencrypt-staging",
            None,
            lambda each: each["status"]["conditions"][0].update(status="False", message="404 from ACME"),
        ),
    ),
    "a challenge is stuck": Fault(CERTIFICATE, "certificate-issued", challenge_stuck),
    "a renewal is overdue": Fault(CERTIFICATE, "certificate-issued", overdue),
    "the store names another Secret": Fault(
        CERTIFICATE, "tls-store", edited("TLSStore", "default", "traefik", set_spec(certificates=[]))
    ),
}


@pytest.mark.parametrize("question", [HOST, "api/api", "shop/shop", CONNECTION, CERTIFICATE])
def test_a_healthy_platform_has_no_finding(question: str) -> None:
    findings = ask(healthy(stack_config("dev")), question)
    assert [each for each in findings if each.verdict != "as planned"] == []
    assert status(findings) == 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_breaks_one_link_and_what_lies_behind_is_not_reached(name: str) -> None:
    fault = FAULTS[name]
    world = prepared(fault.question)
    fault.plant(world)
    findings = ask(world, fault.question)

    verdicts = [each.verdict for each in findings]
    broken = [each for each in findings if each.verdict == "differs"]
    assert [each.code for each in broken] == [fault.code], [(each.code, each.found) for each in broken]
    at = verdicts.index("differs")
    assert set(verdicts[:at]) <= {"as planned"}
    assert set(verdicts[at + 1 :]) <= {"not reached"}
    assert broken[0].subject == (fault.subject or broken[0].subject)
    assert broken[0].remedy
    assert broken[0].causes == CODES[fault.code].causes
    assert status(findings) == 1


def test_every_code_that_a_question_can_end_at_is_planted() -> None:
    workflows_alone = {"answer-time", "ingress-scale", "pod-memory"}
    assert {fault.code for fault in FAULTS.values()} == CODES.keys() - workflows_alone
