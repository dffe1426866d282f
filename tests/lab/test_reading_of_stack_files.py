"""Our reader of stack files beside the real engine: both read a text the same, or ours refuses it."""

import json
import os
import random
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.runtime.config import CONFIG

from lab import parts as lab_parts
from lab.engine.stack_file import dumped
from network.cli.check import config_map
from network.stack_file import read
from network.stack_file.scalars import plain

pytestmark = pytest.mark.lab

SCALARS = (
    *("010", "08", "0o10", "0x1F", "0X1f", "0b11", "1_000", "1__0", "00", "007", "-010", "+5", "-0", "0"),
    *("12:30", "02:30", "22:22", "190:20:30", "8080:80", "12:30:45.5", "1:99"),
    *("2026-11-25", "2026-1-2", "2026-13-45", "2026-11-25T10:00:00Z", "2026-11-25 10:00:00", "2026-11"),
    *("2026-11-25t10:00:00.5+01:00", "2026-11-25 10:00:00 -5", "20261125"),
    *("yes", "Yes", "YES", "no", "on", "On", "off", "OFF", "y", "Y", "n", "N", "true", "True", "TRUE"),
    *("false", "False", "tRue", "null", "Null", "NULL", "~", "nil", "none", "None"),
    *("1.0", "2.0", "1.10", "0.5", ".5", "5.", "1e3", "1E3", "1.5e3", "1e-3", "1e999", "-1.25", "+1.5"),
    *(".inf", "-.inf", "+.INF", ".nan", ".NaN", "inf", "nan", "Infinity", "0x", "0b2", "0o9", "0x1.8p1"),
    *(
        "9223372036854775807",
        "9223372036854775808",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
    ),
    *("-9223372036854775808", "-9223372036854775809", "0.1", "0.30", "123456789012345678901234567890"),
    *("0.1000000000000000055511151231257827", "1.7976931348623157e308", "123e4567", "12e3", "=", "<<"),
    *("1.36.1-do.0", "10.0.0.0/16", "fd00::1", "100m", "512Mi", "30s", "1,000", "1 000", "+31201234567"),
    *("--", "+", ".", "..", "a", "é", "🛒", "http://x", "C#", "a#b", "1-2", "1.2.3", "v1"),
)
"""Without quotes: what versions of YAML, and their readers, read differently, and what they do not."""

