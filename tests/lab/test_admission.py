"""A real API server, alone, under the admission policies of a stack that uses every option (CRT-5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import parts as lab_parts
from network.plan import admission
from network.plan.admission import CERT_MANAGERS_ACCOUNT, START_CHECKS_ACCOUNT
from tests import stacks
from tests.lab.api_server import ApiServer, api_server, refused
from tests.lab.patience import until

pytestmark = pytest.mark.lab

TEAM = "somebody-with-edit"
"""Has every right on the kinds in question, as Kubernetes' own `edit` role may give them by mistake."""
REFUSED = 422
"""What an API server answers when an admission policy denies a request."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server in which nothing has happened yet."""
    with api_server(tmp_path_factory.mktemp("api")) as server:
        yield server


@pytest.fixture(scope="module")
def server(empty: ApiServer) -> ApiServer:
    """The same with cert-manager's kinds, somebody with many rights, and the policies in force."""
    crds = lab_parts.ensure("cert-manager")["cert-manager"] / "crds"
    empty.make([_definition(path) for path in sorted(crds.glob("*.yaml"))])
    empty.make(
        [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n}}
            for n in ("traefik", "shop", "backend")
        ]
    )
    empty.make(_rights(TEAM, CERT_MANAGERS_ACCOUNT, START_CHECKS_ACCOUNT))
    plan = admission.build(stacks.everything())
    empty.make([*plan.policies, *plan.bindings])

    def is_in_force() -> bool:
        refusal = empty.refusal(certificate("shop", "other.example.nl"), TEAM)
        return refusal is not None and refusal.status == REFUSED

    until(is_in_force, "the policies are in force")
    return empty


def _definition(path: Path) -> dict[str, Any]:
    definition = yaml.safe_load(path.read_text())
    # Without cert-manager nobody answers its conversion webhook.
    definition["spec"].pop("conversion", None)
    return definition


def _rights(*users: str) -> list[dict[str, Any]]:
    groups = ["", "cert-manager.io", "acme.cert-manager.io", "networking.k8s.io"]
    rbac = "rbac.authorization.k8s.io"
    return [
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "much"},
            "rules": [{"apiGroups": groups, "resources": ["*"], "verbs": ["*"]}],
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "much"},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "much"},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": user} for user in users],
        },
    ]


def certificate(namespace: str, *names: str, **spec: Any) -> dict[str, Any]:
    issuer = {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt-staging"}
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": "asked", "namespace": namespace},
        "spec": {"secretName": "asked", "issuerRef": issuer, "dnsNames": list(names), **spec},
    }


MIDDLEWARES, TLS = (f"traefik.ingress.kubernetes.io/router.{each}" for each in ("middlewares", "tls.options"))
CLASS = "kubernetes.io/ingress.class"
SERVED = stacks.everything().ingress.ingress_class.name
"""The class of Ingresses that Traefik serves."""
CHAIN = "traefik_public@kubernetescrd"
PUBLIC = {MIDDLEWARES: CHAIN}
"""By which an Ingress passes the default chain."""


def ingress(
    namespace: str,
    *hosts: str | None,
    annotations: dict[str, str] = PUBLIC,
    **spec: Any,
) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rules = [{**({"host": h} if h else {}), "http": {"paths": [path]}} for h in hosts]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "asked", "namespace": namespace, "annotations": annotations},
        "spec": {"ingressClassName": SERVED, **({"rules": rules} if rules else {}), **spec},
    }


def service(**annotations: str) -> dict[str, Any]:
    prefixed = {f"traefik.ingress.kubernetes.io/service.{key}": value for key, value in annotations.items()}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "asked", "namespace": "shop", "annotations": prefixed},
        "spec": {"ports": [{"port": 80}]},
    }


OWN = "shop.dev.k8s.webgrip.nl"
ZONE = "dev.k8s.webgrip.nl"
TENANTS = f"*.tenants.{ZONE}"
"""All but `taken`, which is another application's."""
LEDGER = f"ledger.{ZONE}"
"""To which the internal load balancer leads."""
RESOLD = "*.shop.example"
"""All but `staff-<number>`, to which the internal load balancer leads."""
DEFAULT = {"service": {"name": "web", "port": {"number": 80}}}


