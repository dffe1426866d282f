"""Names in Pulumi's spelling (`startTime`) and in the API's (`start_time`)."""

import re
from collections.abc import Mapping

from lab.cloud.plugin.values import State, Value


def snake(name: str) -> str:
    """`startTime` -> `start_time`."""
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


def camel(name: str) -> str:
    """`start_time` -> `startTime`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def to_api(block: Mapping[str, Value]) -> State:
    """A block's names in the API's spelling; values are left alone."""
    return {snake(key): value for key, value in block.items() if value is not None}


def to_pulumi(block: Mapping[str, Value]) -> State:
    """A block's names in Pulumi's spelling; values are left alone."""
    return {camel(key): value for key, value in block.items() if value is not None}
