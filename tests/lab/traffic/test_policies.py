"""Policies that change under load: no request of a declared flow fails on the way."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab
from tests.stacks import stack_file

pytestmark = pytest.mark.lab

TO_API, TO_SITE = "http://api.api:8080/", "http://web.site:8080/"
ADDED = {"application": "site", "workload": "web", "port": "http", "reason": "shows pages of the site"}


def with_another_flow(content: dict[str, Any]) -> None:
    """Let shop/web talk to site/web, beside what it may already."""
    declared = stack_file("dev")["network:applications"]["shop"]["talksTo"]["web"]
    content["network:applications"]["shop"] = {"talksTo": {"web": [*declared, ADDED]}}


def with_a_renamed_workload(content: dict[str, Any]) -> None:
    """Call site/web site/front: its pods stay, its Service and its policies get other names."""
    site = content["network:applications"]["site"]
    site["workloads"]["front"] = site["workloads"].pop("web")
    for route in site["routes"].values():
        route["workload"] = route["workload"].replace("web", "front")


def reaches(traffic: TrafficLab, url: str) -> bool:
    """Whether a pod of shop/web gets an answer, on a connection of its own."""
    namespace = traffic.target("shop/web").kubectl[1]
    pod = next(iter(traffic.pods("shop/web")))
    answer = traffic.run("kubectl", "exec", pod, namespace, "--", "demo", "get", "-t", "5s", url, status=None)
    return '"workload"' in answer


@contextmanager
def asked_all_the_time(traffic: TrafficLab, url: str) -> Generator[list[bool]]:
    """A pod of shop/web asks, again and again, until the block ends; yields whether each got an answer."""
    answered: list[bool] = []
    ended = Event()

    def go_on() -> None:
        while not ended.is_set():
            answered.append(reaches(traffic, url))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(go_on)
        try:
            yield answered
        finally:
            ended.set()
            running.result()


def test_no_request_of_a_declared_flow_fails_while_another_flow_is_added_and_removed(
    traffic: TrafficLab,
) -> None:
    assert reaches(traffic, TO_API)
    assert not reaches(traffic, TO_SITE)
    with (
        traffic.outside.stream(f"https://shop.{ZONE}/", rate=5, clients=2, keep_alive=False) as to_shop,
        traffic.outside.stream(f"https://site.{ZONE}/", rate=5, clients=2, keep_alive=False) as to_site,
        asked_all_the_time(traffic, TO_API) as to_api,
    ):
        with traffic.changed(with_another_flow):
            until(lambda: reaches(traffic, TO_SITE), "the new flow is open")
        until(lambda: not reaches(traffic, TO_SITE), "the removed flow is closed")
    assert all(to_api)
    assert [*to_shop.failures, *to_site.failures] == []
    told = {"shop": len(to_shop.tries), "site": len(to_site.tries), "api, from a pod": len(to_api)}
    assert min(told.values()) > 10
    print(f"requests: {told}; failed: 0")


def test_no_request_fails_while_a_workload_is_renamed_and_named_as_before(traffic: TrafficLab) -> None:
    def names(kind: str) -> set[str]:
        listed = traffic.kubectl("get", kind, "--namespace=site", "--output=name").split()
        return {each.partition("/")[2] for each in listed}

    url = f"https://site.{ZONE}/"
    before = names("services"), names("networkpolicies")
    with traffic.outside.stream(url, rate=20, clients=2, keep_alive=False) as to_site:
        with traffic.changed(with_a_renamed_workload):
            assert names("services") == before[0] - {"web"} | {"front"}
            assert names("networkpolicies") == before[1] - {"site-web"} | {"site-front"}
        assert (names("services"), names("networkpolicies")) == before
    assert to_site.failures == []
    print(f"requests: {len(to_site.tries)}; failed: 0")
