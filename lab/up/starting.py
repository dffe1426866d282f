"""The steps from a stack file to a lab in which Pulumi can run."""

import os
import platform
from collections.abc import Iterator

from lab import parts
from lab.charts import provide
from lab.engine.elsewhere import elsewhere
from lab.engine.environment import Engine
from lab.engine.otlp import otlp_receivers
from lab.engine.receivers import receivers
from lab.engine.stack_file import load
from lab.instance.choice import checked_config, pod_network, stack_file
from lab.instance.lab import LabError
from lab.instance.supplies import Supplies
from lab.internet.ca import Authority
from lab.machine.pod_networks import POD_NETWORKS
from lab.parts import images
from lab.parts.observability import COLLECTOR, LOG_STORE, WATCHERS
from lab.paths import cache_dir, project_dir
from lab.up.undertaking import Undertaking
from network.config.zones import zones


def require_machine(_: Undertaking) -> None:
    """Refuse a machine on which no lab can run."""
    if platform.system() != "Linux" or os.geteuid() != 0:
        raise LabError(
            "the lab makes network namespaces and control groups: it needs Linux and root. "
            "Run it as root, for example: sudo make up"
        )


def read_stack(run: Undertaking) -> None:
    """Read what is asked for: the stack's config, the pod network, who serves the zone."""
    run.config = checked_config(run.stack)
    run.cni = pod_network(run.stack)
    run.zone = elsewhere(run.config, run.lab.folder)


def make_parts(run: Undertaking) -> None:
    """Have the real programs, and the images of them, which trust the lab's authority."""
    run.parts = parts.ensure(*needed_parts(run.cni), *_asked_for(run))
    run.bundle = Authority.at(cache_dir() / "authority").bundle
    run.images = images.ensure(run.parts, run.bundle)


def _asked_for(run: Undertaking) -> Iterator[str]:
    """The parts that only stacks like this one use."""
    if run.zone:
        yield "bind"
    observability = run.config.observability
    if observability is None:
        return
    if observability.prometheus.install is not None:
        yield from WATCHERS
    if observability.logs is not None or observability.traces is not None:
        yield COLLECTOR
    if observability.logs is not None and observability.logs.store.install is not None:
        yield LOG_STORE


def needed_parts(cni: str) -> tuple[str, ...]:
    """Every part but those of other pod networks, and those that only some stacks or proofs use."""
    of_others = {part for name, pods in POD_NETWORKS.items() if name != cni for part in pods.parts}
    known = parts.every_part().items()
    return tuple(name for name, part in known if name not in of_others and not part.optional)


def provide_charts(run: Undertaking) -> None:
    """Have the charts, since no repository can be reached from within the lab."""
    run.charts = provide(run.parts, run.lab.folder / "charts", cache_dir(), run.config)
    for name, chart in run.charts.items():
        run.say(f"chart {name}: {chart.origin}")


def start_lab(run: Undertaking) -> None:
    """Start the daemon with everything around it, unless it runs."""
    adopted = tuple(
        zone.name
        for zone in zones(run.config.external.dns)
        if zone.says.mode == "adopt" and zone.says.provider == "digitalocean"
    )
    told = tuple(
        (receiver.host, receiver.port)
        for receiver in receivers(load(stack_file(run.stack)).get("config", {}))
    )
    sent = tuple(otlp_receivers(run.config, run.lab.folder))
    run.lab.start(Supplies(run.cni, run.zone, adopted, told, sent, run.parts, run.images), run.say)


def prepare_engine(run: Undertaking) -> None:
    """Have Pulumi ready to work against the lab."""
    facts = run.lab.facts()
    run.engine = Engine(
        project=project_dir(),
        stack=run.stack,
        original=stack_file(run.stack),
        state=run.lab.folder,
        pulumi=run.parts["pulumi"] / "pulumi",
        kubernetes_plugin=run.parts["pulumi-kubernetes"] / "pulumi-resource-kubernetes",
        commands={"kubectl": run.parts["kubectl"] / "kubectl"},
        charts={name: chart.folder for name, chart in run.charts.items()},
        digitalocean_port=facts["provider_port"],
        digitalocean_token=facts["token"],
        bundle=run.bundle,
        cni=run.cni,
    )
    run.engine.prepare()
