"""`pulumi` for runs without the engine: asks the account's API for what the smallest stack declares there,
one thing after the other, and keeps what it made in the backend's folder. Like the engine it waits for a
cluster, goes on where it was killed, and deletes by its state alone."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

API = os.environ["DIGITALOCEAN_API_URL"]
BACKEND = Path(urlsplit(os.environ["PULUMI_BACKEND_URL"]).path)


def call(method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {os.environ['DIGITALOCEAN_TOKEN']}"}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, content, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "{}")


def state_of(stack: str) -> Path:
    return BACKEND / ".pulumi" / "stacks" / "network" / f"{stack}.json"


class Stack:
    def __init__(self, name: str, file: str) -> None:
        self.config = yaml.safe_load(Path(file).read_text())["config"]
        assert self.config["network:dnsToken"]["secure"]
        self.name = f"network-{self.config['network:environment']['name']}"
        self.region = self.config["network:environment"]["region"]
        self.zone = self.config["network:external"]["dns"]["zone"]
        self.file = state_of(name)
        self.made: dict[str, Any] = json.loads(self.file.read_text())

    def keep(self, kind: str, value: Any) -> None:
        self.made[kind] = value
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(self.made))
        draft.replace(self.file)

    def up(self) -> None:
        cluster, external = self.config["network:cluster"], self.config["network:external"]
        if "vpc" not in self.made:
            body = {"name": self.name, "region": self.region, "ip_range": external["vpc"]["ipRange"]}
            self.keep("vpc", call("POST", "/v2/vpcs", body)["vpc"]["id"])
        if "zone" not in self.made:
            call("POST", "/v2/domains", {"name": self.zone})
            self.keep("zone", self.zone)
        if "cluster" not in self.made:
            pool = cluster["nodePools"]["default"]
            tags = ["network", f"environment:{self.config['network:environment']['name']}"]
            body = {
                "name": self.name,
                "region": self.region,
                "version": cluster["version"],
                "vpc_uuid": self.made["vpc"],
                "cluster_subnet": cluster["podRange"],
                "service_subnet": cluster["serviceRange"],
                "ha": cluster["ha"],
                "tags": tags,
                "node_pools": [{"name": "default", "tags": tags, **pool}],
            }
            made = call("POST", "/v2/kubernetes/clusters", body)["kubernetes_cluster"]["id"]
            self.keep("cluster", made)
            self.keep("version", cluster["version"])
            while (
                call("GET", f"/v2/kubernetes/clusters/{made}")["kubernetes_cluster"]["status"]["state"]
                != "running"
            ):
                time.sleep(0.01)
        if self.made["version"] != cluster["version"]:
            path = f"/v2/kubernetes/clusters/{self.made['cluster']}/upgrade"
            call("POST", path, {"version": cluster["version"]})
            self.keep("version", cluster["version"])
        if "balancer" not in self.made:
            tcp = {"entry_protocol": "tcp", "target_protocol": "tcp", "entry_port": 443, "target_port": 30443}
            body = {
                "name": self.name, "region": self.region, "type": "REGIONAL", "vpc_uuid": self.made["vpc"],
                "network_stack": "DUALSTACK", "tags": [f"k8s:{self.made['cluster']}"],
                "forwarding_rules": [tcp],
            }  # fmt: skip
            self.keep("balancer", call("POST", "/v2/load_balancers", body)["load_balancer"])
        if "record" not in self.made:
            body = {"type": "A", "name": "echo", "data": self.made["balancer"]["ip"]}
            path = f"/v2/domains/{self.zone}/records"
            self.keep("record", call("POST", path, body)["domain_record"]["id"])

    def destroy(self) -> None:
        paths = {
            "record": "/v2/domains/{zone}",
            "cluster": "/v2/kubernetes/clusters/{cluster}/destroy_with_associated_resources/dangerous",
            "vpc": "/v2/vpcs/{vpc}",
        }
        for kind, path in paths.items():
            if kind in self.made:
                self._delete(path.format(**self.made))
                self.keep(kind, None)

    def _delete(self, path: str) -> None:
        while True:
            try:
                call("DELETE", path)
            except urllib.error.HTTPError as error:
                if error.code == 409:
                    time.sleep(0.01)
                    continue
                if error.code != 404:
                    raise
            return


def main(arguments: list[str]) -> int:
    assert arguments.pop(0) == "--non-interactive"
    match arguments:
        case ["stack", "init", stack]:
            state_of(stack).parent.mkdir(parents=True)
            state_of(stack).write_text("{}")
        case ["config", "set", "--secret", key, "--stack", _]:
            assert sys.stdin.read()
            (file,) = Path.cwd().glob("Pulumi.*.yaml")
            with file.open("a") as stream:
                stream.write(f"  {key}:\n    secure: v1:kept\n")
        case ["stack", "output", _, "--stack", _]:
            print("apiVersion: v1")
        case ["up", "--yes", "--skip-preview", "--stack", stack, "--config-file", file]:
            Stack(stack, file).up()
        case ["preview", "--expect-no-changes", "--diff", "--stack", stack, "--config-file", file]:
            return int("record" not in Stack(stack, file).made)
        case ["destroy", "--yes", "--skip-preview", "--stack", stack, "--config-file", file]:
            Stack(stack, file).destroy()
        case _:
            raise SystemExit(f"the stand-in knows no {arguments}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