TEXTS = {
    "duplicate keys": "network:a: { x: 1, x: 2 }",
    "duplicate keys in blocks": "network:a:\n    x: 1\n    x: 2",
    "a key twice by two spellings": 'network:a: { 1: a, "1": b }',
    "a number as key": "network:a: { 8080: http }",
    "an octal number as key": "network:a: { 010: http }",
    "true as key": "network:a: { true: 1 }",
    "on as key": "network:a: { on: 1 }",
    "nothing as key": "network:a: { ~: 1 }",
    "a date as key": "network:a: { 2026-11-25: 1 }",
    "a list as key": "network:a: { [a]: 1 }",
    "an alias": "network:a: &x { b: 1 }\n  network:c: *x",
    "an anchor": "network:a: &x { b: 1 }",
    "a merge key": "network:a: &x { b: 1 }\n  network:c: { <<: *x, d: 2 }",
    "an empty value": "network:a:",
    "an empty value inside": "network:a: { b: , c: 1 }",
    "nulls in a list": "network:a: [~, null, a]",
    "an empty text": 'network:a: ""',
    "text of a number": 'network:a: "010"',
    "texts in quotes": 'network:a: { b: "yes", c: \'12:30\', d: "2026-11-25", e: \'1e3\', f: "0x1F" }',
    "escapes": r'network:a: { b: "\u00e9\x41\t\n\\ \"\\/", c: "\U0001F6D2", "\N": "\_\e\0" }',
    "an escape of JSON": r'network:a: { b: "a\/b" }',
    "a question between brackets": "network:a: { b: a?b, c: [d?] }",
    "a question": "network:a:\n    b: a?b\n    c: ?d",
    "a colon first between brackets": "network:a: { b: [::1] }",
    "a tag of text": "network:a: { b: !!str 010 }",
    "a tag of a number": 'network:a: { b: !!int "8" }',
    "a tag of bytes": "network:a: { b: !!binary aGVsbG8= }",
    "a tag of its own": "network:a: { b: !mine x }",
    "a literal block": "network:a: |\n    one\n     two\n\n    three\n",
    "a folded block": "network:a: >-\n    one\n    two\n\n    three\n",
    "a block kept to its end": "network:a:\n    b: |+\n      one\n\n    c: 1",
    "text over lines": "network:a: one\n    two\n\n    three",
    "text over lines in quotes": 'network:a: "one\n    two \\\n    three"',
    "a comment at a value": "network:a: b # c\n  # d\n  network:e: f#g",
    "a number at the top": "network:a: 5",
    "a fraction at the top": "network:a: 1.5",
    "JSON in a text": "network:a: '{\"b\": [1, 2]}'",
    "true at the top": "network:a: true",
    "a list at the top": "network:a: [1, a, { b: c }]",
    "no blank after a colon": 'network:a: {"b":1, c:2}',
    "a final comma": "network:a: [a, b, ]",
    "an empty list and mapping": "network:a: { b: [], c: {} }",
    "a list at its key's indentation": "network:a:\n  - b\n  - c",
    "lists in lists": "network:a:\n    - - b\n      - c\n    - d: 1\n      e: 2",
    "what looks like a secret": "network:a: { secure: 5 }",
    "a key without a namespace": "a: 1",
    "an older key": "network:config:a: 1",
    "signs in texts": "network:a: { b: a-b, d: a:b, e: 'x: y', f: a & b, g: a * b, h: a!b, i: \"@x\" }",
    "CRLF": "network:a:\r\n    b: c\r\n    d: |\r\n      e\r\n      f\r\n",
    "a second document": "network:a: 1\n---\nconfig: { network:a: 2 }",
    "the end of a document": "network:a: 1\n...",
    "a text of two lines with a tab": "network:a: b\tc",
    "quotes within": "network:a: { b: 'it''s', c: \"a 'b'\" }",
    "a question mark": "? network:a\n  : b",
}
"""The lines below `config:`, one file each."""


@dataclass
class Engine:
    """The real CLI on a stack of its own, with a backend of files."""

    folder: Path
    pulumi: Path

    @property
    def file(self) -> Path:
        return self.folder / "Pulumi.dev.yaml"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": self.folder.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "not a secret",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.pulumi, "--non-interactive", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def values(self) -> dict[str, Any] | None:
        """What `pulumi config` reads, as texts and structures; None if it refuses the file."""
        done = self.run("config", "--stack", "dev", "--json")
        if done.returncode != 0:
            return None
        return {
            key: each.get("objectValue", each.get("value")) for key, each in json.loads(done.stdout).items()
        }

    def received(self) -> Mapping[str, str]:
        """What a program is handed."""
        found: dict[str, str] = {}
        options = automation.LocalWorkspaceOptions(work_dir=str(self.folder), env_vars=self.environment)
        stack = automation.create_or_select_stack(
            "dev", project_name="network", program=lambda: found.update(CONFIG.get()), opts=options
        )
        stack.preview()
        return found


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    program = lab_parts.ensure("pulumi")["pulumi"] / "pulumi"
    (folder / "Pulumi.yaml").write_text("name: network\nruntime: python\n")
    found = Engine(folder, program)
    made = found.run("stack", "init", "dev")
    assert made.returncode == 0, made.stderr
    with pytest.MonkeyPatch.context() as patch:
        # The Automation API takes the CLI that stands there.
        patch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        yield found


def salted(engine: Engine, text: str) -> None:
    """Write the engine's stack file, with the salt that it has."""
    salt = next(line for line in engine.file.read_text().splitlines() if line.startswith("encryptionsalt"))
    engine.file.write_bytes(f"{salt}\n{text}".encode())


def ours(engine: Engine) -> dict[str, Any] | None:
    """What our reader hands on; None if it refuses anything."""
    file = read(engine.file)
    return None if file.faults else {f"network:{key}": value for key, value in file.layers.items()}


