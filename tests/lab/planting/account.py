"""What somebody changes in the account for a while, past the program: by its API, as the control panel
does."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from lab.cloud.faults import Fault, inject, release
from lab.cloud.options import choose
from lab.cloud.state import Kind
from tests.lab.planting.objects import Plant
from tests.lab.traffic_lab import ZONE, TrafficLab

Object = Mapping[str, Any]

TTL = 300
"""Seconds; of every record that the stack declares there."""


def called(traffic: TrafficLab, method: str, path: str, body: Object | None = None) -> dict[str, Any]:
    """Call the account's API."""
    given = ["--data", json.dumps(body), "--header", "Content-Type: application/json"] if body else []
    token = f"Authorization: Bearer {traffic.engine.digitalocean_token}"
    url = f"https://api.digitalocean.com/v2/{path}"
    return json.loads(traffic.run("curl", "-sS", "--fail", "-X", method, "-H", token, *given, url) or "{}")


def record(kind: str, name: str, change: Object, zone: str = ZONE, **which: str) -> Plant:
    """A record says something else."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        path = f"domains/{zone}/records"
        wanted = {"type": kind, "name": name, **which}
        listed = called(traffic, "GET", f"{path}?per_page=200")["domain_records"]
        found = next(each for each in listed if wanted.items() <= each.items())
        # Names are written with the final dot that the API leaves out when it tells them.
        dot = "." if kind == "CAA" else ""
        before = {**found, "data": f"{found['data']}{dot}"}
        called(traffic, "PUT", f"{path}/{found['id']}", {**before, **change})
        try:
            yield
        finally:
            called(traffic, "PUT", f"{path}/{found['id']}", before)

    return planted


def another_record(kind: str, name: str, data: str, zone: str = ZONE) -> Plant:
    """A zone has a record that nobody planned, for as long as others of its name."""
    body = {"type": kind, "name": name, "data": data, "ttl": TTL}
    return another(f"domains/{zone}/records", "domain_record", body)


def another(path: str, answer: str, body: Object | Callable[[TrafficLab], Object]) -> Plant:
    """The account has an object that nobody planned; `answer` names it in the API's answer."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        wanted = body(traffic) if callable(body) else body
        made = called(traffic, "POST", path, wanted)[answer]
        try:
            yield
        finally:
            called(traffic, "DELETE", f"{path}/{made['id']}")

    return planted


@contextmanager
def load_balancers_in_error(traffic: TrafficLab) -> Generator[None]:
    """The account tells that every load balancer has failed."""
    folder = traffic.platform.folder / "cloud"
    choose(folder, balancer_state="errored")
    try:
        yield
    finally:
        choose(folder, balancer_state="")


@contextmanager
def nobody_looks_after_services(traffic: TrafficLab) -> Generator[None]:
    """The cloud controller does nothing; afterwards it makes load balancers what their Services ask for."""
    folder = traffic.platform.folder / "cloud"
    choose(folder, controllers_away=True)
    try:
        yield
    finally:
        choose(folder, controllers_away=False)


def balancer(name: str, change: Callable[[Object], Object]) -> Plant:
    """The control panel changes a load balancer, and the controller hears nothing of it."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        listed = called(traffic, "GET", "load_balancers")["load_balancers"]
        found = next(each for each in listed if each["name"] == name)
        with nobody_looks_after_services(traffic):
            called(traffic, "PUT", f"load_balancers/{found['id']}", {**found, **change(found)})
            yield

    return planted


def cluster(change: Callable[[Object], Object]) -> Plant:
    """The control panel changes settings of the cluster."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        found = the_cluster(traffic)
        path = f"kubernetes/clusters/{found['id']}"
        changed = change(found)
        called(traffic, "PUT", path, {"name": found["name"], **changed})
        try:
            yield
        finally:
            before = {key: _given(found, key) for key in changed}
            called(traffic, "PUT", path, {"name": found["name"], **before})

    return planted


def _given(found: Object, key: str) -> Any:
    """A setting as it was asked for: to a cluster's tags DigitalOcean adds its own."""
    return [tag for tag in found[key] if not tag.startswith("k8s")] if key == "tags" else found[key]


def the_cluster(traffic: TrafficLab) -> dict[str, Any]:
    """The stack's cluster, as the account has it."""
    (found,) = traffic.platform.account[Kind.CLUSTER].values()
    return found


def refusing(operation: str, message: str = "You are not authorized to perform this operation") -> Plant:
    """The account's API refuses an operation, such as `list_firewalls`: a right is missing."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        folder = traffic.platform.folder / "cloud"
        inject(folder, Fault(operation, times=10_000, status=403, message=message))
        try:
            yield
        finally:
            release(folder, operation)

    return planted
