"""A stack of many routes, of which each is asked in every way that the number of its series supposes."""

import itertools
import ssl
from collections.abc import Iterable
from http.client import HTTPConnection

from network.config import StackConfig
from network.plan.observability.series import CODES, METHODS
from tests import stacks
from tests.lab.traefik_alone import TraefikAlone

ZONE = "dev.k8s.webgrip.nl"

STATUSES = (200, 301, 404, 503)
"""Answers of a backend: what usual ones are makes no difference to their number."""
USED_METHODS = ("GET", "POST")
VERSIONS = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2)
assert (len(STATUSES), len(USED_METHODS), len(VERSIONS)) == (CODES, METHODS, 2)


def many_routes(count: int) -> StackConfig:
    """Return the dev stack, watched, with so many routes and nothing before them that refuses."""
    application = {
        "workloads": {"web": {"labels": {"app": "web"}, "ports": {"http": {"port": 8080}}}},
        "routes": {
            f"route-{number}": {"host": host(number), "workload": "web", "port": "http"}
            for number in range(count)
        },
    }
    left_out = ("network:applications", "network:access", "network:traffic", *stacks.WATCHING)
    observability = {
        "prometheus": {"install": {}},
        "objectives": {"first": {"host": host(0), "availability": 99.9}},
    }
    over = {"network:applications": {"many": application}, "network:observability": observability}
    return stacks.stack_config("dev", over, without=left_out)


def host(number: int) -> str:
    """Return the host of a route."""
    return f"h{number}.{ZONE}"


def ask_each(traefik: TraefikAlone, numbers: Iterable[int]) -> None:
    """Ask these routes by every method, for every answer, and once by the older version of TLS."""
    newest, oldest = VERSIONS
    with traefik.connected(ZONE, newest) as new, traefik.connected(ZONE, oldest) as old:
        for number in numbers:
            old.request("GET", "/", headers={"Host": host(number)})
            assert _status(old) == 200
            for method, status in itertools.product(USED_METHODS, STATUSES):
                new.request(method, f"/?status={status}", headers={"Host": host(number)})
                assert _status(new) == status
    for method in USED_METHODS:
        assert traefik.ask_plainly(host(0), method) in (301, 308)


def _status(connection: HTTPConnection) -> int:
    answer = connection.getresponse()
    answer.read()
    return answer.status
