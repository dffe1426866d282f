"""Series of Traefik, and memory of Prometheus, as routes grow: counted beside the number computed.

The stack's plan loaded into Traefik, each route asked by every method for every answer and by both versions
of TLS that the computation supposes, scraped by a Prometheus as the stack's monitor says, with the stack's
rules. After some scrapes Prometheus is ended and started again: reading what it wrote is when it needs most.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from network.plan.observability.series import of_replica
from tests.lab.asked import ask_each, many_routes
from tests.lab.patience import until
from tests.lab.prometheus_alone import PrometheusAlone, monitor, prometheus_alone, scrape
from tests.lab.traefik_alone import traefik_alone

PATIENCE = 300
"""Seconds until Prometheus has what Traefik tells, or has read what it wrote."""


class Found(NamedTuple):
    """What one size of a stack makes."""

    computed: int
    counted: int
    """Series of job `traefik`."""
    held: int
    """By Prometheus in all: rules and its own."""
    seconds: float
    """Of one scrape."""
    mebibytes: float
    """That Prometheus had at most while it scraped."""
    again: float
    """The same of the next one, which read what was written."""


def main() -> None:
    """Print a line per size."""
    parser = argparse.ArgumentParser(prog="python -m bench.series", description=__doc__)
    parser.add_argument("--routes", type=int, nargs="*", default=[0, 10, 100, 1000])
    parser.add_argument("--interval", default="5s", help="between scrapes, and evaluations of rules")
    parser.add_argument("--seconds", type=int, default=120, help="for which it scrapes")
    options = parser.parse_args()
    print(
        f"{'routes':>6} {'computed':>9} {'counted':>9} {'ratio':>6} {'held':>9} {'scrape s':>9} "
        f"{'MiB':>7} {'again':>7} {'KiB each more':>14}"
    )
    first: Found | None = None
    for routes in options.routes:
        with tempfile.TemporaryDirectory() as folder:
            found = _measured(routes, options.interval, options.seconds, Path(folder))
        first = first or found
        more = found.held - first.held
        grown = max(found.mebibytes, found.again) - max(first.mebibytes, first.again)
        each = f"{grown * 1024 / more:14.2f}" if more else ""
        print(
            f"{routes:6} {found.computed:9} {found.counted:9} {found.counted / found.computed:6.2f} "
            f"{found.held:9} {found.seconds:9.2f} {found.mebibytes:7.0f} {found.again:7.0f} {each}",
            flush=True,
        )


def _measured(routes: int, interval: str, seconds: int, folder: Path) -> Found:
    config = many_routes(max(routes, 1))
    with traefik_alone(config, folder) as traefik:
        ask_each(traefik, range(routes))
        job = scrape(monitor(traefik.plan, "traefik"), f"127.0.0.1:{traefik.ports['metrics']}")
        with prometheus_alone(traefik.plan, [job], folder, interval) as prometheus:
            until(lambda: _value(prometheus, 'up{job="traefik"}') == 1, "Traefik is scraped", PATIENCE)
            time.sleep(seconds)
            counted = _value(prometheus, 'count({job="traefik"})')
            held = _held(prometheus)
            took = _value(prometheus, 'max_over_time(scrape_duration_seconds{job="traefik"}[10m])')
            most = prometheus.mebibytes("VmHWM")
        with prometheus_alone(traefik.plan, [job], folder, interval) as again:
            until(lambda: _held(again) >= held, "what was written is read", PATIENCE)
            time.sleep(seconds / 4)
            most_again = again.mebibytes("VmHWM")
    return Found(of_replica(config, routes, routes), int(counted), int(held), took, most, most_again)


def _held(prometheus: PrometheusAlone) -> int:
    """Return the series in its head."""
    return int(prometheus.get("status/tsdb")["headStats"]["numSeries"])


def _value(prometheus: PrometheusAlone, expression: str) -> float:
    """Return an expression's value; 0 where it has none."""
    found = prometheus.query(expression)
    return float(found[0]["value"][1]) if found else 0.0


if __name__ == "__main__":
    main()
