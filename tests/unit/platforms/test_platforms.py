"""Stack files of platforms that others run: valid, refused where DigitalOcean refuses, and closed but for
what they declare."""

import re

import pytest

from network.cli.across import check_files
from network.cli.reachability.of_stack import of_config
from network.cli.reachability.reading import analysed, point
from network.config.load import check
from network.plan import build
from network.plan.model.names import application_namespace
from network.reachability import Reachability
from network.reachability.ask import peers
from network.reachability.expectations import cut
from network.reachability.ports import parse
from tests import platforms

WARNED = {
    "media": (
        # The load balancer's ranges are for all of its ports, and cameras come in by those of live pictures.
        "network:ingress.loadBalancer.sourceRanges: everybody may go around the CDN",
    ),
    "office": (
        # An old application of which nobody knows whom it talks to: its policies report, to be read first.
        "network:applications.ledger.policies: nothing isolates the pods",
    ),
    "notebooks": (
        # Notebooks have paths with encoded slashes; the hub asks for a login below /hub/admin itself.
        "network:applications.hub.routes.admin: with encoded slashes let in",
    ),
}
"""What is warned of all the same, and stays: the platform needs it so."""


@pytest.fixture(scope="module", params=platforms.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def reachability(name: str) -> Reachability:
    found, _ = analysed(of_config(platforms.config(name)), None)
    return found


def test_there_are_ten() -> None:
    assert len(platforms.NAMES) == 10
    assert {file.stem for file in (platforms.FOLDER / "expected").iterdir()} == set(platforms.NAMES)


def test_all_are_valid_one_beside_the_other() -> None:
    """As `network check --file` reads them, encrypted values included."""
    files = [platforms.file(each) for each in platforms.NAMES]
    found = {report.path.stem: report.problems for report in check_files(files, files)}
    assert found == dict.fromkeys(platforms.NAMES, ())


def test_a_platform_deserves_no_further_look(name: str) -> None:
    warnings = check(platforms.config_map(name)).warnings
    told = [f"{each.path}: {each.rule}" for each in warnings]
    assert [
        next((known for known in WARNED.get(name, ()) if each.startswith(known)), each) for each in told
    ] == [*WARNED.get(name, ())]


@pytest.mark.parametrize(
    ("name", "index"),
    [(each, index) for each in platforms.NAMES for index in range(len(platforms.expected(each).refused))],
)
def test_what_digitalocean_refuses_is_refused_with_the_reason(name: str, index: int) -> None:
    variant = platforms.expected(name).refused[index]
    problems = {each.path: each for each in check(platforms.config_map(name, variant.over)).problems}
    assert problems.keys() == variant.problems.keys()
    for path, says in variant.problems.items():
        rule, _, fix = says.partition(" | ")
        assert rule in problems[path].rule
        assert fix in problems[path].fix


def test_who_is_reached_from_outside_is_who_is_meant(name: str, reachability: Reachability) -> None:
    config, read = platforms.config(name), of_config(platforms.config(name))
    (traefik,) = {each.number for each in peers(reachability, "traefik/traefik", read.aliases)}
    reached: dict[str, str] = {}
    for application, declared in config.applications.items():
        namespace = application_namespace(config, application)
        for workload in declared.workloads:
            if declared.policies == "report":
                continue
            for there in peers(reachability, f"{namespace}/{workload}", read.aliases):
                ports = reachability.ports(traefik, there.number)
                if ports:
                    reached[f"{namespace}/{workload}"] = str(ports)
    assert reached == platforms.expected(name).reached


def test_nobody_is_reached_from_the_internet_past_the_load_balancer(
    name: str, reachability: Reachability
) -> None:
    config = platforms.config(name)
    reporting = {
        application_namespace(config, application)
        for application, declared in config.applications.items()
        if declared.policies == "report"
    }
    own = {namespace.name for namespace in build(config).namespaces} - reporting
    assert {"traefik", "cert-manager"} < own
    facing = {
        str(workload)
        for exposure in reachability.internet_facing()
        for each in reachability.members(exposure.destinations)
        for workload in each.workloads
        if workload.namespace in own
    }
    assert facing == set()


@pytest.mark.parametrize("verdict", ["open", "closed"])
def test_connections_are_open_and_closed_as_is_meant(name: str, verdict: str) -> None:
    read = of_config(platforms.config(name))
    wanted = {"open": "allowed", "closed": "denied"}[verdict]
    for text in getattr(platforms.expected(name), verdict):
        asked = re.fullmatch(r"(\S+) to (\S+), (\S+)", text)
        assert asked is not None, text
        source, destination, ports = asked.groups()
        parts = point(read, None, source, destination, parse(ports))
        assert {part.verdict for part in parts} == {wanted}, (text, [str(part) for part in parts])


def test_no_declared_flow_is_cut(name: str, reachability: Reachability) -> None:
    assert cut(reachability, build(platforms.config(name)).flows) == ()
