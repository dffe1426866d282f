"""Rules of GLOBAL load balancers (docs/facts/digitalocean.md#global-load-balancers)."""

from lab.cloud.errors import unprocessable
from lab.cloud.rules.network import known_region
from lab.cloud.state import Account, Json, Kind
from lab.internet.addresses import of_ipv4

LONGEST_NAME = 32


def balancer(account: Account, body: Json) -> None:
    """One rule towards ports 80 or 443, over load balancers of regions, for hosts that lead nowhere else."""
    if len(body["name"]) > LONGEST_NAME:
        raise unprocessable(f"name must have {LONGEST_NAME} characters at most")
    settings = body["glb_settings"]
    if settings.get("target_protocol") not in ("http", "https", "http2"):
        raise unprocessable("glb_settings.target_protocol must be http, https or http2")
    if settings.get("target_port") not in (80, 443):
        raise unprocessable("glb_settings.target_port must be 80 or 443")
    if not 0 <= (settings.get("failover_threshold") or 0) <= 99:
        raise unprocessable("glb_settings.failover_threshold must be between 1 and 99")
    for region in settings.get("region_priorities") or {}:
        known_region(region)
    for key in body["target_load_balancer_ids"]:
        _target(account, key)
    for domain in body["domains"]:
        _domain(account, body, domain)


def _target(account: Account, key: str) -> None:
    """It is a regional one that the internet reaches [api]."""
    target = account.find(Kind.LOAD_BALANCER, key)
    if target is None:
        raise unprocessable(f"target load balancer {key} does not exist")
    if target["type"] != "REGIONAL" or target["network"] == "INTERNAL":
        raise unprocessable(f"target load balancer {target['name']} must be external, and of type REGIONAL")


def _domain(account: Account, body: Json, domain: Json) -> None:
    """A host is of one load balancer, and one that is managed has no address yet [api]."""
    name = domain["name"]
    if domain.get("certificate_id"):
        account.get(Kind.CERTIFICATE, domain["certificate_id"])
    for other in account.all(Kind.LOAD_BALANCER):
        if other["id"] != body["id"] and any(each["name"] == name for each in other.get("domains", ())):
            raise unprocessable(f"domain {name} is already associated with another load balancer")
    own = {*body["edges"], *(str(of_ipv4(each)) for each in body["edges"])}
    foreign = [each for each in addresses_of(account, name) if each["data"] not in own]
    if domain["is_managed"] and foreign:
        raise unprocessable(f"domain {name} has a record already: {foreign[0]['type']} {foreign[0]['data']}")


def zone_of(account: Account, host: str) -> str | None:
    """The deepest zone of the account that holds a host."""
    zones = [each["name"] for each in account.all(Kind.DOMAIN)]
    return max((zone for zone in zones if host == zone or host.endswith(f".{zone}")), key=len, default=None)


def addresses_of(account: Account, host: str) -> list[Json]:
    """The records of a host that say where it is."""
    zone = zone_of(account, host)
    if zone is None:
        return []
    name = "@" if host == zone else host.removesuffix(f".{zone}")
    return [
        each
        for each in account.all(Kind.RECORD)
        if (each["zone"], each["name"]) == (zone, name) and each["type"] in ("A", "AAAA", "CNAME")
    ]
