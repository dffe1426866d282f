"""What is refused, by key: each with the stack file in `tests/unit/config/invalid/` that shows it."""

import re
from collections import defaultdict
from collections.abc import Iterator

from network import markdown
from network.config.load import NAMESPACE
from tests import libyaml
from tests.reference.stack_file import DEFS, SCHEMA, Schema
from tests.unit.config.corpus import FOLDER

EXAMPLES = "../../tests/unit/config/invalid"


def page() -> str:
    """Return the page."""
    lines = [
        "# What is refused",
        "",
        "By key, with words of each message and a file that is refused so: a patch on a shipped stack file, "
        "which the tests hold against `network check`. The message itself also says the value, its line and "
        "the fix. Why: the rules in [stack-file.md](stack-file.md), below each layer.",
        "",
    ]
    for key, rows in _by_layer().items():
        lines += [
            f"## {key}",
            "",
            markdown.table(("at", "the message holds", "for example"), sorted(rows)),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _by_layer() -> dict[str, list[tuple[str, str, str]]]:
    examples: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, says, name in _expected():
        examples[path, says].append(name)
    layers: dict[str, list[tuple[str, str, str]]] = {f"{NAMESPACE}{key}": [] for key in SCHEMA["properties"]}
    others = layers.setdefault("Other keys", [])
    for (path, says), names in examples.items():
        example = f"[{names[0]}]({EXAMPLES}/{names[0]}.yaml)"
        layer = re.split(r"[.\[]", path)[0]
        layers.get(layer, others).append((f"`{path}`", says, example))
    return {layer: rows for layer, rows in layers.items() if rows}


def _expected() -> Iterator[tuple[str, str, str]]:
    """Yield what the corpus expects: the key, what is said of it, the file."""
    for file in sorted(FOLDER.glob("*.yaml")):
        for path, says in libyaml.load(file.read_text()).get("expect", {}).items():
            for each in says if isinstance(says, list) else [says]:
                rule, _, fix = each.partition(" | ")
                yield general(path), _plain(rule) + (f"; fix: {_plain(fix)}" if fix else ""), file.stem


def _plain(text: str) -> str:
    """Return a text of a message without what Markdown would take for markup."""
    return re.sub(r"([<*_])", r"\\\1", " ".join(text.split()))


def general(path: str) -> str:
    """Return a path with names that somebody chose as `<name>`, and indexes as `[]`."""
    steps = re.findall(r"[^.\[\]]+|\[\d+\]", path.removeprefix(NAMESPACE))
    if not path.startswith(NAMESPACE) or steps[0] not in SCHEMA["properties"]:
        return path
    found, schema = "", SCHEMA
    for step in steps:
        name, schema = _below(schema, step)
        found += name if name == "[]" else f".{name}"
    return NAMESPACE + found.removeprefix(".")


def _below(schema: Schema, step: str) -> tuple[str, Schema]:
    """Return how a step is written in general, and what stands there; empty where nothing is known."""
    schema = _plainly(schema)
    if step.startswith("["):
        return "[]", schema.get("items", {})
    if step in schema.get("properties", {}):
        return step, schema["properties"][step]
    for each in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")):
        if isinstance(each, dict):
            return "<name>", each
    return step, {}


def _plainly(schema: Schema) -> Schema:
    """Return what a schema stands for: the model of a reference, the one choice that is not nothing."""
    if "$ref" in schema:
        return DEFS[schema["$ref"].rpartition("/")[2]]
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    return _plainly(choices[0]) if len(choices) == 1 else schema
