"""Every key of a stack file: its type, its default, and the rules that read it."""

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from network import markdown
from network.config.hosts import DOMAIN
from network.config.load import NAMESPACE
from network.config.rules import RULES, WARNINGS, Rule
from network.config.stack import SECRETS, StackConfig
from network.config.text import Form
from network.config.urls import Origin

Schema = dict[str, Any]

SCHEMA = StackConfig.model_json_schema()
DEFS: Mapping[str, Schema] = SCHEMA["$defs"]

_PORT_AND_PATH = r"(:[0-9]{1,5})?(/[^\s#]*)?"
OTHER_FORMS = {
    f"^({DOMAIN})$": ("HostName", "a host name in full, `shop.example.org`"),
    rf"^((\*\.)?{DOMAIN})$": ("Host", "the same, or with `*.` in front for the names below it"),
    rf"^https://{DOMAIN}{_PORT_AND_PATH}$": ("HttpsUrl", "a URL with https:// of a host outside the cluster"),
    rf"^https?://{DOMAIN}{_PORT_AND_PATH}$": ("Url", "the same; http:// for a Service of the cluster alone"),
    TypeAdapter(Origin).json_schema()["pattern"]: (
        "Origin",
        "scheme and host, with a port where it is not the usual one; or `*`",
    ),
    r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$": ("Range", "an IPv4 address and a prefix length"),
    r"^[0-9a-fA-F.:]+/[0-9]{1,3}$": ("AnyRange", "an IPv4 or IPv6 address and a prefix length"),
    r"^[0-9]{1,5}-[0-9]{1,5}$": ("PortRange", "two ports with a hyphen between, the lower one first"),
}
"""Forms that stand in the schema alone: pattern -> name and form."""


def page() -> str:
    """Return the page."""
    lines = [
        "# The stack file: every key",
        "",
        "What `Pulumi.<stack>.yaml` may hold below `config`, from the models in `network/config/`. A key "
        "that is not here is refused. How a file is read, and what stacks of one account may not share: "
        "[stack-files.md](../stack-files.md). What is refused, by key and with an example of each: "
        "[refusals.md](refusals.md). Editors show the same from `stack.schema.json`.",
        "",
        "- `<name>` stands for a name that you choose, `[]` for each entry of a list.",
        "- **Default**: what counts when the key is absent; **required** where nothing does; empty where "
        "nothing of it is made or set; `{…}` where the keys below have their own defaults.",
        "- Below a layer stand the rules that read it first, beside the form of each value. *Refused* stops "
        "`network check` and `pulumi preview`; *warned of* is told, and nothing more.",
        "",
        "| key | is |",
        "|---|---|",
        *(f"| [`{NAMESPACE}{key}`](#{_slug(NAMESPACE + key)}) | {_text(each)} |" for key, each in _layers()),
        "| [secrets](#secrets) | encrypted values |",
        "",
    ]
    for key, schema in _layers():
        path = NAMESPACE + key
        lines += [f"## {path}", "", _ended(_text(schema)), ""]
        if "$ref" in schema:
            lines += [_table(path, DEFS[_ref(schema)]), "", *_below(path, DEFS[_ref(schema)])]
        else:
            lines += _value(path, schema)
        lines += _rules(key)
    lines += [*_secrets(), *_shared_objects(), *_forms()]
    return "\n".join(lines).rstrip("\n") + "\n"


def _layers() -> Iterator[tuple[str, Schema]]:
    return ((key, each) for key, each in SCHEMA["properties"].items() if key not in SECRETS)


