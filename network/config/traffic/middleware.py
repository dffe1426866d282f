"""One middleware: of a kind that is modelled here, or of another of Traefik's."""

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, get_args

from typing_extensions import override

from network.config.crd_options import CrdOptions
from network.config.headers import Headers
from network.config.model import Finding, Model, exactly_one
from network.config.traffic.answers import Compress, Errors
from network.config.traffic.authentication import BasicAuth, ForwardAuth
from network.config.traffic.caching import CacheControl
from network.config.traffic.limits import Buffering, InFlightReq, IpAllowList, IpDenyList, RateLimit
from network.config.traffic.redirects import RedirectRegex, RedirectScheme
from network.config.traffic.resilience import CircuitBreaker, Retry
from network.config.traffic.rewrites import (
    AddPrefix,
    ReplacePath,
    ReplacePathRegex,
    StripPrefix,
    StripPrefixRegex,
)

R = TypeVar("R", bound=Model)


class Modelled(Model):
    """The kinds of Traefik's whose models check what the CRD cannot."""

    basic_auth: BasicAuth | None = None
    forward_auth: ForwardAuth | None = None
    rate_limit: RateLimit | None = None
    in_flight_req: InFlightReq | None = None
    circuit_breaker: CircuitBreaker | None = None
    retry: Retry | None = None
    headers: Headers | None = None
    ip_allow_list: IpAllowList | None = None
    redirect_scheme: RedirectScheme | None = None
    redirect_regex: RedirectRegex | None = None
    strip_prefix: StripPrefix | None = None
    strip_prefix_regex: StripPrefixRegex | None = None
    add_prefix: AddPrefix | None = None
    replace_path: ReplacePath | None = None
    replace_path_regex: ReplacePathRegex | None = None
    buffering: Buffering | None = None
    errors: Errors | None = None
    compress: Compress | None = None

    @property
    def kind(self) -> Model | None:
        """The one that is given."""
        given = (getattr(self, name) for name in Modelled.model_fields)
        return next((each for each in given if each is not None), None)

    @classmethod
    def kinds(cls, role: type[R]) -> dict[str, type[R]]:
        """Return the models of a role by their kinds, in Traefik's words."""
        return {
            str(field.alias): model
            for field in Modelled.model_fields.values()
            for model in get_args(field.annotation)
            if issubclass(model, role)
        }


REFUSED = {
    **{
        kind: (
            f"{kind} is a kind of its own here, with more checks",
            f"write it as `{kind}:`, without `spec`",
        )
        for kind in Modelled.kinds(Model)
    },
    "chain": ("chains stand in a place of their own", "write it below `network:traffic.chains`"),
    "digestAuth": (
        "it keeps passwords as MD5, which is guessed, and no client needs it under TLS",
        "use basicAuth: its passwords are bcrypt",
    ),
    "encodedCharacters": (
        "the entrypoints answer 400 to encoded slashes and the like before any middleware is asked",
        "remove the middleware: what it allows never comes; `network:ingress.encodedCharacters` lets such "
        "characters in for the platform, or the application takes them in the query or in a body",
    ),
    "ipWhiteList": ("Traefik has given it up", "use ipAllowList"),
    "plugin": (
        "plugins are code that Traefik downloads at each start, and this platform loads none",
        "remove it, or do it in a service behind a forwardAuth",
    ),
}
"""Kinds of the CRD that `spec` does not take: key -> rule and fix."""

OtherKind = Annotated[dict[str, Any], CrdOptions("Middleware", refused=REFUSED)]


class Middleware(Modelled):
    """One middleware: exactly one of the kinds."""

    ip_deny_list: IpDenyList | None = None
    """No kind of Traefik's: an ipAllowList of everybody else is made of it."""
    cache_control: CacheControl | None = None
    """No kind of Traefik's: a headers middleware is made of it."""
    spec: OtherKind | None = None
    """Any other kind of Traefik's, as its CRD spells it: contentType, grpcWeb, passTLSClientCert."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "a middleware is of exactly one kind")
        if self.spec is not None and len(self.spec) > 1:
            yield Finding(
                ("spec",),
                f"Traefik refuses a middleware of two kinds: {' and '.join(self.spec)}",
                "make one middleware of each, and a chain of them",
            )
