"""What a global load balancer asks of the environments behind it."""

from collections.abc import Iterator, Mapping

from network.config.applications import Route
from network.config.applications.host_patterns import fits
from network.config.global_entry.entry import GlobalEntry
from network.config.model import Finding
from network.config.nearest import unknown
from network.config.stack import StackConfig
from network.config.zones import zone_of, zones

Environments = Mapping[str, StackConfig | None]
"""The project's stacks by name; None is one whose file is refused."""


def findings(entry: GlobalEntry, stacks: Environments) -> Iterator[Finding]:
    """Yield what cannot be."""
    for name in entry.environments:
        here = ("environments", name)
        if name not in stacks:
            yield unknown(here, "stack", name, stacks)
        elif stacks[name] is None:
            yield Finding(
                here, f"the stack file of {name} is refused", f"mend it: network check --stack {name}"
            )
    behind = valid(entry, stacks)
    yield from _accounts(behind)
    yield from _priorities(entry, behind)
    for name, config in behind.items():
        yield from _load_balancer(name, config)
        yield from _hosts(entry, name, config)


def warnings(entry: GlobalEntry, stacks: Environments) -> Iterator[Finding]:
    """Yield what works otherwise than without the load balancer, or is to be seen on an account first."""
    for name, config in valid(entry, stacks).items():
        if config.ingress.tls.sni_strict:
            yield Finding(
                ("environments", name),
                "DigitalOcean's page of limits says that global load balancers do not support SNI: if so "
                f"towards targets, Traefik of {name} refuses each connection (sniStrict)",
                "try it before a name leads here; if so, set `ingress.tls.sniStrict: false` there",
            )
        yield from _by_address(entry, name, config)


def valid(entry: GlobalEntry, stacks: Environments) -> dict[str, StackConfig]:
    """Return the environments whose stack files say what there is."""
    found = ((name, stacks.get(name)) for name in entry.environments)
    return {name: config for name, config in found if config is not None}


def _accounts(behind: Mapping[str, StackConfig]) -> Iterator[Finding]:
    first = next(iter(behind), None)
    for name, config in behind.items():
        account = config.environment.account
        if first is not None and account != behind[first].environment.account:
            yield Finding(
                ("environments", name),
                f"its account is {account or 'not named'}, and that of {first} "
                f"{behind[first].environment.account or 'not named'}: targets are of one account",
                "remove it, or name the same `environment.account` in both",
            )


def _priorities(entry: GlobalEntry, behind: Mapping[str, StackConfig]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    of_priority: dict[int, str] = {}
    for name, config in behind.items():
        region, priority = config.environment.region, entry.environments[name].priority
        here = ("environments", name, "priority")
        other = seen.setdefault(region, name)
        if priority != entry.environments[other].priority:
            yield Finding(
                here,
                f"{other} is in {region} too, with another priority: they are given to regions",
                "give both the same",
            )
        elif priority is not None and other == name:
            same = of_priority.setdefault(priority, name)
            if same != name:
                yield Finding(
                    here,
                    f"{same} in another region has priority {priority} too, and nobody documents which one "
                    "is asked then",
                    "give each region its own; for the nearest region give none",
                )


def _load_balancer(name: str, config: StackConfig) -> Iterator[Finding]:
    here, balancer = ("environments", name), config.ingress.load_balancer
    if balancer.type != "REGIONAL":
        yield Finding(
            here,
            f"its load balancer is of type {balancer.type}, and targets are of type REGIONAL",
            f"remove it, or set `ingress.loadBalancer.type: REGIONAL` in {name}",
        )
    if balancer.source_ranges:
        yield Finding(
            here,
            "its load balancer lets in `sourceRanges` alone, and nobody publishes from which addresses a "
            "global one asks",
            f"remove it, or `ingress.loadBalancer.sourceRanges` in {name}",
        )
    chain = config.traffic.web_chain
    for link in config.traffic.passed(chain) if chain else ():
        if config.traffic.middlewares[link.name].ip_allow_list is not None:
            yield Finding(
                here,
                f"its `traffic.webChain` passes {link.name}, which refuses the check on port 80: the "
                "environment would always count as failed",
                f"remove it, or take {link.name} out of the chain {chain} in {name}",
            )


def _hosts(entry: GlobalEntry, name: str, config: StackConfig) -> Iterator[Finding]:
    own = zones(config.external.dns)
    for host, says in entry.hosts.items():
        here = ("hosts", host)
        routes = list(_routes(config, host))
        if not routes:
            yield Finding(
                here,
                f"no route of {name} is for it on the public load balancer, so it would answer 404",
                f"add one in {name}, or take the environment out",
            )
        for path, route in routes:
            if route.client_ca is not None or route.tls_options is not None:
                yield Finding(
                    here,
                    f"route {path} of {name} settles TLS with the client, by the name that it asks for; here "
                    "TLS ends at the global load balancer",
                    f"remove it, or clientCA and tlsOptions of the route in {name}",
                )
        for certificate, asked in config.certificates.named.items():
            if asked.solver == "http01" and host in asked.dns_names:
                yield Finding(
                    here,
                    f"certificate {certificate} of {name} is proven by HTTP-01, and the question comes to "
                    "whichever environment is asked first",
                    f"set `certificates.named.{certificate}.solver: dns01` in {name}",
                )
        zone = zone_of(host, own)
        if says.managed and zone is not None and zone.says.provider != "digitalocean":
            yield Finding(
                here,
                f"DigitalOcean does not serve {zone.name} ({zone.path}.provider of {name})",
                "write `certificate` in place of managed, and make the records there",
            )


def _by_address(entry: GlobalEntry, name: str, config: StackConfig) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for host in entry.hosts:
        for path, route in _routes(config, host):
            for what, means in _going_by_address(config, route):
                if (host, what) in told:
                    continue
                told.add((host, what))
                yield Finding(
                    ("hosts", host),
                    f"{what} of route {path} in {name} goes by the client's address, which behind a global "
                    f"load balancer is an edge's, as far as anybody documents: it {means}",
                    "leave the host on the environment's own load balancer, or see on an account what "
                    "Traefik's access log tells",
                )


def _going_by_address(config: StackConfig, route: Route) -> Iterator[tuple[str, str]]:
    """Yield what of a route tells clients by their address, and what comes of it where all have an edge's."""
    if route.client_ip:
        yield "clientIp", "fits nobody, or everybody"
    for name in sorted({link.name for link in config.traffic.passed_to(route)}):
        middleware = config.traffic.middlewares[name]
        if middleware.ip_allow_list is not None:
            yield name, "lets nobody in, or everybody"
        if middleware.ip_deny_list is not None:
            yield name, "keeps nobody out, or everybody"
        for limit in (middleware.rate_limit, middleware.in_flight_req):
            if limit is not None and limit.source_criterion.ip_strategy is not None:
                yield name, "counts all clients of an edge as one"


def _routes(config: StackConfig, host: str) -> Iterator[tuple[str, Route]]:
    for application, says in config.applications.items():
        for name, route in says.routes.items():
            if route.load_balancer == "public" and any(fits(each, host) for each in route.all_hosts):
                yield f"{application}/{name}", route