def _times(schema: Any, found: dict[str, int]) -> dict[str, int]:
    """Count the places where each model stands."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            found[_ref(schema)] = found.get(_ref(schema), 0) + 1
        for each in schema.values():
            _times(each, found)
    elif isinstance(schema, list):
        for each in schema:
            _times(each, found)
    return found


def _ref(schema: Schema) -> str:
    return schema["$ref"].rpartition("/")[2]


SHARED = sorted(name for name, times in _times(SCHEMA, {}).items() if times > 1)
"""Models that stand in several places: told once, at the end."""


def _value(path: str, schema: Schema) -> Iterator[str]:
    """Yield the tables of what stands at a path, each object with a heading of its own."""
    for at, name in _objects(path, schema):
        yield from (f"### `{at}`", "", _ended(_text(DEFS[name])), "", _table(at, DEFS[name]), "")
        yield from _below(at, DEFS[name])


def _below(path: str, model: Schema) -> Iterator[str]:
    for key, each in model["properties"].items():
        yield from _value(f"{path}.{key}", each)


def _objects(path: str, schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield the models within a value that are told where they stand, with their paths."""
    if "$ref" in schema and _ref(schema) not in SHARED:
        yield path, _ref(schema)
    for each in schema.get("anyOf", ()):
        yield from _objects(path, each)
    if "items" in schema:
        yield from _objects(f"{path}[]", schema["items"])
    for each in _entries(schema):
        yield from _objects(f"{path}.<name>", each)


def _entries(schema: Schema) -> Sequence[Schema]:
    """Return the schemas of a mapping's values."""
    below = [*schema.get("patternProperties", {}).values()]
    return below + [each for each in (schema.get("additionalProperties"),) if isinstance(each, dict)]


def _table(path: str, model: Schema) -> str:
    required = model.get("required", ())
    rows = (
        (f"`{key}`", _type(f"{path}.{key}", each), _default(each, key in required), _text(each))
        for key, each in model["properties"].items()
    )
    return markdown.table(("key", "type", "default", "is"), rows)


def _default(schema: Schema, required: bool) -> str:
    if required:
        return "**required**"
    if "default" not in schema:
        return "`{…}`" if "$ref" in schema or "allOf" in schema else ""
    default = schema["default"]
    if default in (None, [], {}):
        return ""
    return _code(default)


