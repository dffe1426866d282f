"""Buckets and names of the CDN: each there once, where DigitalOcean has both, with a certificate (EXT-3)."""

from collections.abc import Iterator

from network.config import offers
from network.config.applications import Application
from network.config.applications.asked import asked_hosts
from network.config.certificates import Certificates
from network.config.environment import Environment
from network.config.external import External
from network.config.model import Finding, Location
from network.config.rules.certificates import covers


def buckets_are_where_spaces_is(environment: Environment, external: External) -> Iterator[Finding]:
    """Not every region has Spaces; the provider's list is older than DigitalOcean's."""
    for name, cdn in external.cdn.items():
        region = cdn.region or environment.region
        if region not in (*offers.SPACES_REGIONS, *environment.also_offered.regions):
            yield Finding(
                ("external", "cdn", name, *(("region",) if cdn.region else ())),
                f"{region} has no Spaces, by the table of {offers.AS_OF}",
                f"choose `region` among {', '.join(offers.SPACES_REGIONS)}; if DigitalOcean has it there by "
                "now, name it in network:environment.alsoOffered.regions",
            )


def buckets_are_one_each(external: External) -> Iterator[Finding]:
    """Two would be made under one name."""
    seen: dict[str, str] = {}
    for name, cdn in external.cdn.items():
        other = seen.setdefault(cdn.bucket, name)
        if other != name:
            yield Finding(
                ("external", "cdn", name, "bucket"),
                f"external.cdn.{other} has this bucket",
                "give each a bucket of its own",
            )


def cdn_hosts_lead_to_the_cdn_alone(
    external: External, applications: dict[str, Application]
) -> Iterator[Finding]:
    """A CNAME is the only record of its name (RFC 1034, 3.6.2), and a route's requests go to the cluster."""
    taken = _hosts_of_load_balancers(external, applications)
    for name, host in external.cdn_hosts.items():
        here: Location = ("external", "cdn", name, "domain", "host")
        other = taken.setdefault(host, f"external.cdn.{name}")
        if other != f"external.cdn.{name}":
            yield Finding(
                here,
                f"{other} leads {host} elsewhere, and a CNAME shares its name with no other record",
                "choose another host, or give up the other one",
            )


def _hosts_of_load_balancers(external: External, applications: dict[str, Application]) -> dict[str, str]:
    """Return the names that lead to a load balancer, and where the stack file says so."""
    dns = external.dns
    listed = {"hosts": dns.hosts, "internalHosts": dns.internal_hosts}
    hosts = {f"{host}.{dns.zone}": f"external.dns.{key}" for key, each in listed.items() for host in each}
    routed = {asked.host: ".".join(map(str, asked.location[:4])) for asked in asked_hosts(applications)}
    return {**hosts, **routed}


def cdn_hosts_have_their_certificate(external: External, certificates: Certificates) -> Iterator[Finding]:
    """DigitalOcean shows none on a name of one's own unless it is given one, or can prove the name itself."""
    dns = external.dns
    for name, cdn in external.cdn.items():
        if cdn.domain is None:
            continue
        here: Location = ("external", "cdn", name, "domain")
        if cdn.domain.bought is None:
            if dns.provider == "external":
                yield Finding(
                    here,
                    "Let's Encrypt's comes by DigitalOcean, for names of a zone that it serves alone",
                    "buy one: name one of certificates.bought in `bought`, or remove domain",
                )
            continue
        bought = certificates.bought.get(cdn.domain.bought)
        host = external.cdn_hosts[name]
        if bought is None:
            yield Finding(
                (*here, "bought"),
                f"certificates.bought has no {cdn.domain.bought}",
                "add it there, with its key, or remove it",
            )
        elif not any(covers(pattern, host) for pattern in bought.dns_names):
            yield Finding(
                (*here, "bought"),
                f"the certificate is for {', '.join(bought.dns_names)}, and not for {host}",
                "name one that covers the host",
            )


def production_keeps_its_objects(environment: Environment, external: External) -> Iterator[Finding]:
    """Nobody brings them back."""
    for name, cdn in external.cdn.items():
        if environment.is_production and cdn.destroy_objects:
            yield Finding(
                ("external", "cdn", name, "destroyObjects"),
                "production must not lose a bucket's objects with the stack",
                "remove destroyObjects",
            )
