"""The series that Traefik makes are as many as are computed, so that what is sized by them fits (OBS-1)."""

import ssl
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from network import capacity
from network.cli.capacity_live import look
from network.plan.observability.series import of_replica
from tests.lab.asked import ZONE, ask_each, host, many_routes
from tests.lab.patience import until
from tests.lab.prometheus_alone import PrometheusAlone, monitor, prometheus_alone, scrape
from tests.lab.traefik_alone import TraefikAlone, traefik_alone

pytestmark = pytest.mark.lab

ROUTES = 100
BURST = 100


class Watched(NamedTuple):
    """A Traefik with a hundred routes, and the Prometheus that scrapes it."""

    traefik: TraefikAlone
    prometheus: PrometheusAlone


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("series")
    with traefik_alone(many_routes(ROUTES), folder) as traefik:
        job = scrape(monitor(traefik.plan, "traefik"), f"127.0.0.1:{traefik.ports['metrics']}")
        with prometheus_alone(traefik.plan, [job], folder, "1s") as prometheus:
            yield Watched(traefik, prometheus)


@pytest.mark.parametrize("routes", [10, ROUTES])
def test_each_route_that_is_asked_makes_as_many_as_computed(watched: Watched, routes: int) -> None:
    """Of a route that nobody asks there are none: those that are asked count, however many there are."""
    ask_each(watched.traefik, range(routes))
    computed = of_replica(watched.traefik.config, routers=routes, services=routes)
    asked = time.time()

    def scraped() -> bool:
        found = watched.prometheus.query('timestamp(up{job="traefik"})')
        return bool(found) and float(found[0]["value"][1]) > asked

    until(scraped, "Traefik is scraped again", 30)
    ((_, counted),) = (each["value"] for each in watched.prometheus.query('count({job="traefik"})'))
    assert int(counted) == pytest.approx(computed, rel=0.1)


def test_a_burst_of_a_kind_of_answer_that_had_never_been_given_counts_whole(watched: Watched) -> None:
    """All of it may be there at the first scrape that sees its series."""
    with watched.traefik.connected(ZONE, ssl.TLSVersion.TLSv1_3) as connection:
        for _ in range(BURST):
            connection.request("GET", "/?status=507", headers={"Host": host(0)})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 507

    failed = 'traefik_router_requests_total{job="traefik",code="507"}'

    def counted() -> bool:
        found = watched.prometheus.query(f"sum(increase({failed}[5m]))")
        return bool(found) and float(found[0]["value"][1]) == pytest.approx(BURST, rel=0.1)

    until(counted, f"{BURST} failures are counted", 60)

    def recorded() -> bool:
        found = watched.prometheus.query('network:sli_errors:rate5m{sloth_service="first"} * 300')
        return bool(found) and float(found[0]["value"][1]) >= 0.9 * BURST

    until(recorded, "the objective has counted them", 60)


def test_capacity_reads_todays_figures_and_what_is_absent_is_told(watched: Watched) -> None:
    """Each of its expressions is Prometheus' own language, asked of Prometheus itself."""
    ask_each(watched.traefik, range(10))
    config = watched.traefik.config
    limits = capacity.build(config, watched.traefik.plan).limits
    asked = {limit.name for limit in limits if limit.today is not None}

    def requests_come() -> bool:
        return (look(config, watched.prometheus.url, ()).load["requests"].value or 0) > 0

    until(requests_come, "Prometheus has seen requests twice", 30)
    found = look(config, watched.prometheus.url, limits)
    assert found.today.keys() == asked
    requests = found.today["load balancer, public: requests"].value
    assert requests is not None
    assert requests > 0
    assert found.today["Traefik: connections by memory"].value is not None
    assert (found.load["megabits"].value or 0) > 0
    unseen = {name: seen.reason for name, seen in found.today.items() if seen.value is None}
    # Nothing but Traefik is scraped here.
    assert {"nodes: memory", "CoreDNS: queries", "Prometheus: series by memory"} <= unseen.keys()
    assert all("has no series for" in reason for reason in unseen.values())
