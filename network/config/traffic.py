"""Named middlewares and chains (TRF-1, TRF-2, TRF-5, TRF-7), in Traefik's words."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config.headers import Headers
from network.config.model import Finding, Model, at_least_one, exactly_one, repeated
from network.config.names import Name
from network.config.nearest import did_you_mean
from network.config.paths import AddPrefix, RedirectRegex, RedirectScheme, StripPrefix
from network.config.quantities import Duration, seconds
from network.config.ranges import AllowedRange
from network.config.text import Form

StatusCodes = Annotated[
    str,
    Form(
        pattern=r"[1-5][0-9]{2}(-[1-5][0-9]{2})?",
        rule="a status is a code or a range of codes, 100 to 599",
        fix='write it like "404" or "500-599", in quotes',
    ),
]


ErrorPage = Annotated[
    str,
    Form(
        pattern=r"/([A-Za-z0-9._~!$&'()*+,;=:@%/?-]|\{(status|originalStatus|url)\})*",
        rule="the page is a path; `{status}`, `{originalStatus}` and `{url}` are all it may fill in",
        fix="write it like `/{status}.html`",
        longest=1024,
    ),
]


class BasicAuth(Model):
    """HTTP basic authentication; the users are the secret `network:basicAuthUsers`."""

    users: Name
    """Key in `network:basicAuthUsers`."""
    realm: str = "traefik"
    remove_header: bool = True
    """Do not pass the Authorization header on to the backend."""


class IpStrategy(Model):
    """Which address counts as the client's."""

    depth: int = Field(default=0, ge=0, le=10)
    """Position in X-Forwarded-For from the right; 0 is the connection's own address."""


class SourceCriterion(Model):
    """What requests are counted by: exactly one of the three."""

    ip_strategy: IpStrategy | None = None
    request_header_name: str | None = Field(default=None, min_length=1)
    request_host: Literal[True] | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "a request is counted by exactly one thing")


class RateLimit(Model):
    """Token bucket per source, counted per Traefik replica."""

    average: int = Field(ge=1, le=1_000_000)
    """Requests per period."""
    period: Duration = "1s"
    burst: int = Field(ge=1, le=1_000_000)
    source_criterion: SourceCriterion
    """Always explicit."""

    @override
    def findings(self) -> Iterator[Finding]:
        period = seconds(self.period)
        if period == 0:
            yield Finding(("period",), "a period of 0 counts nothing", "write it like `1s`")
            return
        steady = self.average / period
        if self.burst < steady:
            yield Finding(
                ("burst",),
                f"a burst below one second's requests ({steady:g}) refuses the average itself",
                f"set {-(-self.average // period):g} or more",
            )
        if self.burst > 100 * max(self.average, steady):
            yield Finding(
                ("burst",),
                "a burst of more than 100 times the average limits nobody",
                "lower burst or raise average",
            )


class IpAllowList(Model):
    """Only these ranges pass."""

    source_range: tuple[AllowedRange, ...] = Field(min_length=1)
    ip_strategy: IpStrategy | None = None
    reject_status_code: int = Field(default=403, ge=400, le=599)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("sourceRange", self.source_range)


class Buffering(Model):
    """Limits of bodies, in bytes."""

    max_request_body_bytes: int | None = Field(default=None, ge=0)
    mem_request_body_bytes: int | None = Field(default=None, ge=0)
    max_response_body_bytes: int | None = Field(default=None, ge=0)
    mem_response_body_bytes: int | None = Field(default=None, ge=0)

    @override
    def findings(self) -> Iterator[Finding]:
        yield from at_least_one(self)
        for key, memory, most in (
            (
                "memRequestBodyBytes",
                self.mem_request_body_bytes,
                self.max_request_body_bytes,
            ),
            (
                "memResponseBodyBytes",
                self.mem_response_body_bytes,
                self.max_response_body_bytes,
            ),
        ):
            if memory and most and memory > most:
                yield Finding((key,), f"more in memory than is let through ({most})", "lower it")


class Errors(Model):
    """Pages for error answers, served by a workload of an application."""

    status: tuple[StatusCodes, ...] = Field(min_length=1)
    """Codes or ranges such as `500-599`."""
    application: Name
    workload: Name
    """Its first port serves the pages."""
    query: ErrorPage = "/{status}.html"


class Middleware(Model):
    """One middleware: exactly one of the kinds."""

    basic_auth: BasicAuth | None = None
    rate_limit: RateLimit | None = None
    headers: Headers | None = None
    ip_allow_list: IpAllowList | None = None
    redirect_scheme: RedirectScheme | None = None
    redirect_regex: RedirectRegex | None = None
    strip_prefix: StripPrefix | None = None
    add_prefix: AddPrefix | None = None
    buffering: Buffering | None = None
    errors: Errors | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "a middleware is of exactly one kind")


class Traffic(Model):
    """Middlewares and the chains that routes refer to."""

    middlewares: dict[Name, Middleware] = Field(default_factory=dict)
    chains: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Names of middlewares in the order in which a request passes them."""
    default_chain: Name | None = None
    """Chain on every request of the `websecure` entrypoint."""

    @override
    def findings(self) -> Iterator[Finding]:
        for name, links in self.chains.items():
            yield from self._chain_findings(name, links)
        if self.default_chain is not None and self.default_chain not in self.chains:
            yield Finding(
                ("defaultChain",),
                f"no chain is named {self.default_chain}",
                did_you_mean(self.default_chain, self.chains),
            )

    def _chain_findings(self, name: str, links: tuple[str, ...]) -> Iterator[Finding]:
        here = ("chains", name)
        if not links:
            yield Finding(
                here,
                "a chain without middlewares does nothing",
                "name one, or remove it",
            )
        if name in self.middlewares:
            yield Finding(
                here,
                "a middleware has this name; both would be one object of Traefik",
                "rename one of them",
            )
        for found in repeated(name, links):
            yield Finding(("chains", *found.location), found.rule, found.fix)
        for index, link in enumerate(links):
            if link not in self.middlewares:
                yield Finding(
                    (*here, index),
                    f"no middleware is named {link}",
                    did_you_mean(link, self.middlewares),
                )
