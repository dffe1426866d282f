"""YAML means what it means to kubectl, by both readers."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.reachability.read import yaml_text
from tests.unit.reachability.strategies import EVERY_HEALTH_CHECK

SCALARS: list[tuple[str, Any]] = [
    *((text, True) for text in ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE")),
    *((text, False) for text in ("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE")),
    *((text, text) for text in ("yEs", "nope", "o", "oN", "tRUE", "'yes'", "=", "12:30", "1:2:3")),
    *((text, None) for text in ("", "~", "null", "Null", "NULL")),
    *(("0", 0), ("-1", -1), ("+1", 1), ("010", 8), ("0o10", 8), ("0x10", 16), ("0b10", 2), ("-010", -8)),
    *(("1_000", 1000), ("08", 8.0), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0)),
    *((text, text) for text in ("2024-01-31", "2024-01-31T12:00:00Z", "1.2.3", "0x", "10.0.0.0/8", "1m")),
    # A commit's hash that looks like a number which no float can hold.
    *((text, text) for text in ("12e4567", "-1e999")),
    ("!!str 1", "1"),
    ("'0777'", "0777"),
    ('"no"', "no"),
]
"""As go-yaml's version 2 resolves them."""


@pytest.mark.parametrize(("text", "meant"), SCALARS)
def test_a_scalar_is_what_kubectl_takes_it_for(text: str, meant: Any) -> None:
    wanted = meant.strip("'\"") if isinstance(meant, str) else meant
    for document, found in ((f"a: {text}\n", "a"), (f"a: [{text or 'null'}]\n", "a")):
        (read,) = yaml_text.documents(document.encode())
        value = read[found][0] if isinstance(read[found], list) else read[found]
        assert (value, type(value)) == (wanted, type(wanted)), document


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: 2\na: 3\n",
        "a: {b: 1, b: 2}\n",
        '{"a": 1, "a": 2}',
        "a: yes\na: 2\n",
        "x: &x {a: 1}\ny: {<<: *x, a: 1, a: 2}\n",
    ],
)
def test_a_key_that_is_there_twice_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"the key `[ab]` is there twice"):
        yaml_text.documents(text.encode())


def test_a_merged_key_is_no_second_one() -> None:
    (read,) = yaml_text.documents(b"x: &x {a: 1, b: 1}\nz: {<<: *x, a: 2}\n")
    assert read["z"] == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"a: 1\r\nb: |\r\n  x\r\n",
        b"\xef\xbb\xbfa: 1\nb: |\n  x\n",
        "a: 1\nb: |\n  x\n".encode("utf-16"),
        b'{"a": 1, "b": "x\\n"}',
        b'\xef\xbb\xbf  {"a": 1,\r\n "b": "x\\n"}',
        b"--- # first\na: 1\nb: |\n  x\n...\n",
        b"%YAML 1.1\n---\na: 1\nb: |\n  x\n",
    ],
)
def test_line_ends_marks_and_directives_change_nothing(content: bytes) -> None:
    assert [each for each in yaml_text.documents(content) if each] == [{"a": 1, "b": "x\n"}]


def test_a_stream_of_json_is_several_documents() -> None:
    content = b'{"a": 1}\n{"b": "\\ud83d\\ude00"} {"c": 1}\n---\n{"d": 1}'
    assert yaml_text.documents(content) == [{"a": 1}, {"b": "😀"}, {"c": 1}, {"d": 1}]


def test_an_error_tells_its_line() -> None:
    with pytest.raises(ValueError, match="at line 3, column 4") as raised:
        yaml_text.documents(b"a: 1\nb: 2\nc: [1\n")
    assert "string>" not in str(raised.value)


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "a: *x\n", "a: !t 1\n", "\x00", "a: 1\n\tb: 2\n"])
def test_a_text_without_a_name_is_given_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        yaml_text.documents(text.encode())
    assert "string>" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        *('{"a": NaN}', '{"a": [Infinity]}', '{"a": -Infinity}', '{"a": 1e400}', '{"a": 1}\n{"b": -1e999}'),
        *("a: .nan\n", "a: .inf\n", "a: [-.Inf]\n", "{a: .NaN}\n"),
    ],
)
def test_numbers_that_json_has_not_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        yaml_text.documents(text.encode())


_WORDS = st.one_of(
    st.sampled_from([text for text, _ in SCALARS]),
    st.sampled_from(
        ["a", "b", "app", "shop/web", "10.0.0.1", "'it''s'", '"a\\n"', "&x a", "*x", "!t a", "# c"]
    ),
    st.sampled_from(
        ["-", ":", "?", "|", ">", "<<", "{", "}", "[", "]", ",", "@", "%", "a:b", "a#b", "\t", "\u2028"]
    ),
)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Return lines that are YAML more often than not."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 6))):
        start = "  " * draw(st.integers(0, 2)) + draw(
            st.sampled_from(["", "- ", "k: ", "b: ", "- c: ", "d:"])
        )
        words = " ".join(draw(st.lists(_WORDS, max_size=3)))
        shape = draw(st.sampled_from(["{}", "[{}]", "{{x: {}}}", '"{}"', "{},"]))
        lines.append(start + shape.format(words))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n---\nz: 1\n"]))


@settings(max_examples=400, deadline=None, suppress_health_check=EVERY_HEALTH_CHECK)
@given(_texts())
def test_the_fast_reader_gives_what_the_other_gives_or_leaves_it_to_it(text: str) -> None:
    if not yaml_text.reads_alike(text):
        return
    try:
        slow = yaml_text.slow(text)
    except ValueError:
        return
    assert json.dumps(yaml_text.fast(text)) == json.dumps(slow), text
