"""Findings as every command that looks at the running platform prints them."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
import typer

from network.cli.findings import Form, Place, document, lines_of, report
from network.live.finding import Finding, Verdict, status


def finding(verdict: Verdict = "as planned") -> Finding:
    return Finding(
        code="vpc-range",
        subject="VPC network-dev",
        verdict=verdict,
        planned="10.0.0.0/16",
        found="10.9.0.0/16",
        source="GET /v2/vpcs",
        remedy="" if verdict == "as planned" else "doctl vpcs list",
        declared="external.vpc.ipRange",
    )


def printed(
    capsys: pytest.CaptureFixture[str], findings: Sequence[Finding], form: Form = "text", place: Place = str
) -> tuple[str, int]:
    with pytest.raises(typer.Exit) as ended:
        report(findings, form, place)
    return capsys.readouterr().out, ended.value.exit_code


def test_what_is_as_planned_is_one_line_with_what_was_found_and_where(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown, code = printed(capsys, [finding()])
    first, *rest = shown.splitlines()
    assert first == "as planned  vpc-range  VPC network-dev: 10.9.0.0/16  GET /v2/vpcs"
    assert rest == ["", "1 as planned"]
    assert code == 0


def test_what_differs_has_planned_found_place_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    shown, code = printed(
        capsys, [finding("differs")], place=lines_of("Pulumi.dev.yaml", {("external", "vpc", "ipRange"): 9})
    )
    assert shown.splitlines() == [
        "differs  vpc-range  VPC network-dev",
        "    planned  10.0.0.0/16 (Pulumi.dev.yaml:9, external.vpc.ipRange)",
        "    found    10.9.0.0/16",
        "    read by  GET /v2/vpcs",
        "    do       doctl vpcs list",
        "",
        "1 differs",
    ]
    assert code == 1


def test_what_usually_breaks_it_stands_before_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    broken = replace(finding("differs"), causes=("edited by hand", "a name taken over"))
    shown, _ = printed(capsys, [broken])
    assert shown.splitlines()[4:7] == [
        "    usually  edited by hand",
        "             a name taken over",
        "    do       doctl vpcs list",
    ]


def test_a_brief_report_counts_what_is_as_planned(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        report([finding(), finding()], "text", brief=True)
    assert capsys.readouterr().out == "\n2 as planned\n"
    assert ended.value.exit_code == 0


def test_what_was_not_seen_says_because(capsys: pytest.CaptureFixture[str]) -> None:
    shown, code = printed(capsys, [finding("could not look")])
    assert "    because  10.9.0.0/16" in shown.splitlines()
    assert code == 2


def test_a_reason_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown, _ = printed(capsys, [finding("could not look"), finding("could not look")])
    assert shown.count("because") == 1
    assert shown.splitlines()[5] == (
        "could not look  vpc-range  VPC network-dev  for the same reason, GET /v2/vpcs"
    )


def test_what_was_not_reached_says_nothing_of_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    shown, code = printed(capsys, [finding("not reached")])
    assert "10.9.0.0/16" not in shown
    assert code == 2


def test_json_has_every_field_and_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    place = lines_of("Pulumi.dev.yaml", {("external", "vpc", "ipRange"): 9})
    shown, code = printed(capsys, [finding("differs"), finding()], "json", place)
    told = json.loads(shown)
    assert told == document([finding("differs"), finding()], place)
    assert (told["status"], code) == (1, 1)
    assert told["verdicts"] == {"as planned": 1, "differs": 1, "could not look": 0, "not reached": 0}
    assert told["findings"][0] == {
        "code": "vpc-range",
        "subject": "VPC network-dev",
        "verdict": "differs",
        "planned": "10.0.0.0/16",
        "found": "10.9.0.0/16",
        "source": "GET /v2/vpcs",
        "remedy": "doctl vpcs list",
        "declared": "external.vpc.ipRange",
        "causes": [],
        "place": "Pulumi.dev.yaml:9, external.vpc.ipRange",
    }


def test_markup_in_what_was_found_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    strange = Finding("vpc-range", "VPC [red]x[/]", "differs", "a", "[bold]b", "c")
    shown, _ = printed(capsys, [strange])
    assert "VPC [red]x[/]" in shown
    assert "[bold]b" in shown


def test_a_key_that_the_file_does_not_have_is_a_default() -> None:
    assert lines_of("Pulumi.dev.yaml", {})("cluster.ha") == "cluster.ha, by default"


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        (["as planned"], 0),
        (["as planned", "could not look"], 2),
        (["could not look", "differs"], 1),
        (["differs", "not reached"], 1),
        ([], 2),
    ],
)
def test_a_difference_outweighs_what_was_not_seen_and_nothing_is_never_as_planned(
    verdicts: Sequence[Verdict], code: int
) -> None:
    assert status(map(finding, verdicts)) == code
