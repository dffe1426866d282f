"""Routes: which requests from the internet go where (ING-2)."""

import functools
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from typing_extensions import override

from network.config.applications.backends import Backend
from network.config.applications.host_patterns import fits, is_pattern
from network.config.applications.matchers import (
    CookieName,
    CookieValue,
    HostRegex,
    MatchRegex,
    MatchText,
    Method,
    QueryText,
)
from network.config.applications.probes import RouteProbe
from network.config.entry_points import Balancer
from network.config.headers import RequestHeader
from network.config.hosts import LABEL, RouteHost
from network.config.model import Finding, Location, refusal, repeated
from network.config.names import Name
from network.config.paths import MatchedPath
from network.config.ranges import AllowedClients

MOST_PRIORITY = 1_000_000
"""Far above the length of any rule, which is a router's priority where none is given."""


def _chain_in_place(given: Any) -> str | Literal[False]:
    if given is False or (isinstance(given, str) and re.fullmatch(LABEL, given)):
        return given
    raise refusal(
        "it is the name of a chain, or `false` for none", "write `false`, or a name from traffic.chains"
    )


ChainInPlace = Annotated[
    str | Literal[False], PlainValidator(_chain_in_place, json_schema_input_type=Name | Literal[False])
]
"""A chain in place of another, or none."""