def as_structures(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the program takes them: texts that are JSON as what they say."""

    def parsed(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value

    return {key: parsed(value) for key, value in values.items()}


def test_scalars_are_read_as_the_engine_reads_them_or_refused(engine: Engine) -> None:
    accepted = [text for text in SCALARS if not plain(text).rule]
    lines = [
        f"  network:k{index}:\n    v: {text}\n    l:\n      - {text}" for index, text in enumerate(accepted)
    ]
    salted(engine, "config:\n" + "\n".join(lines) + "\n")

    values, mine = engine.values(), ours(engine)

    assert mine is not None
    assert values == mine
    assert len(accepted) > 50
    assert len(SCALARS) - len(accepted) > 50
    print(f"{len(accepted)} read alike, {len(SCALARS) - len(accepted)} refused")


def test_scalars_at_the_top_reach_the_program_as_check_takes_them(engine: Engine) -> None:
    accepted = [text for text in SCALARS if not plain(text).rule and plain(text).value is not None]
    lines = [f"  network:k{index}: {text}" for index, text in enumerate(accepted)]
    salted(engine, "config:\n" + "\n".join(lines) + "\n")
    file = read(engine.file)

    assert not file.faults
    assert as_structures(engine.received()) == as_structures(config_map(file.layers))


def test_what_a_refusal_says_pulumi_reads_is_what_it_reads(engine: Engine) -> None:
    doubtful = [text for text in SCALARS if plain(text).rule and isinstance(plain(text).value, int)]
    lines = [f"  network:k{index}: {{ v: {text} }}" for index, text in enumerate(doubtful)]
    salted(engine, "config:\n" + "\n".join(lines) + "\n")

    assert engine.values() == {
        f"network:k{index}": {"v": plain(text).value} for index, text in enumerate(doubtful)
    }


def test_any_scalar_is_read_as_the_engine_reads_it_or_refused(engine: Engine) -> None:
    chance = random.Random(8)
    words = (
        "0",
        "1",
        "7",
        "9",
        "10",
        "59",
        "2026",
        "-",
        "+",
        ".",
        "_",
        ":",
        "e",
        "E",
        "x",
        "o",
        "b",
        "T",
        "Z",
    )
    made = {"".join(chance.choices(words, k=chance.randint(1, 6))) for _ in range(6000)}
    texts = sorted(text for text in made if text[-1] != ":" and not text.startswith(("- ", "-:", ":")))
    accepted = [text for text in texts if text not in ("-", "---") and not plain(text).rule]
    lines = [f"    k{index}: {text}" for index, text in enumerate(accepted)]
    salted(engine, "config:\n  network:a:\n" + "\n".join(lines) + "\n")

    values, mine = engine.values(), ours(engine)

    assert mine is not None
    assert values == mine
    assert len(accepted) > 2000
    print(f"{len(accepted)} of {len(texts)} read alike, the others refused")


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_as_the_engine_reads_it_or_refused(engine: Engine, name: str) -> None:
    salted(engine, f"config:\n  {TEXTS[name]}\n")

    mine = ours(engine)

    if mine is not None:
        values = engine.values()
        assert values is not None
        assert as_structures(values) == as_structures(mine)


def test_texts_reach_the_program_as_check_takes_them(engine: Engine) -> None:
    for name in ("escapes", "texts in quotes", "a folded block", "JSON in a text", "nulls in a list", "CRLF"):
        salted(engine, f"config:\n  {TEXTS[name]}\n")
        assert as_structures(engine.received()) == as_structures(config_map(read(engine.file).layers))


def test_the_lab_s_copy_is_read_by_the_engine_as_the_original_is(engine: Engine) -> None:
    texts = {f"k{index}": text for index, text in enumerate((*SCALARS, "a\nb\n", "x: y", " z", "é\t", "'\""))}
    content = {"config": {"network:a": texts, "network:b": [*SCALARS], "network:c": [1, 1.5, True, None]}}

    salted(engine, dumped(content))

    assert engine.values() == content["config"] == ours(engine)


def test_pulumi_leaves_values_alone_that_our_reader_accepts(engine: Engine) -> None:
    """`pulumi config set` writes the file anew."""
    accepted = [text for text in SCALARS if not plain(text).rule]
    lines = [f"  network:k{index}:\n    v: {text}" for index, text in enumerate(accepted)]
    salted(engine, "config:\n" + "\n".join(lines) + "\n")
    before = ours(engine)

    assert engine.run("config", "set", "--stack", "dev", "network:more", "12:30").returncode == 0

    assert before is not None
    assert ours(engine) == before | {"network:more": "12:30"}
