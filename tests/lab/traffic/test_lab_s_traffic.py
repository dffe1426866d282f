"""Traffic in the lab behaves as in production: what other proofs stand on."""

import json
import re
from ipaddress import ip_address

import pytest

from lab.demo.workloads import OWNER
from lab.toolbox import waiting
from tests.lab.outside import trusts_nobody
from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

SHOP = f"shop.{ZONE}"
FREE = "demo-free"
"""A namespace that no policy knows."""


def test_the_platform_at_work_keeps_its_promises(traffic: TrafficLab) -> None:
    rows = [line.split("│") for line in traffic.platform.lab("demo").splitlines() if line.startswith("│")]
    shown = " ".join(row[1].strip() for row in rows)  # long cells go on in the next line
    assert "is redirected" in shown
    assert "is split" in shown
    assert "limits a client" in shown


def test_the_backend_sees_the_client_s_address_through_proxy_protocol(traffic: TrafficLab) -> None:
    echo = traffic.outside.get(f"https://{SHOP}/a?b=c", source="203.0.113.77").json()
    assert echo["headers"]["X-Forwarded-For"] == ["203.0.113.77"]
    assert (echo["path"], echo["query"], echo["host"]) == ("/a", "b=c", SHOP)
    traefik = {pod["status"]["podIP"] for pod in traffic.pods("traefik/traefik").values()}
    assert echo["peer"].rpartition(":")[0] in traefik


def test_every_workload_of_the_overlay_runs_in_a_namespace_that_was_there_before(
    traffic: TrafficLab,
) -> None:
    found = json.loads(traffic.kubectl("get", "deployments", "--namespace=legacy", "--output=json"))["items"]
    ready = {each["metadata"]["name"]: each["status"].get("readyReplicas") for each in found}
    assert ready == {"batch": 1, "orders": 2}
    assert all(OWNER.items() <= each["metadata"]["labels"].items() for each in found)
    namespace = json.loads(
        traffic.kubectl("get", "namespace", "legacy", "--output=json", "--show-managed-fields")
    )
    managers = [each["manager"] for each in namespace["metadata"]["managedFields"]]
    # So the API server calls whoever made an object that the program's apply found there.
    assert "before-first-apply" in managers


def test_a_pod_answers_as_its_mode_says_until_it_ends(traffic: TrafficLab) -> None:
    with traffic.mode("shop/web", status=418), traffic.mode("shop/web-canary", status=418):
        assert traffic.outside.get(f"https://{SHOP}/").status_code == 418
    assert traffic.outside.get(f"https://{SHOP}/").status_code == 200


def test_requests_are_counted_in_the_pods_that_got_them(traffic: TrafficLab) -> None:
    traffic.begin_counting("shop/web", "shop/web-canary")
    for _ in range(10):
        traffic.outside.get(f"https://{SHOP}/counted")
    assert traffic.requests("shop/web") + traffic.requests("shop/web-canary") == 10


def test_pods_that_roll_lose_no_request(traffic: TrafficLab) -> None:
    namespace = "--namespace=shop"
    with traffic.outside.stream(f"https://{SHOP}/", rate=20, clients=2) as stream:
        traffic.kubectl("rollout", "restart", "deployment/web", namespace)
        traffic.kubectl("rollout", "status", "deployment/web", namespace, "--timeout=90s")
    assert len(stream.tries) > 20
    assert stream.failures == []


def test_the_logs_of_backends_and_load_balancer_tell_of_a_request(traffic: TrafficLab) -> None:
    running = {*traffic.pods("shop/web"), *traffic.pods("shop/web-canary")}

    def asked() -> str:
        return traffic.outside.get(f"https://{SHOP}/to-be-found", source="203.0.113.78").json()["pod"]

    # One that ends still answers, and takes its log along.
    until(lambda: asked() in running, "a pod answers that stays", seconds=30)
    logs = traffic.platform.lab("logs", "shop/web") + traffic.platform.lab("logs", "shop/web-canary")
    assert "/to-be-found" in logs
    assert "203.0.113.78:" in traffic.platform.lab("logs", "haproxy")


