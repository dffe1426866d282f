"""Faults by the link that `network doctor` names for each: planted for real in the lab of the proofs by
requests."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lab.cloud.state import Kind
from tests.lab.patience import until
from tests.lab.planting import certificates as certs
from tests.lab.planting import pods
from tests.lab.planting.account import (
    another_record,
    balancer,
    load_balancers_in_error,
    nobody_looks_after_services,
    record,
)
from tests.lab.planting.objects import Plant, all_of, deleted, made, made_anew, patched, shown
from tests.lab.traffic_lab import ZONE, TrafficLab


@dataclass(frozen=True)
class Fault:
    """What is planted, what is asked, and which link is broken by it."""

    question: str
    code: str
    subject: str
    plant: Plant
    in_ci: bool = False
    """One of those that are quick and tell most."""
    stack_file: str = ""
    """Asked about in place of the lab's own."""


API, SHOP, TRIAL = f"api.{ZONE}", f"shop.{ZONE}", f"trial.{ZONE}"
BALANCER = "network-dev"
FROM_SHOP = "shop/web -> api/api:8080"
PAGES = "site/pages"
TO_PAGES = "traefik/traefik -> site/pages:8080"
WILDCARD, TENANTS = "certificate wildcard", "certificate tenants"
NO_API = {"toEntities": ["kube-apiserver"], "toPorts": [{"ports": [{"port": "1", "protocol": "TCP"}]}]}
"""A rule of egress that leads to no port of the API server."""
EVERYWHERE = "203.0.113.0/24"
"""Where every client of the lab is."""


def denying(name: str, namespace: str, **rules: Any) -> Plant:
    """Somebody cuts connections of a namespace by a policy of their own."""
    return made(
        {
            "apiVersion": "cilium.io/v2",
            "kind": "CiliumNetworkPolicy",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"endpointSelector": {}, **rules},
        }
    )


def strange_endpoint() -> Plant:
    """Somebody adds an address to a Service's endpoints that is no pod of the workload."""
    return made(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": "pages-by-hand",
                "namespace": "site",
                "labels": {"kubernetes.io/service-name": "pages"},
            },
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["10.244.255.254"], "conditions": {"ready": True}}],
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        }
    )


@contextmanager
def without_a_secret(traffic: TrafficLab) -> Generator[None]:
    """The Secret of a middleware is gone, and Traefik has seen that."""

    def answers(status: int) -> bool:
        return traffic.outside.get(f"https://admins.{ZONE}/").status_code == status

    where = ("secret", "basic-auth-admins", "--namespace=traefik")
    before = shown(traffic, where)
    traffic.kubectl("delete", *where)
    try:
        until(lambda: answers(404), "Traefik has no such route any more")
        yield
    finally:
        made_anew(traffic, where, before)
    until(lambda: answers(401), "it asks for a password again")


@contextmanager
def a_store_without_the_wildcard(traffic: TrafficLab) -> Generator[None]:
    """Traefik serves the certificate of another host alone, and has seen that."""
    spec = {
        "certificates": [{"secretName": "partners-tls"}],
        "defaultCertificate": {"secretName": "partners-tls"},
    }
    with patched("tlsstore", "default", "traefik", {"spec": spec})(traffic):
        until(lambda: certs.served(traffic, SHOP) == {None}, "every replica refuses the name")
        yield
    until(lambda: None not in certs.served(traffic, SHOP), "every replica serves it again")


@contextmanager
def another_name(traffic: TrafficLab) -> Generator[None]:
    """The Service asks for a load balancer of another name, and has it."""
    annotation = {"service.beta.kubernetes.io/do-loadbalancer-name": "another"}

    def is_called(name: str) -> bool:
        return name in {each["name"] for each in traffic.platform.account[Kind.LOAD_BALANCER].values()}

    with patched("service", "traefik", "traefik", {"metadata": {"annotations": annotation}})(traffic):
        until(lambda: is_called("another"), "it has another name")
        yield
    until(lambda: is_called(BALANCER), "it has its own name")