def _code(value: Any) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`" if value != "" else '`""`'


def _type(path: str, schema: Schema) -> str:
    """Return a type in words, with its range."""
    match schema:
        case {"$ref": str()}:
            name = _ref(schema)
            return f"[{name}](#{_slug(name)})" if name in SHARED else f"[object](#{_slug(path)})"
        case {"anyOf": choices}:
            return " or ".join(
                dict.fromkeys(_type(path, each) for each in choices if each != {"type": "null"})
            )
        case {"enum": values}:
            return ", ".join(map(_code, values))
        case {"const": value}:
            return _code(value)
        case {"type": "array"}:
            entries = _between(schema, "minItems", "maxItems", " entries")
            return f"list of {_type(f'{path}[]', schema['items'])}{entries}"
        case {"type": "object", "properties": _}:
            return "options as Traefik's own CRD spells them"
        case {"type": "object"}:
            (below,) = {_type(f"{path}.<name>", each) for each in _entries(schema)} or {"anything"}
            return f"by name: {below}"
        case {"type": "string", "pattern": pattern}:
            name = FORMS[pattern][0]
            return f"[{name}](#forms-of-text)"
        case {"type": "string"}:
            return f"text{_between(schema, 'minLength', 'maxLength', ' characters')}"
        case {"type": "integer"}:
            return f"whole number{_between(schema, 'minimum', 'maximum')}"
        case {"type": "number"}:
            return f"number{_between(schema, 'minimum', 'maximum')}"
        case {"type": "boolean"}:
            return "`true`, `false`"
        case _:
            raise ValueError(f"{path}: no words for {schema}")


def _between(schema: Schema, low: str, high: str, unit: str = "") -> str:
    least, most = schema.get(low), schema.get(high)
    bounds = [
        *([f"from {least}"] if least is not None else []),
        *([f"above {schema['exclusiveMinimum']}"] if "exclusiveMinimum" in schema else []),
        *([f"to {most}"] if most is not None else []),
        *([f"below {schema['exclusiveMaximum']}"] if "exclusiveMaximum" in schema else []),
    ]
    return f", {' '.join(bounds)}{unit}" if bounds else ""


def _text(schema: Schema) -> str:
    """Return a description in one line."""
    if "description" in schema:
        return " ".join(schema["description"].split())
    if "$ref" in schema:
        return _text(DEFS[_ref(schema)])
    return next((text for each in schema.get("anyOf", ()) if (text := _text(each))), "")


def _ended(text: str) -> str:
    return text if text.endswith((".", "?")) or not text else f"{text}."


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _rules(key: str) -> Iterator[str]:
    rows = [
        (what, _must_be(rule) if must else "", " ".join((rule.__doc__ or "").split()), _reads(rule))
        for what, must, rules in (("refused", True, RULES), ("warned of", False, WARNINGS))
        for rule in rules
        if _first(rule) == key
    ]
    if rows:
        yield from (f"### Rules of {NAMESPACE}{key}", "")
        yield from (markdown.table(("", "unless", "since", "also reads"), rows), "")


def _must_be(rule: Rule) -> str:
    return rule.__name__.replace("_", " ")


def _read(rule: Rule) -> list[str]:
    """Return the layers that a rule reads, as the stack file spells them."""
    fields = StackConfig.model_fields
    return [fields[name].alias or name for name in inspect.signature(rule).parameters]


def _first(rule: Rule) -> str:
    """Return where a rule is told: with the first layer that it reads and that is not read by nearly all."""
    read = _read(rule)
    return next((key for key in read if key not in ("environment", *SECRETS)), read[0])


def _reads(rule: Rule) -> str:
    return ", ".join(f"`{key}`" for key in _read(rule) if key != _first(rule))


def _secrets() -> list[str]:
    rows = [
        (
            f"`{NAMESPACE}{key}{'.<name>' if field.by_name else ''}`",
            "**required**" if field.required else "",
            _text(SCHEMA["properties"][key]).removeprefix("Secret: "),
            f"`pulumi config set --secret {'--path ' if field.by_name else ''}{NAMESPACE}{key}"
            f"{'.<name>' if field.by_name else ''}`",
        )
        for key, field in SECRETS.items()
    ]
    return [
        "## Secrets",
        "",
        "They stand in the file as `secure: …`, encrypted by Pulumi, or not at all: plain text is refused, "
        "and so is an encrypted value of any other key ([stack-files.md](../stack-files.md#secrets)).",
        "",
        markdown.table(("key", "", "is", "set by"), rows),
        "",
    ]


def _shared_objects() -> list[str]:
    lines = ["## Objects of several places", ""]
    for name in SHARED:
        lines += [f"### {name}", "", _ended(_text(DEFS[name])), "", _table(name, DEFS[name]), ""]
        lines += _below(name, DEFS[name])
    return lines


def _aliases() -> dict[str, tuple[str, str, str]]:
    """Return forms of text by their pattern: the name that the models give it, the rule, how to write it."""
    found = {pattern: (name, rule, "") for pattern, (name, rule) in OTHER_FORMS.items()}
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("network.config.")]
    for module in modules:
        for name, value in vars(module).items():
            for form in getattr(value, "__metadata__", ()):
                if isinstance(form, Form):
                    found.setdefault(f"^({form.pattern})$", (name.strip("_"), form.rule, form.fix))
    return found


FORMS = _aliases()


def _forms() -> list[str]:
    rows = [
        (name, f"{rule}{'; ' + fix if fix else ''}")
        for name, rule, fix in sorted(FORMS.values(), key=lambda form: form[0].lower())
    ]
    return [
        "## Forms of text",
        "",
        "As expressions they stand in `stack.schema.json`.",
        "",
        markdown.table(("form", "is"), rows),
        "",
    ]
