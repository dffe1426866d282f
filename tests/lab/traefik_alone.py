"""The pinned Traefik itself with what a stack gives it: rendered arguments, and every object in a real API
server, read by the rights that the stack grants. No nodes and no pods: backends run on this machine."""

import json
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import httpx
import yaml

from lab import parts as lab_parts
from lab.charts import STAND_INS
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call
from network.config import StackConfig
from network.plan import Plan, build
from network.plan.model.kubernetes import Manifest, manifest
from tests import stacks
from tests.lab.api_server import ApiServer, api_server, free_ports
from tests.lab.authority import Authority
from tests.lab.patience import until

CLIENT = "10.250.0.5"
"""Whom the PROXY header tells as the client."""


@dataclass(frozen=True)
class TraefikAlone:
    """Traefik, once it has taken on the stack's configuration."""

    config: StackConfig
    plan: Plan
    api: ApiServer
    ports: Mapping[str, int]
    """Where its entrypoints listen."""
    log_file: Path
    client: Path
    """Certificate and key by which a client shows itself."""

    def told(self, kind: str, protocol: str = "http") -> list[dict[str, Any]]:
        """What Traefik tells of its `routers`, `services` or `middlewares`, of HTTP, `tcp` or `udp`."""
        url = f"http://127.0.0.1:{self.ports['traefik']}/api/{protocol}/{kind}"
        answer = httpx.get(url, params={"per_page": 1000}, trust_env=False)
        return answer.raise_for_status().json()

    @property
    def log(self) -> list[dict[str, Any]]:
        """Everything in its log, access log included."""
        lines = self.log_file.read_text().splitlines()
        return [
            json.loads(line) if line.startswith("{") else {"level": "error", "text": line} for line in lines
        ]

    def ask(
        self, host: str, path: str, method: str = "GET", entry_point: str = "websecure", **headers: str
    ) -> tuple[int, str]:
        """Status and body of a request by HTTPS, behind a PROXY header as the load balancer sends it."""
        with self._greeted(entry_point) as plain, self._wrapped(plain, host) as wrapped:
            lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
            lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
            wrapped.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = HTTPResponse(wrapped, method=method)
            answer.begin()
            return answer.status, answer.read().decode()

    @contextmanager
    def connected(self, host: str, version: ssl.TLSVersion) -> Generator[HTTPConnection]:
        """A connection for many requests, by one version of TLS."""
        with self._greeted("websecure") as plain, self._wrapped(plain, host, version) as wrapped:
            connection = HTTPConnection("127.0.0.1", self.ports["websecure"])
            connection.sock = wrapped
            yield connection

    def ask_plainly(self, host: str, method: str) -> int:
        """Status of a request by plain HTTP."""
        with self._greeted("web") as plain:
            plain.sendall(f"{method} / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = HTTPResponse(plain, method=method)
            answer.begin()
            return answer.status

    def _greeted(self, entrypoint: str) -> socket.socket:
        """A connection that a PROXY header went before."""
        plain = socket.create_connection(("127.0.0.1", self.ports[entrypoint]), 30)
        plain.sendall(f"PROXY TCP4 {CLIENT} 127.0.0.1 40000 443\r\n".encode())
        return plain

    def _wrapped(
        self, plain: socket.socket, host: str, version: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
    ) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = version
        context.load_cert_chain(self.client)
        return context.wrap_socket(plain, server_hostname=host)

    @property
    def routers(self) -> list[str | None]:
        """Which router took each request so far, by the access log; None where none did."""
        return [each.get("RouterName") for each in self.log if "RequestHost" in each]


@contextmanager
def traefik_alone(config: StackConfig, folder: Path) -> Generator[TraefikAlone]:
    """Load a stack into Traefik."""
    plan = build(config)
    authority = Authority.make("Alone")
    with ExitStack() as open_things:
        api = open_things.enter_context(api_server(folder))
        _make_objects(api, config, plan, authority, folder)
        api.make(list(_endpoints(plan, open_things)))
        rendered = _rendered(plan, folder)
        api.make([{**each, "metadata": {**each["metadata"], "namespace": "traefik"}} for each in rendered[1]])
        ports, arguments = _on_loopback(rendered[0])
        log_file = folder / "traefik.log"
        open_things.enter_context(_running(api, arguments, folder, log_file))
        client = authority.issue("somebody", folder / "client.pem")
        alone = TraefikAlone(config, plan, api, ports, log_file, client)
        routes = sum(len(route["spec"]["routes"]) for each in plan.applications for route in each.routes)
        until(lambda: _routes(alone) >= routes, "Traefik has every route", seconds=60)
        yield alone


def _routes(alone: TraefikAlone) -> int:
    """How many Traefik has from Kubernetes; none before it answers."""
    try:
        return sum(each["provider"] == "kubernetescrd" for each in alone.told("routers"))
    except httpx.HTTPError:
        return 0


def _make_objects(
    api: ApiServer, config: StackConfig, plan: Plan, authority: Authority, folder: Path
) -> None:
    definitions = lab_parts.ensure("traefik-crds")["traefik-crds"] / "crds.yaml"
    api.make([each for each in yaml.safe_load_all(definitions.read_text()) if each])
    api.make([each.namespace for each in plan.namespaces])
    api.make([*plan.ingress.access.roles, *plan.ingress.access.bindings])
    config_class = plan.ingress.release.values["ingressClass"]["name"]
    controller = {"controller": "traefik.io/ingress-controller"}
    api.make([manifest("networking.k8s.io/v1", "IngressClass", config_class, spec=controller)])
    service = {"type": "LoadBalancer", "ports": [{"port": 443}], "selector": {"app": "traefik"}}
    api.make([manifest("v1", "Service", "traefik", namespace="traefik", spec=service)])
    api.make(list(_secrets(config, plan, authority, folder)))
    api.make([*plan.traffic.middlewares, *plan.traffic.chains])
    api.make([*plan.ingress.tls_options, plan.ingress.tls_store])
    for each in plan.applications:
        api.make(
            [
                *each.services,
                *each.tls_options,
                *each.middlewares,
                *each.transports,
                *each.balancing,
                *each.routes,
                *each.limits,
                *each.layer_four,
            ]
        )


def _secrets(config: StackConfig, plan: Plan, authority: Authority, folder: Path) -> Iterator[Manifest]:
    """Secrets of the plan with throw-away values, and those that it names and others make."""
    for secret in (*plan.traffic.secrets, *(each for a in plan.applications for each in a.secrets)):
        data = {key: authority.pem if key == "ca.crt" else stacks.USERS for key in secret.data}
        yield manifest(
            "v1", "Secret", secret.name, namespace=secret.namespace, stringData={**data, **secret.plain}
        )
    hosts = {host for each in plan.certificates.certificates for host in each["spec"]["dnsNames"]}
    hosts |= {host for each in config.certificates.bought.values() for host in each.dns_names}
    both = authority.issue("served", folder / "served.pem", *sorted(hosts)).read_text()
    certificate, mark, key = both.partition("-----BEGIN PRIVATE KEY")
    data = {"ca.crt": authority.pem, "tls.crt": certificate, "tls.key": mark + key}
    own = {each.name for a in plan.applications for each in a.secrets}
    objects = [*plan.traffic.middlewares, plan.ingress.tls_store]
    objects += [o for a in plan.applications for o in (*a.tls_options, *a.transports)]
    for namespace, kind, name in sorted({named for each in objects for named in _named(each)}):
        if name not in own and kind == "Secret":
            yield manifest(
                "v1", "Secret", name, namespace=namespace, type="kubernetes.io/tls", stringData=data
            )
        elif name not in own:
            yield manifest("v1", "ConfigMap", name, namespace=namespace, data={"ca.crt": authority.pem})


def _named(holder: Manifest) -> Iterator[tuple[str, str, str]]:
    """Namespace, kind and name of what an object reads."""
    namespace = holder["metadata"]["namespace"]

    def below(value: Any) -> Iterator[tuple[str, str, str]]:
        if isinstance(value, dict):
            for key, child in value.items():
                kind = "ConfigMap" if key == "configMap" else "Secret"
                if key in ("caSecret", "certSecret", "secretName", "configMap"):
                    yield namespace, kind, child
                elif key in ("secretNames", "certificatesSecrets"):
                    yield from ((namespace, kind, each) for each in child)
                elif key == "rootCAs":
                    yield from ((namespace, "Secret", each["secret"]) for each in child if "secret" in each)
                    yield from below([each for each in child if "configMap" in each])
                else:
                    yield from below(child)
        elif isinstance(value, list):
            for child in value:
                yield from below(child)

    yield from below(holder["spec"])


def _endpoints(plan: Plan, open_things: ExitStack) -> Iterator[Manifest]:
    """An EndpointSlice for each Service with pods; a server of this machine stands for them."""
    # An endpoint may not be on the loopback device.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("198.51.100.1", 9))
        address = probe.getsockname()[0]
    for service in (each for a in plan.applications for each in a.services):
        name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
        if service["spec"]["type"] == "ExternalName":
            continue
        backend = http_service.serve(partial(_answer, f"{namespace}/{name}".encode()), "backend", address)
        open_things.callback(backend.close)
        yield manifest(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            name,
            namespace=namespace,
            labels={"kubernetes.io/service-name": name},
            addressType="IPv4",
            endpoints=[{"addresses": [address], "conditions": {"ready": True, "serving": True}}],
            ports=[{"name": each["name"], "port": backend.port} for each in service["spec"]["ports"]],
        )


def _answer(content: bytes, call: Call) -> Answer:
    """Who answers, with the status that the query asks for."""
    return Answer(int(call.query.get("status", 200)), content)


def _rendered(plan: Plan, folder: Path) -> tuple[list[str], list[Manifest]]:
    """Traefik's arguments, and the routes of its own, as the chart renders them."""
    helm = lab_parts.ensure("helm")["helm"] / "helm"
    values = folder / "values.yaml"
    values.write_text(yaml.safe_dump(json.loads(json.dumps(plan.ingress.release.values))))
    command = [
        helm,
        "template",
        "traefik",
        STAND_INS["traefik"],
        "--namespace=traefik",
        f"--values={values}",
        f"--kube-version={stacks.KUBERNETES}.0",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    objects = [each for each in yaml.safe_load_all(done.stdout) if each]
    (deployment,) = [each for each in objects if each["kind"] == "Deployment"]
    arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return arguments, [each for each in objects if each["kind"] == "IngressRoute"]


def _on_loopback(arguments: list[str]) -> tuple[dict[str, int], list[str]]:
    """The arguments with free ports of the loopback device, from where the load balancer connects here."""
    ports: dict[str, int] = {}
    changed: list[str] = []
    for argument in arguments:
        if listener := re.match(r"(--entryPoints\.([\w-]+)\.address=):\d+(/\w+)", argument):
            (ports[listener[2]],) = free_ports(1)
            changed.append(f"{listener[1]}127.0.0.1:{ports[listener[2]]}{listener[3]}")
        elif ".proxyProtocol.trustedIPs=" in argument:
            changed.append(f"{argument.partition('=')[0]}=127.0.0.1/32")
        else:
            changed.append(argument)
    return ports, changed


@contextmanager
def _running(api: ApiServer, arguments: list[str], folder: Path, log_file: Path) -> Generator[None]:
    """Traefik, as its ServiceAccount."""
    program = lab_parts.ensure("traefik")["traefik"] / "traefik"
    config = folder / "traefik.kubeconfig"
    groups = ("system:serviceaccounts", "system:serviceaccounts:traefik")
    config.write_text(api.config_of("system:serviceaccount:traefik:traefik", *groups))
    environment = {**os.environ, "KUBECONFIG": str(config)}
    with (
        log_file.open("w") as log,
        subprocess.Popen([program, *arguments], env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            yield
        finally:
            process.kill()
