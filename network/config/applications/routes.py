"""Routes: which requests from the internet go where (ING-2)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.applications.backends import Backend
from network.config.applications.matchers import (
    CookieName,
    CookieValue,
    MatchRegex,
    MatchText,
    Method,
    QueryText,
)
from network.config.applications.probes import RouteProbe
from network.config.headers import RequestHeader
from network.config.hosts import RouteHost
from network.config.model import Finding, repeated
from network.config.names import Name
from network.config.paths import MatchedPath
from network.config.ranges import AllowedClients

MOST_PRIORITY = 1_000_000
"""Far above the length of any rule, which is a router's priority where none is given."""


class Route(Backend):
    """Requests from the internet to a workload, or to a service over several.

    A request must fit everything that is given. Where it fits several routes, the one with the highest
    priority serves it.
    """

    host: RouteHost
    """Host name; inside the zone it is covered by the wildcard certificate."""
    hosts: tuple[RouteHost, ...] = ()
    """Further hosts that are served alike."""
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
    """Middlewares that requests pass, by the chain's name; the entrypoint's default chain comes before."""
    client_ca: Name | None = Field(default=None, alias="clientCA")
    """One of the application's `clientCAs`: clients must show a certificate of it (mutual TLS). That is
    settled before a request is read, so all routes of a host agree."""
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

        asked = self.probe.path
        fits = asked == self.path if self.path else str(asked).startswith(self.path_prefix)
        if asked is not None and self.path_regexp is None and not fits:
            yield Finding(
                ("probe", "path"),
                f"the route does not serve it: its own is {self.path or self.path_prefix}",
                "ask for a path that it serves, or remove it",
            )

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """Every host that the route serves."""
        return (self.host, *self.hosts)
