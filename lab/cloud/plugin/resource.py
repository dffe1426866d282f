"""What a type of resource is to the provider."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.compare import Difference, differences
from lab.cloud.plugin.fields import Field
from lab.cloud.plugin.values import State


class RefusedError(Exception):
    """The operation failed and left nothing for the state."""


class Resource(ABC):
    """One type of resource. Its state is every property, inputs and outputs alike, in Pulumi's spelling."""

    token: ClassVar[str]
    inputs: ClassVar[Mapping[str, Field]]
    outputs: ClassVar[Mapping[str, Field]]
    """What only the cloud sets."""
    autonamed: ClassVar[bool] = True
    """Whether a missing `name` is made from the resource's name in the program."""
    resends: ClassVar[bool] = False
    """Whether an update without differences calls the API all the same."""
    delete_timeout: ClassVar[float] = 120
    """Seconds, unless `customTimeouts` says otherwise."""

    def check(self, inputs: State) -> Iterator[str]:
        """What is wrong with inputs together. The plugin asks this when it plans, a preview's creation too; a
        value that is not known yet counts as absent (docs/facts/provider.md#rules-across-fields)."""
        del inputs
        yield from ()

    def differences(self, olds: State, news: State) -> list[Difference]:
        """What differs between state and program."""
        return list(differences(self.inputs, olds, news))

    def replacements(self, olds: State, news: State, found: list[Difference]) -> list[str]:
        """The inputs that the plugin names as reasons to replace the resource, not what is inside them."""
        del olds, news
        return list(dict.fromkeys(top(difference.path) for difference in found if difference.replaces))

    @abstractmethod
    def create(self, client: Client, inputs: State) -> str:
        """Make the object and return its id. Raises CallError or RefusedError: nothing is kept then."""

    def made(self, client: Client, key: str) -> None:
        """Wait for a new object to be ready. Raises CallError: the object is kept then."""
        del client, key

    @abstractmethod
    def read(self, client: Client, key: str, state: State) -> State | None:
        """The object's properties as they are now, None when there is none; `state` is what was known."""

    @abstractmethod
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        """Bring the object to `planned`; `changed` are the top-level inputs that differ."""

    @abstractmethod
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        """Delete the object."""

    def adopt(self, client: Client, key: str, state: State) -> tuple[str, State]:
        """The id and first state for an object that is read without a known state."""
        del client
        return key, state


def top(path: str) -> str:
    """The input that a path leads into."""
    return path.split(".", 1)[0].split("[", 1)[0]


def found(client: Client, path: str, name: str, doing: str) -> State | None:
    """The object that the API answers under `name`, None for a 404; other failures begin with `doing`."""
    try:
        with explained(doing):
            return client.call("GET", path)[name]
    except CallError as error:
        if error.status == 404:
            return None
        raise
