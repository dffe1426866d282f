"""The lab's copy of the user's stack file: the same values, with the lab's overrides in them.

The copy lies in a folder with a copy of Pulumi.yaml, so that Pulumi accepts it as a project: there
the stack is created and secrets are encrypted, and the user's own files stay untouched.
"""

import copy
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import typing_extensions
import yaml

from lab.engine.overrides import Override
from lab.toolbox.whole_files import write_whole
from network.config.provider_secrets import is_encrypted
from network.stack_file import read
from network.stack_file.scalars import plain

Document = dict[str, Any]

_ENCRYPTION = ("encryptionsalt", "encryptedkey", "secretsprovider")
"""Keys by which a stack file names its secrets provider; the lab's copy has the lab's own."""


class OverrideError(Exception):
    """The stack file cannot be overridden; the message says where, what and how to go on."""


def load(file: Path) -> Document:
    """A stack file's content as Pulumi reads it; empty if there is none.

    Raises OverrideError for a file that Pulumi would read otherwise than its writer may mean.
    """
    if not file.exists():
        return {}
    content = read(file)
    if content.faults:
        fault = content.faults[0]
        more = f" (and {len(content.faults) - 1} more)" if len(content.faults) > 1 else ""
        raise OverrideError(f"{file.name}:{fault.line}: {fault.where}: {fault.rule}. {fault.fix}{more}")
    return dict(content.document or {})


def _written(copy: Path) -> Document:
    """The lab's copy, which only Pulumi and the lab write: at first Pulumi's salt alone."""
    return dict(yaml.safe_load(copy.read_text(encoding="utf-8")) or {}) if copy.exists() else {}


class _Dumper(yaml.SafeDumper):
    """Writes YAML that every reader takes for the same: text in quotes unless none takes it for else."""

    @typing_extensions.override
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    reading = plain(text)
    bare = not reading.rule and reading.value == text and text.isprintable()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else '"')


_Dumper.add_representer(str, _text)


def dumped(content: Document) -> str:
    """A stack file's text."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)


def refresh(
    original: Path,
    target: Path,
    overrides: Sequence[Override],
    encrypt: Callable[[str, str], None],
) -> None:
    """Bring the copy `target` up to date with the file `original` and the lab's overrides.

    `encrypt(path, value)` lets Pulumi write a secret into `target`. Secrets that the copy holds
    already stay as they are, so an unchanged file gives an unchanged copy.
    """
    earlier = _written(target)
    content = overridden(load(original), earlier, overrides)
    if content != earlier:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, dumped(content))
    for override in overrides:
        if override.secret and _get(content["config"], override.path) is None:
            encrypt(override.path, override.secret())


def overridden(original: Document, earlier: Document, overrides: Sequence[Override]) -> Document:
    """`original` with the overrides applied; salt and ciphertexts are those of the `earlier` copy.

    Raises OverrideError when a secret of the user's remains: the lab cannot decrypt it.
    """
    content = copy.deepcopy(original)
    for key in _ENCRYPTION:
        content.pop(key, None)
        if key in earlier:
            content[key] = earlier[key]
    config: Document = content.setdefault("config", {})
    ciphers = earlier.get("config", {})
    for override in overrides:
        if override.secret is None:
            _set(config, override.path, override.value)
        else:
            _remove(config, override.path)
    for override in overrides:
        if override.secret and (cipher := _get(ciphers, override.path)) is not None:
            _set(config, override.path, cipher)
    kept = {override.path for override in overrides if override.secret}
    if left := [path for path in _encrypted(config) if path not in kept]:
        raise OverrideError(
            f"the stack file's {', '.join(left)} is encrypted with a key that the lab does not "
            "have; name it in lab/engine/overrides.py with a throw-away value for the lab"
        )
    return content


def _split(path: str) -> tuple[str, list[str]]:
    """`network:traffic.chains` is the key `network:traffic` and then `chains` in its value."""
    namespace, _, rest = path.partition(":")
    name, *keys = rest.split(".")
    return f"{namespace}:{name}", keys


def _get(config: Mapping[str, Any], path: str) -> object:
    first, keys = _split(path)
    value = config.get(first)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _set(config: MutableMapping[str, Any], path: str, value: object) -> None:
    first, keys = _split(path)
    *parents, last = (first, *keys)
    holder = config
    for key in parents:
        if not isinstance(holder.get(key), dict):
            holder[key] = {}
        holder = holder[key]
    holder[last] = value


def _remove(config: MutableMapping[str, Any], path: str) -> None:
    first, keys = _split(path)
    *parents, last = (first, *keys)
    holder: Any = config
    for key in parents:
        holder = holder.get(key)
        if not isinstance(holder, dict):
            return
    holder.pop(last, None)


def _encrypted(value: object, path: str = "") -> list[str]:
    """Paths of the values that are ciphertexts."""
    if isinstance(value, dict):
        if is_encrypted(value):
            return [path]
        inner = {f"{path}.{key}" if path else str(key): one for key, one in value.items()}
    elif isinstance(value, list):
        inner = {f"{path}[{at}]": one for at, one in enumerate(value)}
    else:
        return []
    return [found for place, one in inner.items() for found in _encrypted(one, place)]
