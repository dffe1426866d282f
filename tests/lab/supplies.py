"""The parts and images that a cluster in a test is made of."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import certifi

from lab import parts as lab_parts
from lab.machine.inputs import NEEDED_PARTS
from lab.machine.pod_networks import POD_NETWORKS
from lab.parts import images as lab_images


@cache
def parts() -> Mapping[str, Path]:
    return lab_parts.ensure(*NEEDED_PARTS, *POD_NETWORKS["cilium"].parts, "pause", "coredns")


@cache
def images() -> Mapping[str, Path]:
    return lab_images.ensure(parts(), Path(certifi.where()))
