"""`network reachability`, as a person runs it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from tests import stacks

MANIFESTS = """
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
"""


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stacks.ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "shop.yaml").write_text(MANIFESTS)
    return str(tmp_path)


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["reachability", *arguments])
    return done.exit_code, done.output


def test_rows_of_a_folder_are_listed(folder: str) -> None:
    code, output = _run("--folder", folder, "--format", "json")
    assert code == 0
    rows = json.loads(output)
    (to_db,) = [row for row in rows if [each["name"] for each in row["destinations"]] == ["shop/db"]]
    assert to_db["sources"] == [{"kind": "Pod", "name": "shop/web", "addresses": []}]
    assert to_db["verdict"] == "allowed"
    assert to_db["ports"] == [{"protocol": "TCP", "first": 5432, "last": 5432}]


def test_a_connection_that_is_possible_is_explained(folder: str) -> None:
    code, output = _run("--folder", folder, "--from", "shop/web", "--to", "shop/db", "--port", "5432")
    assert code == 0
    assert "ingress: allowed by NetworkPolicy shop/db, rule 1" in output


def test_a_connection_that_is_not_possible_fails_and_is_explained(folder: str) -> None:
    code, output = _run("--folder", folder, "--from", "203.0.113.9", "--to", "shop/db", "--port", "5432")
    assert code == 1
    assert "denied by default, no rule of NetworkPolicy shop/db allows it" in output


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--folder", "nowhere"),
        ("--stack", "dev", "--from", "shop/web"),
        ("--stack", "dev", "--folder", "."),
        ("--stack", ""),
        ("--stack", "dev", "--port", "443"),
        ("--stack", "dev", "--from", "", "--to", "world"),
    ],
)
def test_what_cannot_be_answered_is_no_answer(arguments: tuple[str, ...]) -> None:
    assert _run(*arguments)[0] == 2


def test_an_unknown_peer_is_told_with_those_there_are(folder: str) -> None:
    code, output = _run("--folder", folder, "--from", "shop/wbe", "--to", "shop/db")
    assert code == 2
    assert "shop/web" in output


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_a_stack_is_analysed_without_a_cluster(stack: str) -> None:
    code, output = _run("--stack", stack, "--format", "markdown")
    assert code == 0
    assert "| traefik/traefik (Deployment) |" in output


def test_what_opens_and_closes_between_two_versions_is_listed(folder: str, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.mkdir()
    (later / "shop.yaml").write_text(MANIFESTS.replace("5432", "5433"))
    earlier = str(Path(folder) / "shop.yaml")
    code, output = _run("--folder", str(later), "--before", earlier, "--format", "json")
    assert code == 0
    assert {(each["change"], each["ports"][0]["first"]) for each in json.loads(output)} == {
        ("opened", 5433),
        ("closed", 5432),
    }
    assert {(each["sources"][0]["name"], each["destinations"][0]["name"]) for each in json.loads(output)} == {
        ("shop/web", "shop/db")
    }


def test_a_version_beside_itself_opens_and_closes_nothing(folder: str) -> None:
    code, output = _run("--folder", folder, "--before", folder)
    assert (code, output.strip()) == (0, "nothing opens or closes")


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_nothing_about_a_shipped_stack_is_suspicious(stack: str) -> None:
    assert _run("--stack", stack, "--suspicions") == (0, "nothing is suspicious\n")


def test_suspicions_name_pods_that_no_policy_selects(folder: str) -> None:
    code, output = _run("--folder", folder, "--suspicions", "--format", "markdown")
    assert code == 0
    assert "| no-policy | shop/web | no policy selects these pods" in output


def test_only_one_thing_is_shown_at_a_time(folder: str) -> None:
    code, output = _run("--folder", folder, "--before", folder, "--suspicions")
    assert code == 2
    assert "give one of" in output


CILIUM = """
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: x, namespace: other}
spec: {endpointSelector: {}, ingress: [{}]}
"""


def test_both_versions_are_read_by_the_same_semantics(folder: str, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.mkdir()
    (later / "shop.yaml").write_text(MANIFESTS + CILIUM)
    code, output = _run("--folder", str(later), "--before", f"{folder}/shop.yaml")
    assert code == 0
    assert "both are read with cilium semantics" in output
    assert "nothing opens or closes" in output


@pytest.mark.parametrize("name", ["shop/shop-web", "shop/web", "shop/*", "kube-system/cluster-dns", "nodes"])
def test_names_of_flows_are_understood(name: str) -> None:
    code, output = _run("--stack", "dev", "--from", name, "--to", "api/api-api", "--port", "8080")
    assert code in (0, 1), output


@pytest.mark.parametrize(
    "name", ["addresses of the VPC", "the pod's own node", "pods of other namespaces", "shop/any other pod"]
)
def test_names_of_reviews_are_understood(name: str) -> None:
    code, output = _run("--stack", "dev", "--from", name, "--to", "api/api", "--port", "8080")
    assert code in (0, 1), output


def test_every_name_that_is_printed_is_understood() -> None:
    rows = json.loads(_run("--stack", "dev", "--format", "json")[1])
    names = {each["name"] for row in rows for side in ("sources", "destinations") for each in row[side]}
    for name in sorted(names):
        code, output = _run("--stack", "dev", "--from", "shop/web", "--to", name, "--port", "443")
        assert code in (0, 1, 2), output
        assert "nothing is called" not in output, name


def test_an_answer_that_depends_on_addresses_says_so_and_may_be_told_them(folder: str) -> None:
    (Path(folder) / "out.yaml").write_text(
        MANIFESTS.replace("name: db, namespace: shop}\nspec", "name: x, namespace: shop}\nspec")
        .rpartition("---")[2]
        .replace("{podSelector: {matchLabels: {app: web}}}", "{ipBlock: {cidr: 10.244.0.0/16}}")
        .replace("5432", "80")
    )
    question = ("--folder", folder, "--from", "shop/web", "--to", "shop/db", "--port", "80")
    code, output = _run(*question)
    assert (code, "unknown" in output) == (3, True), output
    assert _run(*question, "--pods", "10.244.0.0/17")[0] == 0
    assert _run(*question, "--pods", "10.245.0.0/16")[0] == 1
    rows = json.loads(_run("--folder", folder, "--format", "json")[1])
    assert {row["verdict"] for row in rows} == {"allowed", "unknown"}


def test_pods_without_a_policy_are_one_line_after_what_is_graver(folder: str) -> None:
    (Path(folder) / "more.yaml").write_text(MANIFESTS.partition("---")[0].replace("web", "cart"))
    lines = _run("--folder", folder, "--suspicions")[1].splitlines()
    assert lines[-1].startswith("shop/cart, shop/web: no policy selects these pods")
    assert sum("no-policy" in line for line in lines) == 1


def test_a_kind_that_is_not_modelled_is_left_out_only_on_request(folder: str) -> None:
    (Path(folder) / "more.yaml").write_text(
        "apiVersion: k8s.ovn.org/v1\nkind: EgressFirewall\nmetadata: {name: x}\n"
    )
    assert _run("--folder", folder)[0] == 2
    code, output = _run("--folder", folder, "--without", "EgressFirewall")
    assert (code, "left out 1 of kind EgressFirewall" in output) == (0, True)


def test_a_kind_that_is_not_there_is_not_left_out_in_silence(folder: str) -> None:
    assert (
        "there is no `EgresFirewall` to leave out"
        in _run("--folder", folder, "--without", "EgresFirewall")[1]
    )


def test_blanks_around_a_name_mean_nothing(folder: str) -> None:
    assert _run("--folder", folder, "--from", " shop/web ", "--to", "shop/db", "--port", "5432")[0] == 0


def test_the_node_of_a_pod_is_in_no_row(folder: str) -> None:
    rows = json.loads(_run("--folder", folder, "--format", "json")[1])
    assert not [each for row in rows for each in row["sources"] if each["kind"] == "own-node"]
