"""Renders Traefik's chart with Helm itself, which is in Pulumi's Kubernetes provider; no cluster is asked."""

import json
import os
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from lab.parts.catalogue import every_part
from lab.parts.provide import ensure
from network.config.platform import TRAEFIK

STAND_IN = Path(__file__).parents[2] / "lab" / "charts" / "traefik"
"""The lab's chart, where TRAEFIK_CHART does not name the folder of the real one."""

PATIENCE = 60.0
"""Seconds for each answer of the provider."""


@dataclass(frozen=True)
class Container:
    """What the chart's Deployment starts Traefik with."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    """Variables with a value; those that Kubernetes fills in are left out."""


class Chart:
    """Traefik's chart, rendered on demand."""

    def __init__(self, provider: provider_pb2_grpc.ResourceProviderStub, folder: Path) -> None:
        self._provider = provider
        self.folder = folder

    def container(self, values: Mapping[str, Any]) -> Container:
        """Return the Deployment's container with these values laid over the chart's own.

        Raises grpc.RpcError with Helm's complaint.
        """
        options = {
            "path": str(self.folder.absolute()),
            "release_name": TRAEFIK,
            "namespace": TRAEFIK,
            "values": values,
            "skip_crd_rendering": True,
            "kube_version": every_part()["kubernetes"].version,
            "api_versions": ["policy/v1/PodDisruptionBudget"],
        }
        arguments = struct_pb2.Struct()
        arguments.update({"jsonOpts": json.dumps(options)})
        request = provider_pb2.InvokeRequest(tok="kubernetes:helm:template", args=arguments)
        answer = json_format.MessageToDict(self._provider.Invoke(request, timeout=PATIENCE))
        objects = cast(list[dict[str, Any]], answer["return"]["result"])
        [deployment] = (each for each in objects if each["kind"] == "Deployment")
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        environment = {each["name"]: each["value"] for each in container["env"] if "value" in each}
        return Container(container["args"], environment)


@contextmanager
def chart() -> Generator[Chart]:
    """Yield the chart while the provider runs."""
    folder = Path(os.environ.get("TRAEFIK_CHART", STAND_IN))
    program = ensure("pulumi-kubernetes")["pulumi-kubernetes"] / "pulumi-resource-kubernetes"
    # The argument is the engine's address, which the provider only logs to.
    process = subprocess.Popen([program, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        with grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", -1)]
        ) as channel:
            provider = provider_pb2_grpc.ResourceProviderStub(channel)
            # A kubeconfig that is none: otherwise the provider takes the one of whoever runs this.
            variables = {"kubernetes:config:kubeconfig": "none"}
            provider.Configure(provider_pb2.ConfigureRequest(variables=variables), timeout=PATIENCE)
            yield Chart(provider, folder)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
