"""Real collectors on this machine's loopback device, with the configurations that the platform plans."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab import parts
from lab.toolbox.waiting import patiently, until
from network.plan import Plan
from network.plan.telemetry.agent import CHECKPOINTS
from network.plan.telemetry.part import HEALTH_PORT
from tests import libyaml

PATIENCE = 20.0
"""Seconds until a collector is well."""


def program() -> Path:
    """The lab's build."""
    return parts.ensure("collector")["collector"] / "otelcol-k8s"


def configuration(plan: Plan, release: str) -> dict[str, Any]:
    """What a release's collector is given."""
    (values,) = [each.values for each in plan.telemetry.releases if each.name == release]
    return json.loads(json.dumps(values["alternateConfig"]))


def arguments(plan: Plan, release: str) -> list[str]:
    """What it is started with besides."""
    (values,) = [each.values for each in plan.telemetry.releases if each.name == release]
    return list(values["command"].get("extraArgs", ()))


def here(config: Mapping[str, Any], folder: Path, **places: str) -> Path:
    """Write a configuration down as it can be read on this machine: with a folder of its own for what it
    remembers, and further texts in the place of others."""
    text = json.dumps(config)
    checkpoints = folder / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    for old, new in {CHECKPOINTS: str(checkpoints), **places}.items():
        text = text.replace(old, new)
    file = folder / "relay.yaml"
    file.write_text(text)
    return file


def complaint(file: Path) -> str:
    """What the collector says of a configuration that it would not load; empty where it would."""
    done = subprocess.run(
        [program(), "validate", f"--config={file}"],
        env={**os.environ, "MY_POD_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@contextmanager
def running(file: Path, address: str, *arguments: str) -> Generator["subprocess.Popen[bytes]"]:
    """A collector with that configuration, well, at an address of the loopback device."""
    with file.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(
            [program(), f"--config={file}", *arguments],
            env={**os.environ, "MY_POD_IP": address},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:

        def is_well() -> bool:
            with urllib.request.urlopen(f"http://{address}:{HEALTH_PORT}/", timeout=2) as answer:
                return answer.status == 200

        patiently(is_well, OSError, PATIENCE)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def send(url: str, signal: str, content: Mapping[str, Any]) -> None:
    """Send OTLP by its JSON."""
    request = urllib.request.Request(
        f"{url}/v1/{signal}", json.dumps(content).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def attributes(given: list[dict[str, Any]]) -> dict[str, Any]:
    """OTLP's list of attributes as a map."""
    return {each["key"]: next(iter(each["value"].values())) for each in given}


def written(file: Path, kind: str) -> list[dict[str, Any]]:
    """Every span or record that a collector wrote down, `kind` being `Spans` or `Logs`, with its resource's
    attributes under `resource` and its own as a map."""
    inner = {"Spans": "spans", "Logs": "logRecords"}[kind]
    found: list[dict[str, Any]] = []
    for line in file.read_text().splitlines() if file.exists() else ():
        for resource in json.loads(line)[f"resource{kind}"]:
            about = attributes(resource["resource"].get("attributes", []))
            for scope in resource[f"scope{kind}"]:
                for each in scope[inner]:
                    own = attributes(each.get("attributes", []))
                    found.append({**each, "attributes": own, "resource": about})
    return found


def until_written(file: Path, kind: str, least: int) -> list[dict[str, Any]]:
    """The same once there are so many, and no more come for a second."""
    assert until(lambda: len(written(file, kind)) >= least, PATIENCE), written(file, kind)
    time.sleep(1)
    return written(file, kind)


def components() -> dict[str, set[str]]:
    """What the build consists of, by kind; without the names that components had before."""
    told = libyaml.load(
        subprocess.run([program(), "components"], capture_output=True, text=True, check=True).stdout
    )
    return {
        kind: {each["name"] for each in told.get(kind) or ()}
        for kind in ("receivers", "processors", "exporters", "extensions")
    }
