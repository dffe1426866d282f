"""Stack files of global load balancers: refused with reason and fix, beside what the environments say."""

from pathlib import Path

import pytest

from network.cli import global_entry
from network.cli.across import check_files
from network.config.errors import Problem
from tests.global_stacks import ENTRY, HOST, write
from tests.stacks import merged
from tests.unit.config.global_cases import CASES, WARNED, Case, raw


def told(problems: tuple[Problem, ...]) -> dict[str, str]:
    prefix = "network:global"
    return {each.path.removeprefix(prefix).removeprefix("."): each.rule for each in problems}


@pytest.mark.parametrize("broken", CASES, ids=lambda broken: broken.name)
def test_it_is_refused_with_its_problem_and_valid_once_that_is_mended(broken: Case) -> None:
    found = told(broken.checked().problems)
    assert found.keys() == broken.expected.keys()
    for path, rule in broken.expected.items():
        assert rule in found[path]
    assert all(problem.fix for problem in broken.checked().problems)
    assert broken.mended().problems == ()


@pytest.mark.parametrize("doubtful", WARNED, ids=lambda doubtful: doubtful.name)
def test_what_is_to_be_seen_on_an_account_is_warned_of(doubtful: Case) -> None:
    checked = doubtful.checked()
    assert checked.problems == ()
    before = {(each.path, each.rule) for each in Case("none", {}).checked().warnings}
    rules = [each.rule for each in checked.warnings if (each.path, each.rule) not in before]
    assert len(rules) == 1
    assert all(rule in rules[0] for rule in doubtful.expected.values())


def problems(file: Path) -> list[list[str]]:
    project = file.parents[1]
    files = [file, project / "Pulumi.ams.yaml", project / "Pulumi.fra.yaml"]
    return [[line.rule for line in report.problems] for report in check_files(files)]


def test_environments_may_route_one_host_if_a_global_load_balancer_leads_to_all(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert problems(file) == [[], [], []]
    file.unlink()
    reports = check_files(sorted(tmp_path.glob("Pulumi.*.yaml")))
    assert ["leads to one of them only" in line.rule for each in reports for line in each.problems] == [
        True,
        True,
    ]


def test_a_record_and_a_name_of_an_environment_s_are_refused_on_both_sides(tmp_path: Path) -> None:
    zone = {"zone": "example.org", "apex": False, "wildcard": False, "hosts": ["www"], "certificate": False}
    entry = merged(ENTRY, {"name": "network-fra"})
    own = {
        "network:external": {"dns": {"furtherZones": {"shop": zone}}},
        "network:certificates": {"dns01": {"delegatedZones": []}},
    }
    file = write(tmp_path, entry, ams=own)
    ours, ams, fra = problems(file)
    assert [rule.partition(":")[0] for rule in ours] == [
        "stack fra takes network-fra as well",
        f"stack ams takes {HOST} as well",
    ]
    assert [rule.partition(":")[0] for rule in ams] == [f"stack global/shop takes {HOST} as well"]
    assert [rule.partition(":")[0] for rule in fra] == ["stack global/shop takes network-fra as well"]

    checked = global_entry.checked(raw(entry), tmp_path)
    assert checked.entry is None
    assert [each.path for each in checked.problems] == [
        f'network:global.hosts["{HOST}"]',
        "network:global.name",
    ]


def test_problems_have_the_lines_of_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, merged(ENTRY, {"environments": {"ams": {"weight": 1}}}))
    report = global_entry.check_entry_file(file)
    (problem,) = report.problems
    assert "weight" in file.read_text().splitlines()[problem.line - 1]


def test_a_host_of_another_provider_is_told_what_is_to_be_made(tmp_path: Path) -> None:
    file = write(tmp_path, {**ENTRY, "hosts": {HOST: {"certificate": "www"}}})
    (note,) = global_entry.check_entry_file(file).notes
    assert "two A and two AAAA" in note
