"""The one VPC that can never be deleted: its region's default, which the first one of a region becomes."""

from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network.plan.model.cloud import CloudResource

_NONE = "unable to find default VPC"
"""How the provider says that a region has none (its data source's source)."""


@dataclass(frozen=True)
class DefaultVpc:
    """What the region's default VPC is to this stack."""

    ours: bool = False
    """Whether it is the planned VPC, or will be once that is made."""
    id: str | None = None
    """Of ours, where it stands already."""


def default_vpc(planned: CloudResource) -> DefaultVpc:
    """Return whether a planned VPC is its region's default, so that `destroy` leaves it instead of asking for
    a quarter of an hour for what DigitalOcean always refuses.

    Only an `up` asks: a preview calls nobody. Where there is no answer, the VPC's own calls say why.
    """
    if pulumi.runtime.is_dry_run():
        return DefaultVpc()
    region, name = planned.arguments["region"], planned.arguments["name"]
    try:
        found = digitalocean.get_vpc(region=region)
    except Exception as error:  # the SDK has no type for what a data source could not find
        if _NONE not in str(error):
            pulumi.log.debug(f"the default VPC of {region} is not known: {error}")
            return DefaultVpc()
        default = DefaultVpc(ours=True)
    else:
        if found.name != name:
            return DefaultVpc()
        default = DefaultVpc(ours=True, id=found.id)
    pulumi.log.warn(
        f"VPC {name} is the default VPC of {region}, which DigitalOcean never deletes: `destroy` will leave "
        "it in the account (it costs nothing), and the next `up` takes it over. To have it deleted, make "
        "another one the default and run `pulumi up` once more: "
        f"doctl vpcs create --name default-{region} --region {region}; "
        "doctl vpcs update <id of that one> --default"
    )
    return default
