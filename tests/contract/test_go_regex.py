"""Go itself, held against what the configuration takes for Go's regular expressions and templates."""

import json
import os
import random
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import re2
from pydantic import TypeAdapter, ValidationError

from lab.parts.builders.toolchain import SWITCHING, command
from network.config.go_regex import GoRegex, compiled, replaced

pytestmark = pytest.mark.lab

PROGRAM = """package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
)

type question struct{ Regex, Template, Text string }

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		answer := map[string]any{"valid": false}
		if regex, err := regexp.Compile(asked.Regex); err == nil {
			answer = map[string]any{
				"valid":    true,
				"groups":   regex.NumSubexp(),
				"matches":  regex.MatchString(asked.Text),
				"replaced": regex.ReplaceAllString(asked.Text, asked.Template),
			}
		}
		text, _ := json.Marshal(answer)
		fmt.Println(string(text))
	}
}
"""
SIGNS = Path(__file__).with_name("go_regex_signs.txt").read_text(encoding="utf-8").split()
"""Every construct that one of Go, RE2, Python and PCRE has."""
STRICTER = re.compile(r"\\[pP]\{\^?[A-Za-z_=]+\}|\{(1000|500)\}")
"""Where what Go takes is refused on purpose: classes that only the newest Go names, and beyond all size."""
TEMPLATES = [
    "$1",
    "${1}",
    "$1suffix",
    "${1}x",
    "$$",
    "$",
    "$n",
    "${n}",
    "$n/$2",
    "${",
    "${}",
    "$0",
    "$00",
    "$01",
    "$9",
    "\\1",
    "a",
    "-",
    "/",
    "$é",
    "$n1",
    "${1",
    "$-",
    "$10",
    "$_",
]
EXPRESSIONS = [
    "^https://old/(.*)",
    "(a)(b)?",
    "(?P<n>a+)",
    "x*",
    "(?:a|(b))",
    "^/(?P<n>v[0-9]+)/(.*)$",
    "()",
    "",
]
TEXTS = ["https://old/x", "aab", "abab", "/v1/x", "", "xxa", "aéb"]


@dataclass(frozen=True)
class Go:
    """The program that answers questions, compiled."""

    program: Path

    def answers(self, questions: Iterable[tuple[str, str, str]]) -> list[dict[str, object]]:
        lines = [json.dumps({"regex": r, "template": t, "text": s}) for r, t, s in questions]
        done = subprocess.run(
            [self.program], input="\n".join(lines) + "\n", text=True, capture_output=True, check=True
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Go:
    folder = tmp_path_factory.mktemp("go")
    (folder / "main.go").write_text(PROGRAM)
    (folder / "go.mod").write_text("module asked\n\ngo 1.24\n")
    environment = {**os.environ, **SWITCHING, "GOCACHE": str(folder / "cache"), "GOFLAGS": "-mod=mod"}
    subprocess.run(
        [command(folder / "go.mod"), "build", "-o", "asked", "."], cwd=folder, env=environment, check=True
    )
    return Go(folder / "asked")


def _accepted(regex: str) -> bool:
    try:
        TypeAdapter(GoRegex).validate_python(regex)
    except ValidationError:
        return False
    return True


def _expressions() -> list[str]:
    shuffled = random.Random(1)
    forms = ("%s", "a%s", "[%s]", "[^%sb]", "(%s)", "%sa", "^/%s$")
    single = [form % sign for sign in SIGNS for form in forms]
    joined = ["".join(shuffled.choices(SIGNS, k=shuffled.randint(2, 6))) for _ in range(6_000)]
    return sorted({*single, *joined})


def test_what_the_configuration_accepts_is_what_go_compiles(go: Go) -> None:
    expressions = _expressions()
    answers = go.answers((regex, "", "") for regex in expressions)

    wrong = [
        (regex, answer["valid"])
        for regex, answer in zip(expressions, answers, strict=True)
        if _accepted(regex) != answer["valid"] and not (answer["valid"] and STRICTER.search(regex))
    ]
    assert sum(bool(answer["valid"]) for answer in answers) > 1_000
    assert not wrong, wrong[:20]


def test_both_count_the_same_groups_and_find_the_same(go: Go) -> None:
    expressions = [regex for regex in _expressions() if _accepted(regex)]
    answers = go.answers((regex, "", "/a/b.a-1") for regex in expressions)

    for regex, answer in zip(expressions, answers, strict=True):
        assert compiled(regex).groups == answer["groups"], regex
        assert (re2.search(regex, "/a/b.a-1") is not None) == answer["matches"], regex


def test_templates_are_filled_in_as_go_does(go: Go) -> None:
    shuffled = random.Random(2)
    cases = [
        (regex, "".join(shuffled.choices(TEMPLATES, k=shuffled.randint(1, 4))), shuffled.choice(TEXTS))
        for regex in EXPRESSIONS
        for _ in range(300)
    ]

    for case, answer in zip(cases, go.answers(cases), strict=True):
        assert replaced(*case) == answer["replaced"], case
