"""A host's name: the zone's delegation and the record that leads to the load balancer (EXT-2)."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from network.config.entry_points import Balancer
from network.diagnosis.facts import Facts, NameAnswer, Objects, seen
from network.diagnosis.walk import Link, Outcome
from network.live.finding import CannotLookError

SERVERS = ("ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com")
"""Of every zone at DigitalOcean (docs/facts/digitalocean.md)."""


def delegation(zone: str, declared: str, *, ours: bool) -> Link:
    """Return the link of a zone; `ours` where DigitalOcean serves it."""

    def judge(facts: Facts) -> Outcome:
        served = facts.zones[zone]
        servers = seen(served.servers)
        source, command = f"dig NS {zone}", f"dig +trace NS {zone}"
        if not servers.values:
            return Outcome(f"the resolver answers {servers.status} for its name servers", source, command)
        foreign = [server for server in servers.values if server not in SERVERS]
        if ours and foreign:
            return Outcome(f"{zone} is delegated to {', '.join(servers.values)}", source, command)
        for server, answer in served.authority.items():
            told = seen(answer)
            if told.status != "NOERROR" or not told.is_authoritative:
                return Outcome(
                    f"{server} does not serve {zone} ({told.status})",
                    f"dig SOA {zone} @{server}",
                    f"doctl compute domain get {zone}" if ours else command,
                )
        return Outcome(f"served by {', '.join(servers.values)}", source)

    planned = f"DigitalOcean serves {zone}" if ours else f"somebody serves {zone}"
    return Link("name-delegated", zone, planned, judge, declared)


def record(
    host: str, zone: str | None, balancer: Balancer, name: str, service: str, *, ipv6: bool, declared: str
) -> Link:
    """Return the link of a host's record in its zone, None where that is none of the stack's; `name` is the
    load balancer's, `service` the Service before it."""

    def judge(facts: Facts) -> Outcome:
        found = facts.host(host)
        wanted = addresses(facts, name, service)
        if not ipv6:
            wanted = tuple(each for each in wanted if ip_address(each).version == 4)
        if not wanted:
            raise CannotLookError(
                f"kubectl get service -n traefik {service}",
                f"neither the account nor the Service tells the address of {name}",
                "network doctor --about connectivity, with the account's token",
            )
        if found.by_authority is not None:
            told = seen(found.by_authority)
            command = f"doctl compute domain records list {zone}"
            if wrong := _wrong(told, wanted):
                return Outcome(f"its zone says {wrong}", f"dig {host}, of the zone's server", command)
        if not found.by_resolver:
            raise CannotLookError(f"dig {host}", "no resolver was asked", f"dig {host}")
        for resolver, answer in found.by_resolver.items():
            if wrong := _wrong(seen(answer), wanted):
                late = "" if found.by_authority is None else ", though its zone says otherwise: cached"
                return Outcome(
                    f"resolver {resolver} says {wrong}{late}", f"dig {host} @{resolver}", f"dig +trace {host}"
                )
        return Outcome(f"leads to {', '.join(wanted)}", f"dig {host}")

    which = "internal " if balancer == "internal" else ""
    return Link("record", host, f"leads to the {which}load balancer {name}", judge, declared)


def global_record(host: str, over: str, own: str, service: str) -> Link:
    """Return the link of a host that leads to a global load balancer, called `over`, and from there here: to
    the load balancer `own`, whose Service is `service`.

    Nobody tells which addresses the former has, so what is looked for is that DigitalOcean has found nothing
    wrong, and that the name does not lead past it.
    """
    account, again = "GET /v2/load_balancers", "cd global && pulumi up --refresh"

    def judge(facts: Facts) -> Outcome:
        known = seen(facts.balancers)
        there = next((each for each in known if (each["name"], each["type"]) == (over, "GLOBAL")), None)
        if there is None:
            return Outcome(f"the account has no global load balancer {over}", account, again)
        domain = next((each for each in there["domains"] if each["name"] == host), None)
        if domain is None:
            return Outcome(f"{over} does not answer for {host}", account, again)
        reasons = [*_reasons(domain, "verification"), *_reasons(domain, "ssl_validation")]
        if reasons:
            return Outcome(f"DigitalOcean says of {host}: {'; '.join(reasons)}", account, f"dig {host}")
        targets = there["target_load_balancer_ids"]
        if not any(each["name"] == own and each["id"] in targets for each in known):
            return Outcome(f"{own} is no target of {over}", account, again)
        past = set(addresses(facts, own, service))
        for resolver, answer in facts.host(host).by_resolver.items():
            told = seen(answer)
            if not told.values or past & set(told.values):
                found = f"resolver {resolver} says {told}"
                return Outcome(found, f"dig {host} @{resolver}", f"dig +trace {host}")
        return Outcome(f"leads to {over}, and on to {own}", f"dig {host}, {account}")

    return Link("record", host, f"leads to the global load balancer {over}, and on here", judge)


def _reasons(domain: Mapping[str, Any], of: str) -> Sequence[str]:
    return domain.get(f"{of}_error_reasons") or ()


def _wrong(answer: NameAnswer, wanted: Sequence[str]) -> str | None:
    if set(answer.values) == set(wanted):
        return None
    return f"{answer}, and the load balancer has {', '.join(wanted)}"


def addresses(facts: Facts, name: str, service: str) -> tuple[str, ...]:
    """Return the addresses of a load balancer, by the account or else by the Service before it."""
    if not isinstance(facts.balancers, CannotLookError):
        known = next((each for each in facts.balancers if each["name"] == name), None)
        if known is not None:
            return tuple(str(known[key]) for key in ("ip", "ipv6") if known.get(key))
    return tuple(told(facts.objects, service))


def told(objects: Objects, service: str) -> Iterator[str]:
    """Yield the addresses that a Service of Traefik's tells. Raises CannotLookError."""
    live = objects.get("Service", service, "traefik")
    ingress = ((live or {}).get("status", {}).get("loadBalancer") or {}).get("ingress") or ()
    yield from (point["ip"] for point in ingress if point.get("ip"))
