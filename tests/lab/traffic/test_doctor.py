"""`network doctor` in a running lab: nothing to find while all is well, and of each fault planted for
real exactly its link (ADM-4)."""

import json
import sys
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from lab.cloud.options import choose
from lab.toolbox.waiting import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

Fault = Callable[[TrafficLab], AbstractContextManager[None]]


def doctor(traffic: TrafficLab, *question: str, kubeconfig: str = "") -> dict[str, Any]:
    trusted = traffic.platform.folder / "internet" / "trusted.pem"
    settings = [f"SSL_CERT_FILE={trusted}", *([f"KUBECONFIG={kubeconfig}"] if kubeconfig else [])]
    file = str(traffic.engine.stack_file)
    command = [sys.executable, "-m", "network", "doctor", "--file", file, "--format", "json"]
    return json.loads(traffic.run("env", *settings, *command, *question, status=None))


def in_time(traffic: TrafficLab, *question: str) -> dict[str, Any]:
    """An answer for which nobody was late, as they are on a machine that does much else; or the last of
    three."""
    told = doctor(traffic, *question)
    for _ in range(2):
        if not any("no answer within" in each["found"] for each in told["findings"]):
            break
        told = doctor(traffic, *question)
    return told


def of(told: dict[str, Any], verdict: str) -> list[tuple[str, str]]:
    return [(each["code"], each["subject"]) for each in told["findings"] if each["verdict"] == verdict]


def broken(told: dict[str, Any]) -> list[str]:
    """What is, each on a line."""
    found = [each for each in told["findings"] if each["verdict"] == "differs"]
    return [f"{each['code']} {each['subject']}: {each['found']}" for each in found]


def test_a_healthy_platform_has_no_finding(traffic: TrafficLab) -> None:
    began = time.monotonic()
    told = in_time(traffic, "--all")
    print(f"--all: {len(told['findings'])} links in {time.monotonic() - began:.1f} s")
    assert broken(told) == []
    # From the internet nobody sees what stands behind the internal load balancer.
    unseen = [subject for _, subject in of(told, "could not look")]
    assert all(subject.startswith(f"ledger.{ZONE}") for subject in unseen)


def test_the_role_of_a_reader_is_enough(traffic: TrafficLab) -> None:
    known = json.loads(traffic.kubectl("config", "view", "--raw", "--minify", "--output=json"))
    known["users"][0]["user"] |= {"as": "somebody", "as-groups": ["engineering", "system:authenticated"]}
    file = traffic.platform.state / "reader.json"
    file.write_text(json.dumps(known))
    told = doctor(traffic, f"shop.{ZONE}", kubeconfig=str(file))
    assert of(told, "could not look") == []
    assert told["status"] == 0, broken(told)


