"""Traefik's custom resource definitions, owned by the program because Helm never upgrades them
(ING-6)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pulumi
import yaml

from network.manifests import declare
from network.plan.kubernetes import Manifest

DOWNLOAD_TIMEOUT_SECONDS = 30

# The loader in C reads these half a megabyte ten times as fast; not every installation has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class TraefikDefinitionsArgs:
    """Where each definition is: URLs or paths of YAML files."""

    locations: Sequence[str]


class TraefikDefinitions(pulumi.ComponentResource):
    """The CRDs of Traefik's chart, at the chart's version."""

    definitions: Sequence[pulumi.Resource]
    """What every object of these kinds depends on."""

    def __init__(
        self,
        name: str,
        args: TraefikDefinitionsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webgrip:ingress:TraefikDefinitions", name, None, opts)
        self.definitions = [declare(self, each) for each in read_definitions(args.locations)]
        self.register_outputs({})


def read_definitions(locations: Sequence[str]) -> list[Manifest]:
    """Return the definitions in order; those behind URLs are fetched at the same time.

    Raises `pulumi.RunError` if one cannot be read.
    """
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(_read, locations))


def _read(location: str) -> Manifest:
    try:
        if "://" in location:
            with urlopen(location, timeout=DOWNLOAD_TIMEOUT_SECONDS) as response:
                text = response.read()
        else:
            text = Path(location).read_bytes()
    except OSError as error:
        raise pulumi.RunError(
            f"network:charts.traefik: the definition {location} cannot be read ({error}). Without "
            "internet, set network:charts.traefik.path to a folder that holds the chart."
        ) from None
    return yaml.load(text, Loader=_Loader)
