"""`network check` and `network plan` as stacks grow: processor seconds, and the exponent they grow with."""

import argparse
import gc
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from network.cli.check import check_file
from network.cli.plan import document
from tests import stacks

Applications = dict[str, Any]

QUARTER = 4
"""How much smaller the smaller stack is."""
LARGE = {"flows of one workload": 10_000, "applications with 20 flows each": 1_000}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the full sizes, for a short run")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_measure(options.one[0], int(options.one[1]))))
        return
    print(f"{'':34} {'size':>7} {'check':>8} {'plan':>8}")
    for what, full in LARGE.items():
        large = max(QUARTER, int(full * options.share))
        sizes = (large // QUARTER, large)
        first, last = (_alone(what, size) for size in sizes)
        for size, one in zip(sizes, (first, last), strict=True):
            print(f"{what:34} {size:7} {one['check']:8.2f} {one['plan']:8.2f}")
        exponents = (math.log(last[key] / first[key]) / math.log(QUARTER) for key in ("check", "plan"))
        print(f"{'exponent':42} " + " ".join(f"{each:8.2f}" for each in exponents), flush=True)


def _alone(what: str, size: int) -> dict[str, float]:
    """Measure in a process of its own: what others left in memory would count."""
    command = [sys.executable, "-m", "bench.growth", "--one", what, str(size)]
    return json.loads(subprocess.check_output(command, text=True))


def _measure(what: str, size: int) -> dict[str, float]:
    applications = _flows(size) if what.startswith("flows") else _applications(size)
    with tempfile.TemporaryDirectory() as folder:
        # The first run imports and caches what every further one finds.
        assert not check_file(_stack(Path(folder), _flows(1))).problems
        file = _stack(Path(folder), applications)
        return {"check": _timed(lambda: check_file(file)), "plan": _timed(lambda: document(file))}


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


def _stack(folder: Path, applications: Applications) -> Path:
    """Write the dev stack with other applications, and nobody to administer or watch those it had."""
    config = stacks.stack_file("dev", (*stacks.WATCHING, "network:access"))
    config["network:applications"] = applications
    file = folder / "Pulumi.dev.yaml"
    with file.open("w") as written:
        yaml.dump({"config": config}, written, Dumper=yaml.CSafeDumper)
    return file


def _flows(count: int) -> Applications:
    return {"app": _application("app", count)}


def _applications(count: int) -> Applications:
    return {f"app-{number}": _application(f"app-{number}", 20) for number in range(count)}


def _application(name: str, flows: int) -> Applications:
    return {
        "workloads": {"web": {"labels": {"app": name}, "ports": {"http": {"port": 8080}}}},
        "talksTo": {
            "web": [
                {"host": f"h{number}.example.com", "port": 443, "reason": "An example."}
                for number in range(flows)
            ]
        },
    }


if __name__ == "__main__":
    main()
