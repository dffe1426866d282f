"""Zones: what an adopted one gets that others may have a say in (EXT-2)."""

from collections.abc import Iterator

from network.config.external import External
from network.config.model import Finding


def adopted_zone_gets_only_what_is_asked_for(external: External) -> Iterator[Finding]:
    """Warn of records that an adopted zone gets although the stack file does not name them."""
    dns = external.dns
    if dns.mode != "adopt":
        return
    told = {
        "apex": (dns.apex, f"the adopted zone's own name {dns.zone} gets an address beside any that it has"),
        "wildcard": (
            dns.wildcard,
            f"every name without a record in the adopted zone {dns.zone} gets an address",
        ),
    }
    for key, (published, rule) in told.items():
        if published and key not in dns.model_fields_set:
            yield Finding(("external", "dns", key), rule, f"write `{key}: true` or `{key}: false`")
    if dns.caa.publish and "publish" not in dns.caa.model_fields_set:
        yield Finding(
            ("external", "dns", "caa"),
            f"the adopted zone gets CAA records: no authority but Let's Encrypt may issue for any name below "
            f"{dns.zone}, others' included",
            "write `caa: { publish: true }` or `caa: { publish: false }`",
        )
