"""One resource of the plan beside what the account has of it."""

from network.adoption import inputs
from network.adoption.objects import Effect, Importable, effects
from network.live.cluster import Object
from network.plan.model.cloud import CloudResource
from network.review.document import in_camel_case


def chosen(planned: CloudResource, objects: list[Object]) -> Object | None:
    """Return the object that the stack file names by its id, else the one that has the planned name."""
    if planned.adopted is not None:
        return next((each for each in objects if each["id"] == planned.adopted), None)
    return next((each for each in objects if each["name"] == planned.arguments["name"]), None)


def differences(planned: CloudResource, found: Object) -> list[Effect]:
    """Return what `up` does to a found object by the planned arguments."""
    wanted = inputs.asked(in_camel_case(planned.arguments))
    wanted = {key: value for key, value in wanted.items() if key not in planned.ignore_changes}
    there = inputs.of(planned.type, found, wanted)
    # What the API does not answer under its own name, a peering's VPCs for instance, is compared elsewhere.
    return effects(
        planned.type,
        there,
        {key: value for key, value in wanted.items() if key in there},
        planned.name,
    )


def absent(planned: CloudResource, name: str, what: str, key: str, command: str) -> Importable:
    """Return that what the stack file names at a key does not exist; `command` lists those that do."""
    assert planned.adopted is not None
    effect = Effect(
        "", "", "", "refused", f"the account has no {what} with this id", f"correct it: {command}"
    )
    return Importable(planned.type, name, planned.adopted, f"{what} {planned.adopted}", key, True, (effect,))
