"""Registers Kubernetes objects of the plan as Pulumi resources."""

from collections.abc import Iterable, Sequence

import pulumi

from network.plan.model.kubernetes import Manifest


def declare(
    component: pulumi.ComponentResource,
    manifest: Manifest,
    *,
    depends_on: Iterable[pulumi.Resource] = (),
    secret_outputs: Sequence[str] = (),
    shared: bool = False,
    hooks: pulumi.ResourceHookBinding | None = None,
) -> pulumi.CustomResource:
    """Register an object as a child of `component`, whose providers it uses. One that is shared may have been
    written by others too: it is taken over from them, and outlives the resource.

    The plan's objects are already as the API reads them, so they go to the engine as they are,
    under the type token of the SDK's class for their kind. The classes themselves are not needed,
    and to import those of core/v1 alone takes longer than all that the platform computes.
    """
    return pulumi.CustomResource(
        _token(manifest["apiVersion"], manifest["kind"]),
        resource_name(component, manifest),
        _taken_over(manifest) if shared else manifest,
        pulumi.ResourceOptions(
            parent=component,
            depends_on=list(depends_on),
            additional_secret_outputs=list(secret_outputs),
            retain_on_delete=shared,
            hooks=hooks,
        ),
    )


def declare_namespace(
    component: pulumi.ComponentResource, manifest: Manifest, *, adopted: bool
) -> pulumi.CustomResource:
    """Register a namespace. An adopted one exists: its labels are taken over from other writers, and it
    outlives the resource.

    Both are one resource to the engine, of one type and name, so that to hand a namespace over in either
    direction is an update. As two types it would be a deletion, with everything in the namespace.
    """
    return pulumi.CustomResource(
        _token("v1", "Namespace"),
        resource_name(component, manifest),
        _taken_over(manifest) if adopted else manifest,
        pulumi.ResourceOptions(
            parent=component,
            retain_on_delete=adopted,
            aliases=[pulumi.Alias(type_=_token("v1", "NamespacePatch"))],
        ),
    )


def _taken_over(manifest: Manifest) -> Manifest:
    """Return an object whose fields become the program's, whoever wrote them."""
    metadata = manifest["metadata"]
    annotations = {**metadata.get("annotations", {}), "pulumi.com/patchForce": "true"}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def resource_name(component: pulumi.ComponentResource, manifest: Manifest) -> str:
    """Return the Pulumi name of an object: the component's, then namespace and name in the
    cluster."""
    metadata = manifest["metadata"]
    path = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
    return f"{component.pulumi_resource_name}/{path}"


def _token(api_version: str, kind: str) -> str:
    group_version = "core/v1" if api_version == "v1" else api_version
    return f"kubernetes:{group_version}:{kind}"