@pytest.mark.parametrize(
    "asked",
    [
        certificate("shop", OWN),
        certificate("shop", OWN, commonName=OWN),
        certificate("traefik", ZONE, f"*.{ZONE}"),
        certificate("traefik", "www.partner.example"),
        ingress("shop", OWN),
        ingress("traefik", "www.partner.example"),
        ingress("traefik", "www.partner.example", annotations={}),
        ingress("shop", OWN, annotations={}, ingressClassName="nginx"),
        ingress("shop", OWN, annotations={MIDDLEWARES: f"{CHAIN}, traefik_api@kubernetescrd"}),
        service(nativelb="true"),
        certificate("shop", TENANTS),
        certificate("shop", f"acme.{TENANTS[2:]}"),
        ingress("shop", TENANTS),
        ingress("shop", f"acme.{TENANTS[2:]}"),
        ingress("shop", f"acme.{RESOLD[2:]}"),
        certificate("backend", LEDGER),
        certificate("shop", f"staff-7.{RESOLD[2:]}"),
    ],
    ids=lambda asked: f"{asked['kind']}-{asked['metadata']['namespace']}",
)
def test_what_the_stack_declares_may_be_asked_for(server: ApiServer, asked: dict[str, Any]) -> None:
    assert server.refusal(asked, TEAM) is None


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (certificate("shop", f"*.{ZONE}"), f"no *.{ZONE}; allowed: "),
        (certificate("shop", OWN, "bank.example.nl"), "no bank.example.nl; allowed"),
        (certificate("shop", OWN, commonName="bank.example.nl"), "no bank.example.nl"),
        (certificate("shop", OWN, ipAddresses=["203.0.113.7"]), "for host names only"),
        (certificate("shop", OWN, uris=["spiffe://a/b"]), "for host names only"),
        (certificate("default", OWN), f"namespace default no {OWN}"),
        (ingress("shop", OWN, f"api.{ZONE}"), f"no api.{ZONE}"),
        (ingress("shop", None), "no (any host)"),
        (ingress("shop", OWN, defaultBackend=DEFAULT), "would answer for every host"),
        (ingress("shop", defaultBackend=DEFAULT), "would answer for every host"),
        (ingress("default", OWN), f"namespace default no {OWN}"),
        (ingress("shop", OWN, annotations={}), f"begin with {CHAIN}"),
        (ingress("shop", OWN, annotations={MIDDLEWARES: "traefik_api@kubernetescrd"}), "begin with"),
        (ingress("shop", OWN, annotations={MIDDLEWARES: f"{CHAIN},shop_own@kubernetescrd"}), "chains of the"),
        (ingress("shop", OWN, annotations=PUBLIC | {TLS: "backend_loose@kubernetescrd"}), "no TLS options"),
        (ingress("shop", OWN, annotations=PUBLIC | {MIDDLEWARES.replace("mid", "Mid"): "x@file"}), "no TLS"),
        (
            ingress("shop", OWN, annotations={CLASS: SERVED}, ingressClassName=None),
            f"begin with {CHAIN}",
        ),
        (certificate("shop", f"a.acme.{TENANTS[2:]}"), "no a.acme.tenants"),
        (certificate("shop", f"acme.{TENANTS[2:]}", f"*.acme.{TENANTS[2:]}"), "no *.acme.tenants"),
        (certificate("shop", TENANTS[2:]), f"no {TENANTS[2:]};"),
        (ingress("shop", f"taken.{TENANTS[2:]}"), "no taken.tenants"),
        (ingress("backend", f"acme.{TENANTS[2:]}"), "namespace backend no acme.tenants"),
        (ingress("traefik", f"acme.{TENANTS[2:]}"), "namespace traefik no acme.tenants"),
        (ingress("backend", LEDGER), f"an Ingress would serve them to the internet: {LEDGER}"),
        (ingress("shop", f"staff-7.{RESOLD[2:]}"), "would serve them to the internet: staff-7.shop"),
        (ingress("traefik", LEDGER), "would serve them to the internet"),
        (service(serverstransport="backend_pooled@kubernetescrd"), "not of Services"),
        (service(ServersTransport="backend_pooled@kubernetescrd"), "not of Services"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["kind"],
)
def test_other_names_are_refused_with_the_reason(server: ApiServer, asked: dict[str, Any], told: str) -> None:
    for user in (TEAM, CERT_MANAGERS_ACCOUNT):
        refusal = server.refusal(asked, user)
        assert refusal is not None
        assert refusal.status == REFUSED, refusal
        assert told in str(refusal)


def test_a_declared_name_cannot_be_changed_into_another(server: ApiServer) -> None:
    server.make([certificate("shop", OWN)])
    change = {"spec": {"dnsNames": ["bank.example.nl"]}}
    path = "/apis/cert-manager.io/v1/namespaces/shop/certificates/asked"
    refusal = refused(lambda: server.acting_as(TEAM).merge(path, change))
    assert refusal is not None
    assert refusal.status == REFUSED, refusal


def test_only_cert_manager_turns_certificates_into_requests(server: ApiServer) -> None:
    request = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "CertificateRequest",
        "metadata": {"name": "asked", "namespace": "shop"},
        "spec": {"request": "TUlJ", "issuerRef": {"name": "letsencrypt-production"}},
    }
    refusal = server.refusal(request, TEAM)
    assert refusal is not None
    assert refusal.status == REFUSED, refusal
    assert "ask for a Certificate instead" in str(refusal)
    for user in (CERT_MANAGERS_ACCOUNT, START_CHECKS_ACCOUNT):
        assert server.refusal(request, user) is None


def test_who_may_change_the_policies_is_above_them(server: ApiServer) -> None:
    assert server.refusal(certificate("traefik", "anything.example.nl")) is None