def account(
    traffic: TrafficLab, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    given = ["--data", json.dumps(body), "--header", "Content-Type: application/json"] if body else []
    token = f"Authorization: Bearer {traffic.engine.digitalocean_token}"
    url = f"https://api.digitalocean.com{path}"
    return json.loads(traffic.run("curl", "-sS", "--fail", "-X", method, "-H", token, *given, url) or "{}")


def record(kind: str, name: str, data: str, **which: str) -> Fault:
    """The account's record says something else."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        path = f"/v2/domains/{ZONE}/records"
        listed = account(traffic, "GET", f"{path}?per_page=200")["domain_records"]
        wanted = {"type": kind, "name": name, **which}
        found = next(each for each in listed if wanted.items() <= each.items())
        # Names are written with the final dot that the API leaves out when it tells them.
        dot = "." if kind == "CAA" else ""
        before = {**found, "data": f"{found['data']}{dot}"}
        account(traffic, "PUT", f"{path}/{found['id']}", {**found, "data": f"{data}{dot}"})
        try:
            yield
        finally:
            account(traffic, "PUT", f"{path}/{found['id']}", before)

    return planted


@contextmanager
def load_balancers_in_error(traffic: TrafficLab) -> Generator[None]:
    folder = traffic.platform.folder / "cloud"
    choose(folder, balancer_state="errored")
    try:
        yield
    finally:
        choose(folder, balancer_state="")


def patched(kind: str, name: str, namespace: str, patch: object, *, as_json: bool = False) -> Fault:
    """An object is edited by hand, and made what it was."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        where = (kind, name, f"--namespace={namespace}")
        before = _shown(traffic, where)
        way = "json" if as_json else "merge"
        traffic.kubectl("patch", *where, f"--type={way}", f"--patch={json.dumps(patch)}")
        try:
            yield
        finally:
            _replace(traffic, where, "/spec", before["spec"])
            _owned_as_before(traffic, where, before)

    return planted


def _replace(traffic: TrafficLab, where: tuple[str, ...], path: str, value: object) -> None:
    patch = [{"op": "replace", "path": path, "value": value}]
    traffic.kubectl("patch", *where, "--type=json", f"--patch={json.dumps(patch)}")


def _owned_as_before(traffic: TrafficLab, where: tuple[str, ...], before: dict[str, Any]) -> None:
    """Nobody but Pulumi owns its fields again: else its next `up` would meet a conflict."""
    _replace(traffic, where, "/metadata/managedFields", before["metadata"]["managedFields"])


def deleted(kind: str, name: str, namespace: str) -> Fault:
    """An object is deleted by hand, and made anew."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        where = (kind, name, f"--namespace={namespace}")
        before = _shown(traffic, where)
        traffic.kubectl("delete", *where)
        try:
            yield
        finally:
            _made_anew(traffic, where, before)

    return planted


def _shown(traffic: TrafficLab, where: tuple[str, ...]) -> dict[str, Any]:
    return json.loads(traffic.kubectl("get", *where, "--show-managed-fields", "--output=json"))


def _made_anew(traffic: TrafficLab, where: tuple[str, ...], before: dict[str, Any]) -> None:
    own = ("resourceVersion", "uid", "creationTimestamp", "managedFields")
    metadata = {key: value for key, value in before["metadata"].items() if key not in own}
    traffic.kubectl("create", "--filename=-", text=json.dumps({**before, "metadata": metadata}))
    _owned_as_before(traffic, where, before)


@contextmanager
def without_a_secret(traffic: TrafficLab) -> Generator[None]:
    """The Secret of a middleware is gone, and Traefik has seen that."""
    url = f"https://admins.{ZONE}/"

    def answers(status: int) -> bool:
        return until(lambda: traffic.outside.get(url).status_code == status, 30)

    where = ("secret", "basic-auth-admins", "--namespace=traefik")
    before = _shown(traffic, where)
    traffic.kubectl("delete", *where)
    try:
        assert answers(404)
        yield
    finally:
        _made_anew(traffic, where, before)
        assert answers(401)


@contextmanager
def scaled_to_0(traffic: TrafficLab) -> Generator[None]:
    def ready(count: int) -> bool:
        return until(lambda: len(traffic.pods("site/pages")) == count, 60)

    where = traffic.target("site/pages").kubectl
    before = json.loads(traffic.kubectl("get", *where, "--output=json"))["spec"]["replicas"]
    traffic.kubectl("scale", *where, "--replicas=0")
    try:
        assert ready(0)
        yield
    finally:
        traffic.kubectl("scale", *where, f"--replicas={before}")
        traffic.kubectl("rollout", "status", *where)


@contextmanager
def a_strange_endpoint(traffic: TrafficLab) -> Generator[None]:
    """Somebody adds an address to a Service's endpoints that is no pod of the workload."""
    slice_ = {
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
    traffic.kubectl("create", "--filename=-", text=json.dumps(slice_))
    try:
        yield
    finally:
        traffic.kubectl("delete", "endpointslice", "pages-by-hand", "--namespace=site")


@contextmanager
def a_store_without_the_wildcard(traffic: TrafficLab) -> Generator[None]:
    """Traefik serves the certificate of another host alone, and has seen that."""
    spec = {
        "certificates": [{"secretName": "partners-tls"}],
        "defaultCertificate": {"secretName": "partners-tls"},
    }
    with patched("tlsstore", "default", "traefik", {"spec": spec})(traffic):
        assert until(lambda: _refused(traffic), 30)
        yield
    assert until(lambda: not _refused(traffic), 30)


def _refused(traffic: TrafficLab) -> bool:
    try:
        traffic.outside.handshake(f"shop.{ZONE}")
    except OSError:
        return True
    return False


ROUTE = [{"op": "replace", "path": "/spec/routes/0/match", "value": "Host(`another.example.org`)"}]
FAULTS: dict[str, tuple[Fault, str, tuple[str, str]]] = {
    "a record with another address": (
        record("A", "*", "203.0.113.99"),
        f"shop.{ZONE}",
        ("record", f"shop.{ZONE}"),
    ),
    "a load balancer in error": (load_balancers_in_error, f"shop.{ZONE}", ("load-balancer", "network-dev")),
    "a store without the host's certificate": (
        a_store_without_the_wildcard,
        f"shop.{ZONE}",
        ("certificate-served", f"shop.{ZONE}"),
    ),
    "a route of another host": (
        patched("ingressroute", "api", "api", ROUTE, as_json=True),
        "api/api",
        ("router", "api/api"),
    ),
    "a middleware without its Secret": (
        without_a_secret,
        "vault/named-admins",
        ("middleware", "vault/named-admins"),
    ),
    "a Service that selects nobody": (
        patched("service", "api", "api", {"spec": {"selector": {"app.kubernetes.io/name": "nobody"}}}),
        "api/api",
        ("service", "api/api"),
    ),
    "an endpoint of nobody": (
        a_strange_endpoint,
        "traefik/traefik -> site/pages:8080",
        ("endpoints", "site/pages"),
    ),
    "a policy that is gone": (
        deleted("networkpolicy", "api-api", "api"),
        "api/api",
        ("policy", "traefik/traefik to api/api"),
    ),
    "egress that was cut": (
        patched("networkpolicy", "shop-web", "shop", {"spec": {"egress": []}}),
        "shop/web -> api/api:8080",
        ("policy", "shop/web to api/api"),
    ),
    "a workload scaled to 0": (scaled_to_0, "traefik/traefik -> site/pages:8080", ("pod", "site/pages")),
    "another authority alone may issue": (
        record("CAA", "@", "example.net", tag="issue"),
        "certificate wildcard",
        ("issuance-allowed", "wildcard"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_else(traffic: TrafficLab, name: str) -> None:
    plant, question, link = FAULTS[name]
    with plant(traffic):
        began = time.monotonic()
        told = doctor(traffic, question)
        took = time.monotonic() - began
    print(f"{name}: {took:.1f} s")
    assert of(told, "differs") == [link], broken(told)
    assert told["status"] == 1
    (only,) = [each for each in told["findings"] if each["verdict"] == "differs"]
    assert only["remedy"]
    assert only["causes"]
    at = told["findings"].index(only)
    assert {each["verdict"] for each in told["findings"][:at]} <= {"as planned"}


def test_after_all_of_them_the_platform_is_healthy_again(traffic: TrafficLab) -> None:
    told = in_time(traffic, "--about", "connectivity")
    assert broken(told) == []
