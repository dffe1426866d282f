"""Hosts that are asked from inside the cluster: they must lie outside (NET-4, SVC-1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from network.config.applications import Application
from network.config.applications.asked import asked_hosts
from network.config.applications.host_patterns import fits, is_expression, is_wildcard
from network.config.certificates import Certificates
from network.config.charts import Charts
from network.config.cluster import Cluster
from network.config.external import Dns, External
from network.config.hosts import bare_host, covers
from network.config.model import Finding, Location
from network.config.observability import Observability
from network.config.traffic import Traffic
from network.config.urls import ASKED_ENCRYPTED, SHOWN_ENCRYPTED
from network.config.zones import zone_of, zones

Applications = dict[str, Application]


@dataclass(frozen=True)
class _Asked:
    """A host that something looks up."""

    location: Location
    host: str
    """A name, or a wildcard that stands for one or more labels."""
    instead: str
    """How to say that what stands behind a route is meant."""


def _asked(
    traffic: Traffic,
    applications: Applications,
    certificates: Certificates,
    observability: Observability | None,
) -> Iterator[_Asked]:
    for name, application in applications.items():
        here = ("applications", name)
        for workload, talks in application.talks_to.items():
            for index, talk in enumerate(talks):
                if talk.host is not None:
                    place = (*here, "talksTo", workload, index, "host")
                    yield _Asked(place, talk.host, "name the workload behind the route, in place of host")
        for external_name, external in application.external_services.items():
            place = (*here, "externalServices", external_name, "host")
            yield _Asked(place, external.host, "let the route name the workload behind it")
    for name, middleware in traffic.middlewares.items():
        if middleware.forward_auth is not None and middleware.forward_auth.host is not None:
            place = ("traffic", "middlewares", name, "forwardAuth", "address")
            fix = "name the application, workload and port behind the route, in place of address"
            yield _Asked(place, middleware.forward_auth.host[0], fix)
    if traffic.redis is not None and traffic.redis.host is not None:
        fix = "name the application and workload that run it, in place of host"
        yield _Asked(("traffic", "redis", "host"), traffic.redis.host, fix)
    if certificates.dns01.nameserver:
        host = certificates.dns01.nameserver.rpartition(":")[0]
        fix = "name the primary name server, or give its address"
        yield _Asked(("certificates", "dns01", "nameserver"), host, fix)
    if observability is not None:
        for location, host in observability.alerting.hosts():
            fix = "name a service outside: whoever is told of this cluster's failures must not fail with it"
            yield _Asked(("observability", "alerting", *location), host, fix)


def hosts_asked_from_inside_are_outside(
    external: External,
    traffic: Traffic,
    applications: Applications,
    certificates: Certificates,
    observability: Observability | None,
) -> Iterator[Finding]:
    """From inside, the load balancer's address leads past it, and Traefik misses the PROXY header."""
    own = _own_hosts(external.dns, applications)
    services = dict(_services(applications))
    for asked in _asked(traffic, applications, certificates, observability):
        met = _met(asked.host, own)
        if met is not None:
            which = "the host is"
            if met != asked.host:
                which = (
                    f"it stands for {met} too, which is" if is_wildcard(asked.host) else f"it is of {met},"
                )
            yield Finding(
                asked.location,
                f"{which} one of this cluster's routes or records: from inside, its address bypasses the "
                "load balancer, and Traefik misses the PROXY header",
                "name the other hosts that are meant, one by one"
                if is_wildcard(asked.host)
                else asked.instead,
            )
        elif asked.host in services:
            yield Finding(
                asked.location,
                f"inside the cluster {asked.host} is {services[asked.host]}: policies reach it as that only",
                asked.instead.replace(" behind the route", ""),
            )


def urls_outside_are_encrypted(
    external: External, traffic: Traffic, applications: Applications
) -> Iterator[Finding]:
    """Credentials pass to what is asked, and to where clients are sent. Of a host that is refused altogether,
    the other rules here say what is meant instead."""
    own, services = _own_hosts(external.dns, applications), dict(_services(applications))
    for name, middleware in traffic.middlewares.items():
        auth = middleware.forward_auth
        if auth is None:
            continue
        for key, url, rule, refused in (
            ("address", auth.address, ASKED_ENCRYPTED, {**own, **services}),
            ("authSigninURL", auth.auth_signin_url, SHOWN_ENCRYPTED, services),
        ):
            if url is not None and url.startswith("http:") and bare_host(url) not in refused:
                place = ("traffic", "middlewares", name, "forwardAuth", key)
                yield Finding(place, rule, f"write `https{url.removeprefix('http')}`")


