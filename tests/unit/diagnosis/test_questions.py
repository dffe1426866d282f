"""What can be asked, and what is said to who asks for nobody (ADM-4)."""

from typing import get_args

import pytest
from typer.testing import CliRunner

from network.cli import app, options
from network.cli.doctor import once
from network.diagnosis.paths import questions
from network.diagnosis.paths.questions import UnknownQuestionError
from network.diagnosis.paths.stack import Stack
from network.diagnosis.paths.workflows import About
from network.diagnosis.walk import Path
from network.live.finding import Finding, Verdict
from network.reachability.ask import UnknownNameError
from tests.stacks import ROOT, everything, stack_config


def codes(path: Path) -> list[str]:
    below = [code for branch in path.branches for code in codes(branch)]
    return [*(link.code for link in path.links), *below, *(link.code for link in path.then)]


@pytest.mark.parametrize(
    "words",
    [
        ["shop/web", "to", "api/api:8080"],
        ["shop/web", "->", "api/api:8080"],
        ["shop/web -> api/api:8080"],
        ["shop/shop-web", "to", "api/api-api:8080/tcp"],
    ],
)
def test_a_connection_is_asked_for_in_the_words_of_reachability(words: list[str]) -> None:
    path = questions.path(Stack.of(stack_config("dev")), words)
    assert codes(path)[0] == "source-pod"
    policy = next(link for link in path.links if link.code == "policy")
    assert policy.planned == "may connect on 8080/TCP"
    assert policy.declared == "applications.shop.talksTo.web[0]"


@pytest.mark.parametrize("host", ["shop.dev.k8s.webgrip.nl", "https://Shop.dev.k8s.webgrip.nl/cart?x=1"])
def test_a_host_may_be_pasted_from_a_browser(host: str) -> None:
    assert questions.path(Stack.of(stack_config("dev")), [host]).links[1].subject == "shop.dev.k8s.webgrip.nl"


def test_a_host_may_be_one_that_a_wildcard_fits() -> None:
    stack = Stack.of(everything())
    path = questions.path(stack, ["somebody.tenants.dev.k8s.webgrip.nl"])
    assert "somebody.tenants.dev.k8s.webgrip.nl" in stack.wants.hosts
    assert "router" in codes(path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody.dev.k8s.webgrip.nl"], "there are api.dev.k8s.webgrip.nl, shop.dev.k8s.webgrip.nl"),
        (["shop/nothing"], "there are api/api, shop/shop"),
        (["certificate", "other"], "there are wildcard"),
        (["certificate"], "no route serves certificate"),
        (["a", "b"], "is no question"),
        (["shop/web", "to", "api/api:70000"], "no port"),
    ],
)
def test_what_nobody_is_called_is_told_with_what_there_is(words: list[str], told: str) -> None:
    with pytest.raises(UnknownQuestionError, match=told):
        questions.path(Stack.of(stack_config("dev")), words)


def test_a_peer_of_nobody_is_told_as_reachability_tells_it() -> None:
    with pytest.raises(UnknownNameError, match="nothing is called shop/nobody"):
        questions.path(Stack.of(stack_config("dev")), ["shop/nobody", "to", "api/api:8080"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "ask one thing"),
        (["--all", "shop/shop"], "ask one thing"),
        (["--all"], "which stack? --stack dev or prod"),
        (["nobody.example.org", "--stack", "dev"], "no route serves nobody.example.org"),
        (["shop/nobody", "to", "api/api", "--stack", "dev"], "nothing is called shop/nobody"),
    ],
)
def test_what_cannot_be_asked_ends_with_2_before_anybody_looks(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(app, ["doctor", *arguments])
    assert done.exit_code == 2
    assert told in done.output


def test_every_workflow_can_be_asked_for() -> None:
    assert get_args(options.About) == get_args(About)


def found(verdict: Verdict, text: str = "") -> Finding:
    return Finding("record", "host", verdict, "planned", text, "dig")


def test_a_link_of_several_ways_is_told_once_by_its_worst_verdict() -> None:
    reached = found("as planned")
    assert once([found("not reached"), reached]) == [reached]
    assert once([reached, found("differs", "x"), found("could not look")]) == [found("differs", "x")]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_a_key_of_each_link_is_one_that_the_stack_file_has_or_a_default(stack: str) -> None:
    """A place in no way related to the file would send its reader astray."""
    asked = Stack.of(stack_config(stack))
    for application in asked.config.applications:
        for route in asked.config.applications[application].routes:
            path = questions.path(asked, [f"{application}/{route}"])
            assert all(_known(link.declared) for branch in path.branches for link in branch.links)


def _known(declared: str) -> bool:
    first = declared.split(".")[0].split("[")[0]
    return first in ("", "external", "ingress", "certificates", "applications", "traffic", "observability")
