"""The reachability analysis: whole processes, beside network-config-analyzer, and as clusters grow.

Times are processor seconds, which load on the machine changes little. Beside the other analyser parsed input
is in memory on both sides, reading the same YAML is measured apart, and then the whole processes are.
"""

import argparse
import gc
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bench.reachability_worlds import Manifest, mesh, platform
from lab.parts.provide import ensure
from network.reachability import analyse
from network.reachability.compare import compare
from network.reachability.read import yaml_files

T = TypeVar("T")

SIZES = (1_000, 10_000, 100_000)
"""Pods; a hundredth as many namespaces, a tenth as many policies."""
ROUNDS = 5
WHOLE = (400, 1_600)
"""Workloads of the whole processes."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reachability", description=__doc__)
    parser.add_argument("--workloads", type=int, default=400, help="of the comparison; 0 leaves it out")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of pods to grow over")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.size:
        print(json.dumps(_measure(options.size)))
        return
    _whole(WHOLE)
    if options.workloads:
        _beside(options.workloads)
    _growth(options.sizes)


def _whole(sizes: Iterable[int]) -> None:
    """Print what the command costs from its start to its end, and how much of it is starting."""
    starting = _cost([sys.executable, "-m", "network", "reachability", "--help"])
    print(f"{'workloads':>10} {'policies':>9} {'YAML MiB':>9} {'whole':>8} {'starting':>9}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _write(mesh(size), Path(folder))
            whole = _cost([sys.executable, "-m", "network", "reachability", "--folder", folder])
            bytes_ = (Path(folder) / "objects.yaml").stat().st_size
        policies = 5 * size + 1
        print(f"{size:10} {policies:9} {bytes_ / 2**20:9.1f} {whole:8.2f} {starting:9.2f}", flush=True)
    print()


def _cost(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Return the processor seconds of a process, the best of the rounds."""
    best = math.inf
    for _ in range(ROUNDS if environment is None else 1):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env=environment)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, now.ru_utime - used.ru_utime + now.ru_stime - used.ru_stime)
    return best


def _beside(workloads: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write(mesh(workloads), Path(folder))
        contents, reading = _timed(lambda: yaml_files.read(Path(folder)), 1)
        cluster = contents.cluster()
        found, analysing = _timed(lambda: analyse(cluster), ROUNDS)
        environment = os.environ | {"PYTHONPATH": str(ensure("nca")["nca"] / "packages")}
        worker = Path(__file__).with_name("reachability_nca.py")
        command = [sys.executable, "-S", str(worker), folder]
        theirs = json.loads(subprocess.check_output(command, env=environment, text=True))
        ours = _cost([sys.executable, "-m", "network", "reachability", "--folder", folder])
        whole = {"ours": ours, "theirs": _cost(command, environment)}
    print(f"{workloads} workloads, a default deny and four flows each, {len(cluster.policies)} policies")
    print(f"{'':12} {'ours':>10} {'nca':>10} {'ratio':>8}")
    for what, ours, other in (
        ("reading", reading, theirs["reading"]),
        ("analysing", analysing, theirs["analysing"]),
        ("whole", whole["ours"], whole["theirs"]),
    ):
        print(f"{what:12} {ours:10.3f} {other:10.3f} {other / ours:8.0f}")
    print(f"{'rows':12} {len(found.rows):10} {theirs['rows']:10}", flush=True)


def _growth(sizes: Iterable[int]) -> None:
    print(f"\n{'pods':>8} {'reading':>10} {'analysing':>10} {'comparing':>10} {'rows':>8} {'peak MiB':>9}")
    results: list[dict[str, Any]] = []
    for size in sizes:
        # Each size has a process of its own, so that its peak of memory is its own.
        command = [sys.executable, "-m", "bench.reachability", "--size", str(size)]
        results.append(json.loads(subprocess.check_output(command, text=True)))
        one = results[-1]
        print(
            f"{one['pods']:8} {one['reading']:10.3f} {one['analysing']:10.4f} {one['comparing']:10.4f}"
            f" {one['rows']:8} {one['peak']:9.0f}",
            flush=True,
        )
    first, last = results[0], results[-1]
    if len(results) > 1:
        grown = math.log(last["pods"] / first["pods"])
        exponents = (
            math.log(last[what] / first[what]) / grown for what in ("reading", "analysing", "comparing")
        )
        print(f"{'exponent':8} " + " ".join(f"{each:10.2f}" for each in exponents))
        both = [one["analysing"] + one["comparing"] for one in (first, last)]
        print(f"exponent of analysing and comparing together: {math.log(both[1] / both[0]) / grown:.2f}")


def _measure(pods: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        _write(platform(pods), Path(folder))
        contents, reading = _timed(lambda: yaml_files.read(Path(folder)), 1)
        before = contents.cluster()
        _write(platform(pods, changed=True), Path(folder))
        after = yaml_files.read(Path(folder)).cluster()
    del contents
    rounds = ROUNDS * max(1, 10_000 // pods)
    was, analysing = _timed(lambda: analyse(before), rounds)
    now = analyse(after)
    difference, comparing = _timed(lambda: compare(was, now), rounds)
    assert difference
    return {
        "pods": pods,
        "reading": reading,
        "analysing": analysing,
        "comparing": comparing,
        "rows": len(was.rows),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _write(manifests: Iterable[Manifest], folder: Path) -> None:
    with (folder / "objects.yaml").open("w") as file:
        yaml.dump_all(manifests, file, Dumper=yaml.CSafeDumper)


def _timed(work: Callable[[], T], rounds: int) -> tuple[T, float]:
    """Return the result and the best of the rounds: whatever else takes the processor only adds."""
    best = math.inf
    results: list[T] = []
    for _ in range(rounds):
        results.clear()
        gc.collect()
        started = time.process_time()
        results.append(work())
        best = min(best, time.process_time() - started)
    return results[0], best


if __name__ == "__main__":
    main()
