"""Resources whose properties are the API's, under Pulumi's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from typing_extensions import override

from lab.cloud.plugin.client import Client, explained
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.resources.spelling import snake, to_api, to_pulumi
from lab.cloud.plugin.values import State, Value


@dataclass(frozen=True)
class Spelling:
    """Where and under which names the API keeps a resource. `noun`: what the plugin calls it in errors.

    `names`: inputs and outputs whose API name is not just their own in the other spelling. `kept`:
    inputs that the API does not answer. `key`: what serves as id.
    """

    path: str
    singular: str
    noun: str
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    kept: tuple[str, ...] = ()
    key: str = "id"

    def name(self, name: str) -> str:
        """What the API calls an input or output."""
        return self.names.get(name, snake(name))


class Mirrored(Resource):
    """A resource whose properties are the API's."""

    spelling: Spelling

    @override
    def create(self, client: Client, inputs: State) -> str:
        body = self.body(inputs)
        with explained(f"Error creating {self.spelling.noun}"):
            return client.call("POST", self.spelling.path, body)[self.spelling.singular][self.spelling.key]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        doing = f"Error retrieving {self.spelling.noun}"
        answered = found(client, f"{self.spelling.path}/{key}", self.spelling.singular, doing)
        if answered is None:
            return None
        kept = {name: state.get(name) for name in self.spelling.kept}
        fields = {**self.inputs, **self.outputs}
        shown = {name: answered.get(self.spelling.name(name)) for name in fields if name not in kept}
        return {**kept, **{name: _blocks(value, to_pulumi) for name, value in shown.items()}}

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if changed:
            with explained(f"Error updating {self.spelling.noun}"):
                client.call("PUT", f"{self.spelling.path}/{key}", self.body(planned))

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained(f"Error deleting {self.spelling.noun}"):
            client.call("DELETE", f"{self.spelling.path}/{key}")

    def body(self, state: State) -> State:
        """What creation and update send."""
        given = {name: state[name] for name in self.inputs if state.get(name) is not None}
        return {self.spelling.name(name): _blocks(value, to_api) for name, value in given.items()}


def _blocks(value: Value, spell: Callable[[State], State]) -> Value:
    """A value in which the blocks of a list have their names spelled anew."""
    if isinstance(value, list):
        return [spell(each) if isinstance(each, dict) else each for each in cast(list[Value], value)]
    return value
