"""What could not be seen is said, and never taken for as planned (ADM-4)."""

import pytest

from network.diagnosis.facts import NameAnswer, Reply
from network.diagnosis.paths import questions, workflows
from network.diagnosis.paths.stack import Stack
from network.diagnosis.read.objects import RESOURCES
from network.diagnosis.walk import walk
from network.live.finding import CannotLookError, Finding, status
from network.plan import build
from network.plan.access import READER
from tests.stacks import everything, stack_config
from tests.unit.diagnosis.test_faults import HOST, ask, prepared
from tests.unit.diagnosis.world import World, healthy

FORBIDDEN = CannotLookError("kubectl get x", "forbidden", "look with the role network-reader")


def unseen(findings: list[Finding]) -> list[str]:
    assert all(each.verdict in ("as planned", "could not look") for each in findings)
    return [each.code for each in findings if each.verdict == "could not look"]


@pytest.mark.parametrize(
    ("kind", "namespace", "codes"),
    [
        ("NetworkPolicy", "api", ["policy"]),
        ("Pod", "traefik", ["traefik"]),
        ("Pod", "api", ["endpoints", "pod"]),
        ("IngressRoute", "api", ["router"]),
        ("Middleware", "traefik", ["middleware"]),
        ("Certificate", "traefik", ["certificate-served"]),
        ("EndpointSlice", "api", ["endpoints"]),
        ("Service", "api", ["service"]),
    ],
)
def test_a_missing_right_is_told_by_each_link_that_needs_it_and_stops_no_other(
    kind: str, namespace: str, codes: list[str]
) -> None:
    world = prepared(HOST)
    world.refused[kind, namespace] = FORBIDDEN
    findings = ask(world, HOST)
    assert unseen(findings) == codes
    assert status(findings) == 2
    told = next(each for each in findings if each.verdict == "could not look")
    assert (told.found, told.source, told.remedy) == (FORBIDDEN.reason, FORBIDDEN.source, FORBIDDEN.remedy)


def test_without_the_account_its_load_balancer_is_not_judged_and_the_service_tells_the_address() -> None:
    world = prepared(HOST)
    world.balancers = CannotLookError("GET /v2/load_balancers", "403", "a scope is missing")
    assert unseen(ask(world, HOST)) == ["load-balancer", "node-check", "node-port"]


def without_the_api(world: World) -> None:
    world.routers = CannotLookError("kubectl port-forward", "forbidden", "another role")


def test_without_traefik_s_api_objects_and_an_answer_are_enough() -> None:
    world = prepared(HOST)
    without_the_api(world)
    assert unseen(ask(world, HOST)) == []


def test_without_traefik_s_api_a_404_may_be_traefik_s_own() -> None:
    world = prepared(HOST)
    without_the_api(world)
    world.change(HOST, replies={"/": Reply(404, is_traefik_s_own=True)})
    findings = ask(world, HOST)
    assert unseen(findings) == ["router", "middleware"]
    assert any("access.platformEngineers" in each.remedy for each in findings)


def test_a_load_balancer_that_not_everybody_may_reach_is_not_called_broken() -> None:
    config = stack_config("dev", {"network:ingress": {"loadBalancer": {"sourceRanges": ["198.51.100.0/24"]}}})
    world = healthy(config)
    ask(world, HOST)
    refused = CannotLookError("nc -vz 203.0.113.100 443", "timed out", "nc")
    world.change(HOST, dials={443: refused}, handshake=refused, plain=refused, replies={"/": refused})
    assert unseen(ask(world, HOST)) == ["load-balancer", "entrypoint", "certificate-served", "answer"]


def test_a_resolver_that_does_not_answer_is_no_wrong_record() -> None:
    world = prepared(HOST)
    world.change(HOST, by_resolver={"192.0.2.53": FORBIDDEN})
    assert unseen(ask(world, HOST)) == ["record"]


def test_a_server_of_the_zone_that_is_silent_is_no_wrong_delegation() -> None:
    world = prepared(HOST)
    world.zones["dev.k8s.webgrip.nl"].authority.clear()  # pyright: ignore
    world.zones["dev.k8s.webgrip.nl"].authority["ns1.digitalocean.com"] = FORBIDDEN  # pyright: ignore
    assert unseen(ask(world, HOST)) == ["name-delegated"]


def test_a_host_outside_that_nobody_may_ask_for_is_not_called_gone() -> None:
    world = healthy(stack_config("prod"))
    host = "shop.k8s.webgrip.nl"
    ask(world, host)
    world.names["api.mollie.com"] = FORBIDDEN
    assert set(unseen(ask(world, host))) == {"dependencies"}
    world.names["api.mollie.com"] = NameAnswer("NXDOMAIN")
    assert {each.code for each in ask(world, host) if each.verdict == "differs"} == {"dependencies"}


def test_the_role_of_a_reader_may_read_every_kind_that_is_looked_at() -> None:
    role = next(
        each for each in build(stack_config("dev")).access.roles if each["metadata"]["name"] == READER
    )
    readable = {
        (group, resource)
        for rule in role["rules"]
        if {"get", "list"} <= set(rule["verbs"])
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    for name in RESOURCES.values():
        resource, _, group = name.partition(".")
        assert {(group, resource), (group, "*")} & readable, name


def test_a_stack_with_every_option_can_be_asked_everything_and_is_as_planned() -> None:
    stack = Stack.of(everything())
    for about in ("service-discovery", "connectivity", "certificates", "performance"):
        assert list(workflows.paths(stack, about))
    assert stack.wants.hosts
    assert "Secret" not in frozenset[str]().union(*stack.wants.kinds.values())


def test_two_routes_of_a_host_are_branches_of_which_one_may_be_broken() -> None:
    world = healthy(stack_config("prod"))
    host = "shop.k8s.webgrip.nl"
    path = questions.path(world.stack, [host])
    ask(world, host)
    world.change(host, replies={**world.hosts[host].replies, "/v1": Reply(503)})
    findings = ask(world, host)
    broken = [each for each in findings if each.verdict == "differs"]
    assert [each.subject for each in broken] == [f"{host}/v1"]
    assert len(path.branches) > 1
    verdicts = {each.verdict for each in walk(path, world.facts(world.stack.wants))}
    assert verdicts == {"as planned", "differs"}
