"""What the models say about a location of the stack."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from network.config.global_entry.entry import KEY, GlobalEntry
from network.config.model import Location, Model
from network.config.stack import StackConfig


@dataclass(frozen=True)
class Place:
    """The type of the value at a location."""

    annotation: Any
    metadata: tuple[Any, ...] = ()
    field: FieldInfo | None = None
    """None for an entry of a mapping or a list."""

    @property
    def model(self) -> type[Model] | None:
        """The model whose keys stand there."""
        return self.annotation if _is_model(self.annotation) else None

    def below(self, step: str | int) -> "Place | None":
        """Return the place of a key or an index."""
        if self.model is not None:
            named = ((f.alias or name, f) for name, f in self.model.model_fields.items())
            field = next((field for key, field in named if key == step), None)
            return None if field is None else place(field.annotation, field.metadata, field)
        arguments = get_args(self.annotation)
        if get_origin(self.annotation) is dict:
            return place(arguments[1])
        if get_origin(self.annotation) is tuple:
            return place(arguments[0])
        return None


def place(annotation: Any, metadata: Iterable[Any] = (), field: FieldInfo | None = None) -> Place:
    """Return the place of a type, without what only wraps it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return place(arguments[0], (*arguments[1:], *metadata), field)
    present = [each for each in arguments if each is not type(None)]
    if origin in (Union, UnionType) and len(present) == 1:
        return place(present[0], metadata, field)
    return Place(annotation, tuple(metadata), field)


def place_at(location: Location) -> Place | None:
    """Return what stands at a location; None where the models know nothing."""
    # The stack file of a global load balancer has one key, which no other has.
    ours = location[:1] == (KEY,)
    found: Place | None = Place(GlobalEntry if ours else StackConfig)
    for step in location[1:] if ours else location:
        found = found.below(step) if found is not None else None
    return found


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Model)