def names_shown_outside_are_no_services(
    traffic: Traffic, applications: Applications, certificates: Certificates, charts: Charts
) -> Iterator[Finding]:
    """Only pods understand the names of Services."""
    services = dict(_services(applications))
    for shown in _shown(traffic, applications, certificates, charts):
        if shown.host in services:
            yield Finding(
                shown.location,
                f"inside the cluster {shown.host} is {services[shown.host]}; outside nobody knows it by that",
                shown.instead,
            )


def _shown(
    traffic: Traffic, applications: Applications, certificates: Certificates, charts: Charts
) -> Iterator[_Asked]:
    """Yield the hosts that browsers, authorities and the machine that runs Pulumi look up."""
    for name, middleware in traffic.middlewares.items():
        here = ("traffic", "middlewares", name)
        if middleware.forward_auth is not None and middleware.forward_auth.auth_signin_url is not None:
            place = (*here, "forwardAuth", "authSigninURL")
            host = bare_host(middleware.forward_auth.auth_signin_url)
            yield _Asked(place, host, "give the address by which browsers reach it: the host of its route")
        origins = (middleware.headers and middleware.headers.access_control_allow_origin_list) or ()
        for index, origin in enumerate(origins):
            place = (*here, "headers", "accessControlAllowOriginList", index)
            yield _Asked(place, bare_host(origin), "name the host of the page, as browsers show it")
    for each in asked_hosts(applications):
        fix = "name the host by which clients ask; pods reach each other by `talksTo`, not by routes"
        if not is_expression(each.host):
            yield _Asked(each.location, each.host, fix)
    for name, certificate in certificates.named.items():
        for index, host in enumerate(certificate.dns_names):
            place = ("certificates", "named", name, "dnsNames", index)
            yield _Asked(place, host, "remove it: Let's Encrypt knows names of the internet's DNS only")
    for name, chart in (("traefik", charts.traefik), ("certManager", charts.cert_manager)):
        fix = "give the address that this machine knows, or `path` of a chart's folder"
        yield _Asked(("charts", name, "repository"), bare_host(chart.repository), fix)


def hosts_of_the_zone_have_records(
    external: External,
    traffic: Traffic,
    applications: Applications,
    certificates: Certificates,
    observability: Observability | None,
) -> Iterator[Finding]:
    """Warn of hosts for which a zone's wildcard record answers."""
    own = _own_hosts(external.dns, applications)
    of_cdns = set(external.cdn_hosts.values())
    for asked in _asked(traffic, applications, certificates, observability):
        zone = zone_of(asked.host, zones(external.dns))
        if zone is None or asked.host == zone.name or not zone.says.wildcard:
            continue
        if asked.host not in of_cdns and _met(asked.host, own) is None:
            yield Finding(
                asked.location,
                f"unless {zone.name} has a record of its own for it, the wildcard record leads to this "
                "cluster's load balancer, which cannot be reached from inside",
                f"give it a record of its own, or {asked.instead}",
            )


def named_hosts_need_cilium(cluster: Cluster, applications: Applications) -> Iterator[Finding]:
    """Plain policies are about addresses."""
    for name, application in applications.items():
        for workload, talks in application.talks_to.items():
            for index, talk in enumerate(talks):
                if talk.host is not None and cluster.cni == "generic":
                    yield Finding(
                        ("applications", name, "talksTo", workload, index, "host"),
                        "plain NetworkPolicy knows no host names",
                        "set `cluster.cni: cilium`, or give the host's range",
                    )


def _own_hosts(dns: Dns, applications: Applications) -> dict[str, None]:
    """Return the hosts whose records lead to the load balancer, each once."""
    own = dict.fromkeys(each.host for each in asked_hosts(applications))
    for zone in zones(dns):
        named = (each for each in (*zone.says.hosts, *zone.says.internal_hosts) if not is_wildcard(each))
        own |= dict.fromkeys([*([zone.name] if zone.says.apex else []), *map(zone.absolute, named)])
    return own


def _met(asked: str, own: dict[str, None]) -> str | None:
    """Return the first of the own hosts that a name or wildcard stands for."""
    if is_wildcard(asked):
        return next((host for host in own if not is_expression(host) and covers(asked, host)), None)
    return asked if asked in own else next((host for host in own if fits(host, asked)), None)


def _services(applications: Applications) -> Iterator[tuple[str, str]]:
    """Yield the short name of each Service, `<name>.<namespace>`, and what it is."""
    for name, application in applications.items():
        namespace = application.namespace or name
        for kind, services in (
            ("workload", application.workloads),
            ("external service", application.external_services),
        ):
            for each in services:
                yield f"{each}.{namespace}", f"{kind} {each} of application {name}"
