"""A stack file's text: which bytes, which values, what is said once and what of it can still be judged."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lab.engine.stack_file import dumped
from network.cli import app
from network.cli.check import check_file
from network.stack_file import read
from network.stack_file.composer import compose
from tests.stacks import ROOT

DEV = (ROOT / "Pulumi.dev.yaml").read_text()
END = DEV.count("\n") + 1
"""The line behind the last."""
BOMB = "\n".join(
    ["config:", "  network:a: &a [x, x]", *(f"  network:b{n}: &b{n} [*a, *a]" for n in range(3000))]
)


def line_of(text: str) -> int:
    """Return the line of the dev stack that holds a text."""
    return DEV[: DEV.index(text)].count("\n") + 1


def file_of(folder: Path, content: str | bytes) -> Path:
    file = folder / "Pulumi.case.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def with_edit(find: str, put: str) -> str:
    assert DEV.count(find) == 1
    return DEV.replace(find, put)


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        (DEV.encode("utf-16"), 1, "UTF-16"),
        (DEV.encode("utf-16-be"), 1, "UTF-16"),
        (DEV.encode("utf-32"), 1, "UTF-32"),
        (DEV.encode("utf-32-le"), 1, "UTF-32"),
        ("\ufeff".encode("utf-32-be") + DEV.encode("utf-32-be"), 1, "UTF-32"),
        (
            DEV.replace("shop-web-canary }", "B\xfccher }").encode("latin-1"),
            line_of("shop-web-canary }"),
            "0xfc",
        ),
        (DEV.replace("region: ams3", "region: ams\0").encode(), line_of("ams3"), "U+0000"),
        (DEV.encode() + b"\xff\xfe", END, "0xff"),
        (DEV + "  network:x: " + "[" * 100_000, END, "more than 40 deep"),
        (DEV + "  network:x: " + "{a: " * 5_000, END, "more than 40 deep"),
        (DEV + "  network:x:\n   " + "- " * 5_000 + "a\n", END + 1, "more than 40 deep"),
        (DEV + "\t", END, "not YAML"),
        ("[" * 10, 1, "not YAML"),
        ("", 1, "a stack file is a mapping"),
        ("config:\n", 1, "a stack file is a mapping"),
    ],
)
def test_what_cannot_be_read_is_one_fault_at_its_line_and_exit_code_2(
    tmp_path: Path, content: str | bytes, line: int, rule: str
) -> None:
    file = file_of(tmp_path, content)

    started = time.process_time()
    (problem,) = check_file(file).problems

    assert time.process_time() - started < 1
    assert (problem.line, rule in problem.rule) == (line, True), problem
    result = CliRunner().invoke(app, ["check", "--file", str(file)])
    assert result.exit_code == 2
    assert f"Pulumi.case.yaml:{line}: error" in result.output


def test_aliases_are_not_followed(tmp_path: Path) -> None:
    started = time.process_time()

    report = check_file(file_of(tmp_path, BOMB))

    assert time.process_time() - started < 2
    assert sum("repeats what stands elsewhere" in each.rule for each in report.problems) == 6000


def test_a_byte_order_mark_and_line_ends_of_windows_are_read_as_pulumi_does(tmp_path: Path) -> None:
    plain = read(file_of(tmp_path, DEV))
    windows = read(file_of(tmp_path, b"\xef\xbb\xbf" + DEV.replace("\n", "\r\n").encode()))

    assert windows.document == plain.document
    assert windows.lines == plain.lines
    assert not windows.faults


def test_a_doubtful_value_is_said_once_and_the_rest_is_judged(tmp_path: Path) -> None:
    text = with_edit("count: 2", "count: 010").replace("shop-web }", "2026-11-25 }").replace("ams3", "ams9")

    problems = check_file(file_of(tmp_path, text)).problems

    assert [p.line for p in problems] == [line_of("ams3"), line_of("count: 2"), line_of("shop-web }")]
    assert [problem.where for problem in problems] == [
        'network:environment.region: "ams9"',
        "network:cluster.nodePools.default.count: 010",
        'network:applications.shop.workloads.web.labels["app.kubernetes.io/name"]: 2026-11-25',
    ]


@pytest.mark.parametrize(
    ("find", "put", "fix"),
    [
        ("ha: false", "ha: no", "write `false`"),
        ("count: 2", "count: 0x2", "write `2`"),
        ("count: 2", "count: 010", "write `8` or `10`"),
        ("count: 2", "count: 2.0", "write `2`"),
        ("version: 1.36.1-do.0", "version: 2026-11-25", 'write `"2026-11-25"`'),
    ],
)
def test_the_fix_is_a_spelling_that_every_reader_takes_alike(
    tmp_path: Path, find: str, put: str, fix: str
) -> None:
    file = file_of(tmp_path, with_edit(find, put))

    assert any(fix in problem.fix for problem in check_file(file).problems)


def test_no_plan_is_made_of_a_file_with_a_doubtful_value_or_a_secret(tmp_path: Path) -> None:
    token = "  digitalocean:token: dop_v1_0123456789abcdef0123456789abcdef\n"
    for text in (with_edit("count: 2", "count: 010"), DEV + token):
        assert check_file(file_of(tmp_path, text)).config is None


@pytest.mark.parametrize("text", ["1.10", "+5", "TRUE", "-0"])
def test_a_value_is_shown_as_it_stands_in_the_file(tmp_path: Path, text: str) -> None:
    file = file_of(tmp_path, with_edit("shop-web }", f"{text} }}"))

    (problem,) = check_file(file).problems

    assert problem.where == (
        f'network:applications.shop.workloads.web.labels["app.kubernetes.io/name"]: {text}'
    )
    assert problem.fix == "put it in quotes"


def test_a_key_is_shown_as_it_stands_and_what_nobody_sees_as_an_escape(tmp_path: Path) -> None:
    text = DEV.replace("    shop:\n      workloads", "    🛒:\n      workloads")
    text = text.replace("      shop: { groups", '      "a\\u202eb": { groups')

    where = " ".join(problem.where for problem in check_file(file_of(tmp_path, text)).problems)

    assert 'network:applications["🛒"]' in where
    assert 'network:access.developers["a\\u202eb"]' in where


def test_names_of_files_are_no_secrets_and_encrypted_ones_neither(tmp_path: Path) -> None:
    lines = "  kubernetes:kubeconfig: ~/.kube/config\n  digitalocean:token: { secure: v1:abc }\n"

    assert not check_file(file_of(tmp_path, DEV + lines)).problems


values: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x7f"))
    | st.from_regex(r"[-+0-9._:exobTZ~ ynoffNYES]{1,12}", fullmatch=True),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_the_lab_writes_is_read_as_it_was(value: Any) -> None:
    composed = compose(dumped({"config": value}))

    assert not composed.faults
    assert composed.value == {"config": value}


def test_a_file_as_stack_init_leaves_it_holds_no_config_and_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.new.yaml"
    file.write_text("encryptionsalt: v1:abc=:v1:def:ghi==\n")
    held = read(file)
    assert held.faults == ()
    assert held.layers == {}