@contextmanager
def other_node_ports(traffic: TrafficLab) -> Generator[None]:
    """Traefik's Service has other node ports, and the cloud controller has not followed."""
    ports = shown(traffic, ("service", "traefik", "--namespace=traefik"))["spec"]["ports"]
    moved = {"spec": {"ports": [{**port, "nodePort": port["nodePort"] ^ 1} for port in ports]}}
    with nobody_looks_after_services(traffic), patched("service", "traefik", "traefik", moved)(traffic):
        yield


def _another_check(found: Any) -> Any:
    check = found["health_check"]
    return {"health_check": {**check, "port": check["port"] ^ 1}}


def _elsewhere(found: Any) -> Any:
    rules = found["forwarding_rules"]
    return {
        "forwarding_rules": [
            {**rule, "target_port": rule["target_port"] ^ 1} if rule["entry_port"] == 443 else rule
            for rule in rules
        ]
    }


def _no_rule(found: Any) -> Any:
    return {"forwarding_rules": [rule for rule in found["forwarding_rules"] if rule["entry_port"] != 443]}


def replaced(path: str, value: Any) -> list[dict[str, Any]]:
    """The change of one value of an object."""
    return [{"op": "replace", "path": path, "value": value}]


DAY = timedelta(days=1)
FAULTS: dict[str, Fault] = {
    # The name.
    "a name server of somebody else": Fault(
        "shops.example",
        "name-delegated",
        "shops.example",
        another_record("NS", "@", "ns1.example.net.", "shops.example"),
        in_ci=True,
    ),
    "a record with another address": Fault(
        SHOP, "record", SHOP, record("A", "*", {"data": "203.0.113.99"}), in_ci=True
    ),
    "a record of IPv6 with another address": Fault(
        "api/api", "record", API, record("AAAA", "*", {"data": "2001:db8::99"})
    ),
    "a second address beside the load balancer's": Fault(
        "api/api", "record", API, another_record("A", "*", "203.0.113.99")
    ),
    "a record below the wildcard that hides it": Fault(
        "api/api", "record", API, another_record("TXT", "api", "owned by somebody")
    ),
    # The load balancer.
    "a load balancer in error": Fault(SHOP, "load-balancer", BALANCER, load_balancers_in_error),
    "a load balancer without PROXY protocol": Fault(
        "api/api",
        "load-balancer",
        BALANCER,
        balancer(BALANCER, lambda _: {"enable_proxy_protocol": False}),
        in_ci=True,
    ),
    "a load balancer that denies": Fault(
        "api/api",
        "load-balancer",
        BALANCER,
        balancer(BALANCER, lambda _: {"firewall": {"allow": [], "deny": [f"cidr:{EVERYWHERE}"]}}),
    ),
    "a load balancer that lets in others alone": Fault(
        "api/api",
        "load-balancer",
        BALANCER,
        balancer(BALANCER, lambda _: {"firewall": {"allow": ["cidr:198.51.100.0/24"], "deny": []}}),
    ),
    "a load balancer of another name": Fault("api/api", "load-balancer", BALANCER, another_name),
    "a Service that tells no address": Fault(
        "api/api",
        "load-balancer",
        BALANCER,
        all_of(
            nobody_looks_after_services,
            patched("service", "traefik", "traefik", {"status": {"loadBalancer": None}}, part="status"),
        ),
    ),
    "a check of the nodes that asks another port": Fault(
        "api/api", "node-check", BALANCER, balancer(BALANCER, _another_check), in_ci=True
    ),
    "a check of the nodes every five minutes": Fault(
        "api/api",
        "node-check",
        BALANCER,
        balancer(
            BALANCER, lambda it: {"health_check": {**it["health_check"], "check_interval_seconds": 300}}
        ),
    ),
    "a port that leads elsewhere": Fault("api/api", "node-port", BALANCER, balancer(BALANCER, _elsewhere)),
    "a port without a rule": Fault("api/api", "node-port", BALANCER, balancer(BALANCER, _no_rule)),
    "node ports that were edited": Fault("api/api", "node-port", BALANCER, other_node_ports),
    # Traefik.
    "Traefik without its default deny": Fault(
        "api/api", "ingress-policy", "namespace traefik", deleted("networkpolicy", "default-deny", "traefik")
    ),
    "Traefik without a way to the API server": Fault(
        "api/api",
        "ingress-policy",
        "namespace traefik",
        patched("ciliumnetworkpolicy", "traefik", "traefik", {"spec": {"egress": [NO_API]}}),
        in_ci=True,
    ),
    "somebody's own policy beside Traefik's": Fault(
        "api/api",
        "ingress-policy",
        "namespace traefik",
        made(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "by-hand", "namespace": "traefik"},
                "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
            }
        ),
    ),
    "an image of Traefik that cannot be pulled": Fault(
        "api/api",
        "traefik",
        "traefik/traefik",
        pods.rolled(
            "traefik",
            "traefik",
            pods.container("image", "registry.invalid/traefik:none"),
            "ErrImagePull",
            "ImagePullBackOff",
            "Unschedulable",
        ),
    ),
    "no room for a replica of Traefik": Fault(
        "api/api", "traefik", "traefik/traefik", pods.no_room_for_traefik
    ),
    "a replica of Traefik that hangs": Fault(
        "api/api", "traefik", "traefik/traefik", pods.a_replica_of_traefik_hangs
    ),
    "Traefik that believes somebody else": Fault("api/api", "entrypoint", API, pods.a_strange_believer),
    # The certificate that is served.
    "a store without the host's certificate": Fault(
        SHOP, "certificate-served", SHOP, a_store_without_the_wildcard
    ),
    "a certificate whose Secret is deleted": Fault(
        "tenants/acme", "certificate-served", certs.ACME, certs.a_secret_is_deleted
    ),
    "a certificate of another host": Fault(
        "tenants/acme",
        "certificate-served",
        certs.ACME,
        certs.another_certificate("tenants-tls", certs.ACME, "www.example.org", DAY),
    ),
    "a certificate that has ended": Fault(
        "tenants/acme",
        "certificate-served",
        certs.ACME,
        certs.another_certificate("tenants-tls", certs.ACME, certs.ACME, timedelta(minutes=-30)),
        in_ci=True,
    ),
    "a certificate that is not the newest": Fault(
        "tenants/acme",
        "certificate-served",
        certs.ACME,
        certs.another_certificate("tenants-tls", certs.ACME, certs.ACME, DAY),
    ),
    "a certificate that nobody trusts": Fault(
        certs.NAMED,
        "certificate-served",
        certs.NAMED,
        certs.another_certificate("partners-tls", certs.NAMED, certs.NAMED, 30 * DAY),
    ),
    # The route.
    "a route of another host": Fault(
        "api/api",
        "router",
        "api/api",
        patched(
            "ingressroute",
            "api",
            "api",
            replaced("/spec/routes/0/match", "Host(`another.example.org`)"),
            as_json=True,
        ),
        in_ci=True,
    ),
    "a route that is deleted": Fault("api/api", "router", "api/api", deleted("ingressroute", "api", "api")),
    "a route of another entry point": Fault(
        "api/api",
        "router",
        "api/api",
        patched("ingressroute", "api", "api", {"spec": {"entryPoints": ["web"]}}),
    ),
    "a middleware without its Secret": Fault(
        "vault/named-admins", "middleware", "vault/named-admins", without_a_secret, in_ci=True
    ),
    "a middleware that is deleted": Fault(
        "api/api", "middleware", "api/api", deleted("middlewares.traefik.io", "breaker", "traefik")
    ),
    "a middleware that was edited": Fault(
        "api/api",
        "middleware",
        "api/api",
        patched("middlewares.traefik.io", "per-client", "traefik", {"spec": {"rateLimit": {"average": 1}}}),
    ),
    "a chain in another order": Fault(
        "api/api",
        "middleware",
        "api/api",
        patched(
            "middlewares.traefik.io",
            "public",
            "traefik",
            {"spec": {"chain": {"middlewares": [{"name": "per-client"}, {"name": "security-headers"}]}}},
        ),
    ),
    # The Service.
    "a Service that selects nobody": Fault(
        "api/api",
        "service",
        "api/api",
        patched("service", "api", "api", {"spec": {"selector": {"app.kubernetes.io/name": "nobody"}}}),
        in_ci=True,
    ),
    "a Service of another port": Fault(
        "api/api",
        "service",
        "api/api",
        patched("service", "api", "api", replaced("/spec/ports/0/targetPort", 9090), as_json=True),
    ),
    "a Service that is deleted": Fault("api/api", "service", "api/api", deleted("service", "api", "api")),
    "weights that were edited": Fault(
        "shop/shop",
        "service",
        "shop/shop",
        patched(
            "traefikservices.traefik.io",
            "canary",
            "shop",
            replaced("/spec/weighted/services/0/weight", 1),
            as_json=True,
        ),
    ),
    "an endpoint of nobody": Fault(TO_PAGES, "endpoints", PAGES, strange_endpoint()),
    "endpoints that do not follow": Fault(
        TO_PAGES, "endpoints", PAGES, pods.controllers_hang(pods.without_endpoints)
    ),
    # Policies.
    "a policy that is gone": Fault(
        "api/api",
        "policy",
        "traefik/traefik to api/api",
        deleted("networkpolicy", "api-api", "api"),
    ),
    "egress that was cut": Fault(
        FROM_SHOP,
        "policy",
        "shop/web to api/api",
        patched("networkpolicy", "shop-web", "shop", {"spec": {"egress": []}}),
        in_ci=True,
    ),
    "ingress that was cut": Fault(
        FROM_SHOP,
        "policy",
        "shop/web to api/api",
        patched("networkpolicy", "api-api", "api", {"spec": {"ingress": []}}),
    ),
    "a policy of somebody that denies": Fault(
        "api/api",
        "policy",
        "traefik/traefik to api/api",
        denying("nobody-comes-in", "api", ingressDeny=[{"fromEntities": ["all"]}]),
    ),
    "DNS that was cut": Fault(
        FROM_SHOP,
        "policy",
        "shop/web to api/api",
        denying(
            "no-names",
            "shop",
            egressDeny=[{"toEntities": ["all"], "toPorts": [{"ports": [{"port": "53", "protocol": "ANY"}]}]}],
        ),
        in_ci=True,
    ),
    # Pods.
    "a workload scaled to 0": Fault(TO_PAGES, "pod", PAGES, pods.scaled_to_0("pages", "site")),
    "a pod that crashes": Fault(
        TO_PAGES,
        "pod",
        PAGES,
        pods.rolled("pages", "site", pods.container("args", ["nothing"]), "CrashLoopBackOff"),
    ),
    "an image that cannot be pulled": Fault(
        TO_PAGES,
        "pod",
        PAGES,
        pods.rolled(
            "pages",
            "site",
            pods.container("image", "registry.invalid/pages:none"),
            "ErrImagePull",
            "ImagePullBackOff",
        ),
        in_ci=True,
    ),
    "a Secret that a pod needs": Fault(
        TO_PAGES,
        "pod",
        PAGES,
        pods.rolled(
            "pages",
            "site",
            pods.container("envFrom", [{"secretRef": {"name": "nowhere"}}]),
            "CreateContainerConfigError",
        ),
    ),
    "too little memory to start": Fault(
        TO_PAGES,
        "pod",
        PAGES,
        pods.rolled(
            "pages",
            "site",
            pods.container("resources", {"limits": {"memory": "4Mi"}, "requests": {"memory": "4Mi"}}),
            "CrashLoopBackOff",
            "RunContainerError",
        ),
    ),
    "no node that a pod wants": Fault(
        TO_PAGES,
        "pod",
        PAGES,
        pods.rolled("pages", "site", pods.of_pod("nodeSelector", {"disk": "none"}), "Unschedulable"),
    ),
    "a volume that is not there": Fault(
        TO_PAGES,
        "pod",
        PAGES,
        pods.rolled(
            "pages",
            "site",
            pods.of_pod("volumes", [{"name": "kept", "persistentVolumeClaim": {"claimName": "nowhere"}}]),
            "Unschedulable",
        ),
    ),
    "a quota that is full": Fault(TO_PAGES, "pod", PAGES, pods.a_full_quota),
    "pods that are not ready": Fault(TO_PAGES, "pod", PAGES, pods.nobody_is_ready),
    # What is behind the pod, and what comes back.
    "a dependency that is down": Fault(
        "traefik/traefik -> shop/web:8080",
        "dependencies",
        "shop/web",
        pods.scaled_to_0("api", "api"),
        in_ci=True,
    ),
    "a backend that fails": Fault(
        "trial/trial", "answer", f"{TRIAL}/", pods.behaving("trial/web", status=503)
    ),
    "a backend that breaks connections": Fault(
        "trial/trial", "answer", f"{TRIAL}/", pods.behaving("trial/web", reset=1)
    ),
    "a backend that is silent": Fault(
        "trial/trial", "answer", f"{TRIAL}/", pods.behaving("trial/web", delay="20s")
    ),
    # From within.
    "a source that does not run": Fault(FROM_SHOP, "source-pod", "shop/web", pods.scaled_to_0("web", "shop")),
    "a cluster without DNS": Fault(
        FROM_SHOP, "cluster-dns", "kube-system/kube-dns", pods.scaled_to_0("coredns", "kube-system")
    ),
    # How a certificate comes to be.
    "another authority alone may issue": Fault(
        WILDCARD,
        "issuance-allowed",
        "wildcard",
        record("CAA", "@", {"data": "example.net."}, tag="issue"),
        in_ci=True,
    ),
    "another authority alone may issue wildcards": Fault(
        WILDCARD,
        "issuance-allowed",
        "wildcard",
        record("CAA", "@", {"data": "example.net."}, tag="issuewild"),
    ),
    "cert-manager without its default deny": Fault(
        WILDCARD,
        "issuance-policy",
        "namespace cert-manager",
        deleted("networkpolicy", "default-deny", "cert-manager"),
    ),
    "cert-manager without a way to the authority": Fault(
        WILDCARD,
        "issuance-policy",
        "namespace cert-manager",
        patched("ciliumnetworkpolicy", "controller", "cert-manager", {"spec": {"egress": [NO_API]}}),
    ),
    "a part of cert-manager that does not run": Fault(
        WILDCARD,
        "cert-manager",
        "cert-manager/cainjector",
        pods.scaled_to_0("cert-manager-cainjector", "cert-manager"),
    ),
    "an issuer that was edited": Fault(
        WILDCARD,
        "issuer",
        "ClusterIssuer letsencrypt-staging",
        certs.meanwhile(
            patched(
                "clusterissuer",
                "letsencrypt-staging",
                "",
                {"spec": {"acme": {"email": "somebody@example.org"}}},
            )
        ),
    ),
    "an issuer without its account": Fault(
        WILDCARD,
        "issuer",
        "ClusterIssuer letsencrypt-staging",
        certs.meanwhile(
            certs.told("clusterissuer", "letsencrypt-staging", certs.not_ready("Failed to register: 503"), "")
        ),
    ),
    "a certificate that was edited": Fault(
        TENANTS,
        "certificate-issued",
        "Certificate tenants",
        certs.meanwhile(
            patched("certificate", "tenants", "traefik", {"spec": {"dnsNames": [f"other.tenants.{ZONE}"]}})
        ),
    ),
    "a challenge that is stuck": Fault(
        TENANTS, "certificate-issued", "Certificate tenants", certs.a_challenge_is_stuck
    ),
    "an order that the authority refuses": Fault(
        TENANTS, "certificate-issued", "Certificate tenants", certs.rate_limited, in_ci=True
    ),
    "a renewal that is overdue": Fault(
        TENANTS,
        "certificate-issued",
        "Certificate tenants",
        certs.meanwhile(certs.told("certificate", "tenants", {"renewalTime": "2020-01-01T00:00:00Z"})),
    ),
    "a store of another certificate": Fault(
        WILDCARD,
        "tls-store",
        "TLSStore traefik/default",
        patched(
            "tlsstore", "default", "traefik", {"spec": {"certificates": [{"secretName": "partners-tls"}]}}
        ),
    ),
    # Performance.
    "Traefik without its autoscaler": Fault(
        "--about performance", "ingress-scale", "traefik/traefik", deleted("hpa", "traefik", "traefik")
    ),
    "a container that was killed for memory": Fault(
        "--about performance", "pod-memory", "limited/redis", pods.a_container_out_of_memory
    ),
    "an answer that is late": Fault(
        "--about performance",
        "answer-time",
        f"{API}/",
        pods.behaving("api/api", delay="1s"),
        stack_file="Pulumi.dev.yaml",
    ),
}