def test_curl_and_exec_reach_in_from_outside_and_from_a_pod(traffic: TrafficLab) -> None:
    told = traffic.platform.lab("curl", "--", "--silent", "--http2", f"https://{SHOP}/")
    assert json.loads(told)["host"] == SHOP
    told = traffic.platform.lab("exec", "shop/web", "--", "demo", "get", "http://api.api:8080/from-a-pod")
    assert '"workload":"api/api"' in told


def test_a_request_from_a_pod_to_the_load_balancer_s_address_never_meets_the_load_balancer(
    traffic: TrafficLab,
) -> None:
    """kube-proxy leads it straight to Traefik, as on DigitalOcean: without a PROXY header, from the pod's
    own address. Policies that let the internet in let no pod in: an HTTP-01 self-check fails on it."""
    service = json.loads(traffic.kubectl("get", "service", "traefik", "--namespace=traefik", "--output=json"))
    points = service["status"]["loadBalancer"]["ingress"]
    (balancer,) = (each for each in points if ip_address(each["ip"]).version == 4)
    assert balancer["ipMode"] == "VIP"
    image = next(iter(traffic.pods("shop/web").values()))["spec"]["containers"][0]["image"]
    traffic.kubectl("create", "namespace", FREE)
    try:
        traffic.kubectl(
            "run", "client", f"--namespace={FREE}", f"--image={image}", "--env=DEMO_PROBE_PORT=9091",
            "--env=DEMO_CONTROL_PORT=9092",
        )  # fmt: skip
        traffic.kubectl("wait", "pod/client", f"--namespace={FREE}", "--for=condition=Ready", "--timeout=60s")

        def ask(status: int | None) -> str:
            return traffic.kubectl(
                "exec", "client", f"--namespace={FREE}", "--", "demo", "get", "-k", "-t", "2s",
                "-r", f"{balancer['ip']}:443", f"https://{SHOP}/bypass", status=status,
            )  # fmt: skip

        ask(1)  # default deny knows no flow from this namespace to Traefik
        policy = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "bypass", "namespace": "traefik"},
            "spec": {
                "podSelector": {},
                "policyTypes": ["Ingress"],
                "ingress": [
                    {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": FREE}}}]}
                ],
            },
        }
        traffic.kubectl("apply", "--filename=-", text=json.dumps(policy))
        try:
            told = waiting.until(lambda: ask(None), seconds=30)
            assert told, "not every node enforces it"
            echo = json.loads(told)
        finally:
            traffic.kubectl("delete", "networkpolicy", "bypass", "--namespace=traefik")
        pod = json.loads(traffic.kubectl("get", "pod/client", f"--namespace={FREE}", "--output=json"))
    finally:
        traffic.kubectl("delete", "namespace", FREE, "--wait=false")
    assert echo["headers"]["X-Forwarded-For"] == [pod["status"]["podIP"]]
    assert pod["status"]["podIP"] not in traffic.platform.lab("logs", "haproxy", "--", "-n", "+1")


def test_a_client_can_look_at_the_handshake_and_talk_without_http(traffic: TrafficLab) -> None:
    handshake = traffic.outside.handshake(SHOP)
    assert handshake.version in ("TLSv1.2", "TLSv1.3")
    assert re.search("Pebble", handshake.certificate.issuer.rfc4514_string())
    context = trusts_nobody()
    context.set_alpn_protocols(["h2", "http/1.1"])
    assert traffic.outside.handshake(SHOP, context).protocol == "h2"
    request = f"GET / HTTP/1.1\r\nHost: {SHOP}\r\n\r\n"
    said = traffic.outside.raw(("203.0.113.100", 80), request.encode())
    assert said.startswith(b"HTTP/1.1 30")
