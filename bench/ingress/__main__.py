"""Traefik with our settings beside the chart's defaults, and the cost of each feature that we add.

The same binary, backend and requests on both sides, in turn; the chart renders the arguments. Load comes from
this machine and takes its processors too, so only ratios mean something: medians over the rounds of each
round's ratio. All connections are kept open, over TLS and HTTP/1.1.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import bcrypt

from bench.ingress import processes
from bench.ingress.cases import PASSWORD, USER, Case, cases, compressions
from bench.ingress.chart import Container, chart
from bench.ingress.dynamic import Surroundings, configuration, host, spelled
from bench.ingress.rounds import measure, show
from bench.ingress.settings import DEFAULTS, defaults_with_features, on_loopback, variants, watching
from lab.internet.ca import Authority
from network import plan
from network.config import StackConfig
from network.config.observability import Observability
from tests import stacks

BCRYPT_ROUNDS = 5
"""What `htpasswd -B` takes unless told otherwise."""


def main() -> None:
    """Print a line per case."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingress", description=__doc__)
    parser.add_argument(
        "--stack", default="dev", help="whose settings and chains; or `everything`: all kinds"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of load, each time")
    parser.add_argument("--only", nargs="*", default=[""], help="cases whose title contains one of these")
    options = parser.parse_args()
    every = options.stack == "everything"
    config = stacks.everything() if every else stacks.stack_config(options.stack)
    wanted = [
        each
        for each in cases(plan.build(config).traffic, config.traffic.default_chain)
        if any(words in each.title for words in options.only)
    ]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        traefiks = _start(config, wanted, Path(folder), running)
        costs = measure(wanted, traefiks, options.rounds, options.seconds)
    show(wanted, costs)


def _start(
    config: StackConfig, wanted: Sequence[Case], folder: Path, running: ExitStack
) -> Mapping[str, processes.Traefik]:
    """Start what the cases need, until `running` ends. Return each Traefik by the name of its settings."""
    built = plan.build(config)
    manifests = (*built.traffic.middlewares, *built.traffic.chains)
    shared = any("redis" in each["spec"].get("rateLimit", {}) for each in manifests)
    secret = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(BCRYPT_ROUNDS)).decode()
    surroundings = Surroundings(
        backend=running.enter_context(processes.backend()),
        redis=running.enter_context(processes.redis()) if shared else "",
        users=[f"{USER}:{secret}"],
    )
    middlewares = {each["metadata"]["name"]: spelled(each, surroundings) for each in manifests}
    certificate = Authority.at(folder / "authority").issue(["localhost"], folder / "certificate.pem")
    sides = {side for case in wanted for side in (case.base, case.side)}
    routes = sorted({side.middlewares for side in sides})
    containers = _containers(
        built.ingress.release.values, plan.build(_watched(config)).ingress.release.values
    )
    collector = running.enter_context(processes.collector())
    result: dict[str, processes.Traefik] = {}
    for name in sorted({side.settings for side in sides}):
        tls_options = None if name == DEFAULTS else built.ingress.tls_options[0]["spec"]
        # JSON is YAML too, and Traefik reads no file that is called otherwise.
        file = folder / f"{name}.yaml"
        content = configuration(middlewares | compressions(), routes, certificate, tls_options, surroundings)
        file.write_text(json.dumps(content))
        arguments, port = on_loopback(containers[name].arguments, processes.free_port, collector)
        result[name] = running.enter_context(
            processes.traefik(
                [*arguments, f"--providers.file.filename={file}", "--providers.file.watch=false"],
                containers[name].environment,
                port,
                host(routes[0]),
                folder / f"{name}.log",
            )
        )
    return result


def _watched(config: StackConfig) -> StackConfig:
    """Return the same stack with access log, metrics and traces."""
    asked = {"prometheus": {"install": {}}, "traces": {"endpoint": {"url": "https://otlp.example.org"}}}
    ingress = config.ingress.model_copy(update={"access_log": True})
    update = {"ingress": ingress, "observability": Observability.model_validate(asked)}
    return config.model_copy(update=update)


def _containers(values: Mapping[str, object], watched: Mapping[str, object]) -> Mapping[str, Container]:
    """Return what Traefik is started with, by the name of its settings."""
    with chart() as rendered:
        ours = rendered.container(values)
        defaults = rendered.container(defaults_with_features(values))
        telling = rendered.container(watched)
    print(f"chart: {rendered.folder}", file=sys.stderr)
    own = {
        name: Container(arguments, (defaults if name == DEFAULTS else ours).environment)
        for name, arguments in variants(ours.arguments, defaults.arguments).items()
    }
    ways = watching(telling.arguments)
    return own | {name: Container(arguments, telling.environment) for name, arguments in ways.items()}


if __name__ == "__main__":
    main()
