"""Pictures of what an analysis found: they tell what the analysis tells, and no more."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.plan import build, flow_document
from network.reachability import Cluster, Namespace, Reachability, Workload, analyse, render
from network.reachability.policies import network_policy
from network.reachability.read.yaml_files import read
from network.reachability.render.drawing import BOTH, CLOSED, GREY, UNDECIDED
from network.reachability.render.peers import MOST, Place, TooManyPeersError
from tests import stacks

PODS = """
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: PORT}]}]
"""
WEB, DB = Place("shop", "web"), Place("shop", "db")


def _analysed(folder: Path, port: int) -> Reachability:
    folder.mkdir()
    (folder / "shop.yaml").write_text(PODS.replace("PORT", str(port)))
    return analyse(read(folder).cluster())


def _colours(svg: str, title: str) -> set[str | None]:
    """Return the colours of what has a title that starts so."""
    return {
        each.get("stroke") or each.get("fill")
        for each in ElementTree.fromstring(svg).iter()
        for child in each
        if child.tag.endswith("title") and (child.text or "").startswith(title)
    }


def test_a_picture_has_each_pair_with_its_ports(tmp_path: Path) -> None:
    picture = render.of_reachability(_analysed(tmp_path / "one", 5432))
    assert str(picture.cells[WEB, DB].ports) == "TCP 5432"
    assert (DB, DB) not in picture.cells
    assert "shop: web to shop: db: TCP 5432" in render.matrix(picture, "shop")
    assert "web to db: TCP 5432" in render.graph(picture, "shop")


def test_only_what_differs_has_a_colour(tmp_path: Path) -> None:
    before, after = _analysed(tmp_path / "before", 5432), _analysed(tmp_path / "after", 5433)
    picture = render.of_difference(before, after)
    cell = picture.cells[WEB, DB]
    assert (str(cell.opened), str(cell.closed)) == ("TCP 5433", "TCP 5432")
    assert {pair for pair, each in picture.cells.items() if each.changed} == {(WEB, DB)}
    drawn = render.matrix(picture, "shop")
    assert _colours(drawn, "shop: web to shop: db") == {BOTH}
    assert _colours(drawn, "shop: db to shop: web") == {GREY}
    assert _colours(render.graph(picture, "shop"), "db to web") == {GREY}


def test_what_is_closed_stays_in_the_picture(tmp_path: Path) -> None:
    before = _analysed(tmp_path / "before", 5432)
    folder = tmp_path / "after"
    _analysed(folder, 5432)
    (folder / "shop.yaml").write_text(PODS.replace("PORT", "5432").replace("app: web}}}]", "app: none}}}]"))
    after = analyse(read(folder).cluster())
    drawn = render.graph(render.of_difference(before, after), "shop")
    assert _colours(drawn, "web to db") == {CLOSED}


def test_a_difference_is_told_by_signs_as_well_as_by_colours(tmp_path: Path) -> None:
    before, after = _analysed(tmp_path / "before", 5432), _analysed(tmp_path / "after", 5433)
    picture = render.of_difference(before, after)
    assert ">±</text>" in render.matrix(picture, "shop")
    assert "+5433 | −5432" in render.graph(picture, "shop")


@pytest.mark.parametrize(
    "title", ["shop", "Reachability of a stack with a long name against Pulumi.another.yaml"]
)
def test_no_text_is_cut_at_an_edge(title: str) -> None:
    cluster = Cluster(
        (Namespace("a-namespace-of-a-long-name"),), (Workload("a-namespace-of-a-long-name", "y"),)
    )
    for draw in (render.matrix, render.graph):
        drawn = ElementTree.fromstring(draw(render.of_reachability(analyse(cluster)), title))
        width = float((drawn.get("viewBox") or "").split()[2])
        for each in drawn.iter("{http://www.w3.org/2000/svg}text"):
            if each.get("transform"):
                continue
            x, length = (
                float(each.get("x") or 0),
                len(each.text or "") * 0.602 * float(each.get("font-size") or 0),
            )
            first = x - (length if each.get("text-anchor") == "end" else 0)
            assert first >= 0, each.text
            assert first + length <= width, each.text


def test_a_picture_stands_on_white_whatever_the_page_around_it() -> None:
    cluster = Cluster((Namespace("shop"),), (Workload("shop", "web"), Workload("shop", "db")))
    for draw in (render.matrix, render.graph):
        drawn = ElementTree.fromstring(draw(render.of_reachability(analyse(cluster)), "shop"))
        (background, *_) = drawn
        assert background.get("fill") == "white"
        assert [background.get(key) for key in ("width", "height")] == (drawn.get("viewBox") or "").split()[
            2:
        ]


def test_nothing_is_coloured_where_nothing_differs(tmp_path: Path) -> None:
    before, after = (_analysed(tmp_path / name, 5432) for name in ("before", "after"))
    picture = render.of_difference(before, after)
    assert not any(cell.changed for cell in picture.cells.values())


def test_names_cannot_break_the_picture() -> None:
    cluster = Cluster((Namespace("<a>&"),), (Workload("<a>&", '"x"'), Workload("<a>&", "y")))
    picture = render.of_reachability(analyse(cluster))
    for drawn in (render.matrix(picture, "<t>"), render.graph(picture, "<t>")):
        ElementTree.fromstring(drawn)


def test_a_picture_that_nobody_could_read_is_refused() -> None:
    workloads = tuple(Workload(f"n{number}", "web") for number in range(MOST + 1))
    with pytest.raises(TooManyPeersError, match="take text, markdown or json"):
        render.of_reachability(analyse(Cluster(workloads=workloads)))


def _mesh(count: int, port: int = 80) -> Reachability:
    """Return workloads of four namespaces, each of which lets in its neighbour."""
    pods = [Workload(f"n{number % 4}", f"w{number}", {"app": f"w{number}"}) for number in range(count)]
    policies = [
        network_policy(
            {
                "metadata": {"name": pod.name, "namespace": pod.namespace},
                "spec": {
                    "podSelector": {"matchLabels": {"app": pod.name}},
                    "ingress": [
                        {
                            "from": [
                                {
                                    "namespaceSelector": {},
                                    "podSelector": {"matchLabels": {"app": f"w{(number + 1) % count}"}},
                                }
                            ],
                            "ports": [{"port": port if number == 7 else 80}],
                        }
                    ],
                },
            }
        )
        for number, pod in enumerate(pods)
    ]
    return analyse(Cluster(workloads=tuple(pods), policies=tuple(policies)))


def test_workloads_that_policies_do_not_tell_apart_stand_together_where_there_are_many() -> None:
    workloads = tuple(Workload("shop", f"w{number:03}") for number in range(MOST + 1))
    picture = render.of_reachability(analyse(Cluster(workloads=workloads)))
    assert Place("shop", f"w000, w001 and {MOST - 1} more") in picture.sources
    assert "stand together" in picture.note
    assert "stand together" in render.matrix(picture, "shop")


def test_a_graph_of_a_hundred_workloads_is_drawn_by_namespaces() -> None:
    picture = render.of_reachability(_mesh(100), render.MOST_IN_GRAPH)
    assert {place.name for place in picture.sources if place.group == "n1"} == {"some workloads"}
    assert len({*picture.sources, *picture.destinations}) <= render.MOST_IN_GRAPH
    ElementTree.fromstring(render.graph(picture, "mesh"))


@pytest.mark.parametrize("count", [20, 400])
def test_one_change_is_drawn_at_any_size(count: int) -> None:
    picture = render.of_difference(_mesh(count), _mesh(count, 81), render.MOST_IN_GRAPH)
    changed = {pair for pair, cell in picture.cells.items() if cell.changed}
    assert changed == {(Place("n0", "w8"), Place("n3", "w7"))}
    cell = picture.cells[Place("n0", "w8"), Place("n3", "w7")]
    assert (str(cell.opened), str(cell.closed)) == ("TCP 81", "TCP 80")


def test_what_is_not_analysed_is_not_drawn_as_closed(tmp_path: Path) -> None:
    picture = render.of_reachability(_analysed(tmp_path / "one", 5432))
    groups = {place.group for place in picture.undecided}
    assert groups == {"outside", "nodes and API server", "other namespaces"}
    drawn = render.matrix(picture, "shop")
    assert UNDECIDED in drawn
    assert "not analysed" in drawn


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_every_declared_flow_is_on_the_page_with_its_reason(stack: str) -> None:
    plan = build(stacks.stack_config(stack))
    flows = plan.flows
    page = flow_document.page({stack: plan})
    for flow in flows:
        assert f"`{flow.name}`" in page
        assert flow.reason in page


@pytest.mark.parametrize("name", ["flows.md", *(f"flows-{stack}.svg" for stack in stacks.NAMES)])
def test_committed_flows_are_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(stacks.ROOT)
    written = ["--output", str(tmp_path / "flows.md"), "--svg", str(tmp_path / "flows-{stack}.svg")]
    assert CliRunner().invoke(app, ["flows", *written]).exit_code == 0
    assert (stacks.ROOT / "docs" / name).read_text() == (tmp_path / name).read_text(), "run `make generate`"


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_committed_matrices_are_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str) -> None:
    monkeypatch.chdir(stacks.ROOT)
    target = tmp_path / "drawn.svg"
    done = CliRunner().invoke(app, ["reachability", "--stack", stack, "--svg", str(target)])
    assert done.exit_code == 0, done.output
    committed = stacks.ROOT / "docs" / f"reachability-{stack}.svg"
    assert committed.read_text() == target.read_text(), "run `make generate`"


def test_a_change_is_drawn_from_two_folders(tmp_path: Path) -> None:
    for name, port in (("before", "5432"), ("after", "5433")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shop.yaml").write_text(PODS.replace("PORT", port))
    target = tmp_path / "graph.svg"
    folders = ["--folder", str(tmp_path / "after"), "--before", str(tmp_path / "before")]
    done = CliRunner().invoke(app, ["reachability", *folders, "--drawing", "graph", "--svg", str(target)])
    assert done.exit_code == 0, done.output
    assert _colours(target.read_text(), "web to db") == {BOTH}