class Route(Backend):
    """Requests from the internet to a workload, or to a service over several.

    A request must fit everything that is given. Where it fits several routes, the one with the highest
    priority serves it.
    """

    host: RouteHost | None = None
    """Host name; inside the zone it is covered by the wildcard certificate. `*.` in front is every name
    directly below the domain; one that another route names goes before."""
    hosts: tuple[RouteHost, ...] = ()
    """Further hosts that are served alike."""
    host_regexp: HostRegex | None = None
    """Regular expression of whole host names, for tenants whose names have a form. Names go before, and
    wildcards behind."""
    path: MatchedPath | None = None
    """The whole path, exactly."""
    path_prefix: MatchedPath = "/"
    """Beginning of the path, as text: `/api` fits `/apiary` too, `/api/` does not."""
    path_regexp: MatchRegex | None = None
    """Regular expression that the path matches somewhere."""
    methods: tuple[Method, ...] = ()
    """Any where none is given. GET does not include HEAD, nor the OPTIONS that browsers ask with before
    cross-origin requests."""
    headers: dict[RequestHeader, MatchText] = Field(default_factory=dict)
    """Headers with exactly these values."""
    headers_regexp: dict[RequestHeader, MatchRegex] = Field(default_factory=dict)
    """Request headers whose values match Go's regular expressions, by header."""
    cookies: dict[CookieName, CookieValue] = Field(default_factory=dict)
    """Cookies with exactly these values: A/B tests, previews."""
    query: dict[MatchText, QueryText] = Field(default_factory=dict)
    """Query parameters with exactly these values."""
    query_regexp: dict[MatchText, MatchRegex] = Field(default_factory=dict)
    """Query parameters whose values match Go's regular expressions, by parameter."""
    client_ip: tuple[AllowedClients, ...] = ()
    """Ranges of the client's own address. To shut others out use an ipAllowList, which answers 403; here they
    reach the next route."""
    priority: int | None = Field(default=None, ge=1, le=MOST_PRIORITY)
    """Higher is first. Where absent, the length of Traefik's rule: the longer, the earlier."""
    chain: Name | None = None
    """Middlewares that requests pass, by the chain's name, behind the default chain."""
    default_chain: ChainInPlace | None = None
    """Takes another chain in place of the platform's `traffic.defaultChain`, or none with `false`."""
    client_ca: Name | None = Field(default=None, alias="clientCA")
    """One of the application's `clientCAs`: clients must show a certificate of it (mutual TLS). That is
    settled before a request is read, so all routes of a host agree."""
    tls_options: Name | None = None
    """One of `ingress.tlsOptions`, in place of `ingress.tls`. Settled before a request is read as well."""
    load_balancer: Balancer = "public"
    """Which load balancer leads to it: `internal` is `ingress.internalLoadBalancer`, for whoever is in the
    VPC. A name leads to one of the two, so all routes of a host agree."""
    probe: RouteProbe = Field(default_factory=RouteProbe)
    """How `network:observability` asks whether the route works."""

    @property
    def asks_more(self) -> bool:
        """Whether it asks more of a request than host, path and method."""
        conditions = (self.headers, self.headers_regexp, self.cookies, self.query, self.query_regexp)
        return any(conditions) or bool(self.client_ip)

    def accepts(self, method: Method) -> bool:
        """Whether requests of a method are for it."""
        return not self.methods or method in self.methods

    @override
    def findings(self) -> Iterator[Finding]:
        yield from super().findings()
        if self.host is None and self.host_regexp is None:
            yield Finding(("host",), "required, but absent", "add it, such as `host: shop.example.org`")
        if self.host is None and self.hosts:
            yield Finding(
                ("hosts",), "they are further hosts, and there is no first", "write one of them as host"
            )
        yield from self._pattern_findings()
        for index, host in enumerate(self.hosts):
            if host in (self.host, *self.hosts[:index]):
                yield Finding(("hosts", index), f"{host} is a host of this route already", "remove it")
        yield from repeated("methods", self.methods)
        yield from repeated("clientIp", self.client_ip)
        paths = {
            "path": self.path is not None,
            "pathPrefix": self.path_prefix != "/",
            "pathRegexp": self.path_regexp is not None,
        }
        given = [key for key, is_given in paths.items() if is_given]
        if len(given) > 1:
            yield Finding(
                (given[1],),
                f"a path is matched one way; {given[0]} is given too",
                f"remove {' or '.join(given)}",
            )

        if self.default_chain and self.default_chain == self.chain:
            yield Finding(("chain",), "it is the route's defaultChain already", "remove one of the two")

        asked = self.probe.path
        fits = asked == self.path if self.path else str(asked).startswith(self.path_prefix)
        if asked is not None and self.path_regexp is None and not fits:
            yield Finding(
                ("probe", "path"),
                f"the route does not serve it: its own is {self.path or self.path_prefix}",
                "ask for a path that it serves, or remove it",
            )

    def _pattern_findings(self) -> Iterator[Finding]:
        for key, given in (("clientCA", self.client_ca), ("tlsOptions", self.tls_options)):
            if given is None or self.host_regexp is None:
                continue
            yield Finding(
                (key,),
                "Traefik settles TLS by the names in a rule, before it reads a request, and an expression "
                "names none: it would serve the route to nobody",
                "use a wildcard as host, or names",
            )
        patterns = [host for host in self.all_hosts if is_pattern(host)]
        if self.probe.host is not None and not any(fits(each, self.probe.host) for each in patterns):
            yield Finding(
                ("probe", "host"),
                "no wildcard or expression of the route fits it"
                if patterns
                else "the route's own names are asked, each of them",
                "name a host that one of them fits" if patterns else "remove it",
            )

    @functools.cached_property
    def all_hosts(self) -> tuple[str, ...]:
        """Every host that the route serves, wildcards and the expression among them, each with a rule."""
        return tuple(host for _, host in self.located_hosts())

    def located_hosts(self) -> Iterator[tuple[Location, str]]:
        """Yield every host with where it stands."""
        if self.host is not None:
            yield ("host",), self.host
        for index, host in enumerate(self.hosts):
            yield ("hosts", index), host
        if self.host_regexp is not None:
            yield ("hostRegexp",), self.host_regexp

    @property
    def named_hosts(self) -> tuple[str, ...]:
        """The names by which clients can ask for the route: its own, and of the many the probe's."""
        named = (host for host in self.all_hosts if not is_pattern(host))
        return (*named, *(() if self.probe.host is None else (self.probe.host,)))
