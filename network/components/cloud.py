"""What Pulumi must know of a DigitalOcean resource beside its arguments."""

from collections.abc import Iterable

import pulumi

from network.plan.model.cloud import CloudResource


def options(
    component: pulumi.ComponentResource,
    resource: CloudResource,
    *,
    depends_on: Iterable[pulumi.Resource] = (),
    kept: bool = False,
    import_: str | None = None,
    hooks: pulumi.ResourceHookBinding | None = None,
    provider: pulumi.ProviderResource | None = None,
) -> pulumi.ResourceOptions:
    """Return the options of a planned resource as a child of `component`.

    `kept`: `destroy` leaves the object in the account, as it leaves what is adopted. `import_`: the id of the
    object to take over, where that is not the plan's.
    `provider`: another than the component's.
    """
    return pulumi.ResourceOptions(
        parent=component,
        depends_on=list(depends_on),
        protect=resource.protect,
        retain_on_delete=kept or resource.adopted is not None or None,
        import_=import_ or resource.adopted,
        ignore_changes=list(resource.ignore_changes),
        replace_on_changes=list(resource.replace_on_changes),
        delete_before_replace=resource.delete_before_replace,
        hooks=hooks,
        provider=provider,
        custom_timeouts=(
            pulumi.CustomTimeouts(delete=resource.delete_timeout)
            if resource.delete_timeout is not None
            else None
        ),
    )
