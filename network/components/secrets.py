"""Secret config as Secret objects; their values never stand anywhere else."""

from collections.abc import Iterable, Mapping

import pulumi

from network.components.manifests import declare
from network.config import StackConfig
from network.config.stack import SECRETS
from network.plan.model.kubernetes import SecretPlan, manifest

SecretValues = Mapping[str, pulumi.Output[str]]
"""Encrypted values by what `SecretPlan.data` calls them."""


def secret_values(config: StackConfig) -> SecretValues:
    """Return what goes into Secret objects, marked so that the engine encrypts it in state and logs."""
    authorities = {
        f"clientCAs.{name}.{key}": authority.pem
        for name, application in config.applications.items()
        for key, authority in application.client_cas.items()
        if authority.pem is not None
    }
    chains = {f"certificates.bought.{name}": each.pem for name, each in config.certificates.bought.items()}
    values = {key: value for field in SECRETS.values() for key, value in field.of(config).items()}
    return {key: pulumi.Output.secret(value) for key, value in {**values, **authorities, **chains}.items()}


def declare_secret(
    component: pulumi.ComponentResource,
    plan: SecretPlan,
    values: SecretValues,
    *,
    depends_on: Iterable[pulumi.Resource] = (),
) -> pulumi.Resource:
    """Register a Secret object as a child of `component`."""
    secret = manifest(
        "v1",
        "Secret",
        plan.name,
        namespace=plan.namespace,
        type=plan.type,
        stringData={
            **{key: pulumi.Output.secret(value) for key, value in plan.plain.items()},
            **{key: values[source] for key, source in plan.data.items()},
        },
    )
    return declare(component, secret, depends_on=depends_on, secret_outputs=("data", "stringData"))
