"""Named middlewares and chains (TRF-1, TRF-2, TRF-5, TRF-7), in Traefik's words."""

from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from network.config.model import Model
from network.config.quantities import Duration


class BasicAuth(Model):
    """HTTP basic authentication; the users are the secret `network:basicAuthUsers`."""

    users: str
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
    request_header_name: str | None = None
    request_host: bool | None = None


class RateLimit(Model):
    """Token bucket per source, counted per Traefik replica."""

    average: int = Field(ge=1)
    """Requests per period."""
    period: Duration = "1s"
    burst: int = Field(ge=1)
    source_criterion: SourceCriterion
    """Always explicit."""


class Headers(Model):
    """Security and CORS headers."""

    sts_seconds: int | None = Field(default=None, ge=0)
    sts_include_subdomains: bool | None = None
    sts_preload: bool | None = None
    frame_deny: bool | None = None
    custom_frame_options_value: str | None = None
    content_type_nosniff: bool | None = None
    content_security_policy: str | None = None
    referrer_policy: str | None = None
    permissions_policy: str | None = None
    custom_request_headers: dict[str, str] | None = None
    custom_response_headers: dict[str, str] | None = None
    access_control_allow_origin_list: tuple[str, ...] | None = None
    access_control_allow_methods: tuple[str, ...] | None = None
    access_control_allow_headers: tuple[str, ...] | None = None
    access_control_allow_credentials: bool | None = None
    access_control_max_age: int | None = Field(default=None, ge=0)
    add_vary_header: bool | None = None


class IpAllowList(Model):
    """Only these ranges pass."""

    source_range: tuple[IPv4Network, ...] = Field(min_length=1)
    ip_strategy: IpStrategy | None = None
    reject_status_code: int = Field(default=403, ge=400, le=599)


class RedirectScheme(Model):
    """Redirect to another scheme."""

    scheme: Literal["https", "http"]
    permanent: bool = True


class RedirectRegex(Model):
    """Redirect what matches."""

    regex: str
    replacement: str
    permanent: bool = False


class StripPrefix(Model):
    """Remove a path prefix."""

    prefixes: tuple[str, ...] = Field(min_length=1)


class AddPrefix(Model):
    """Put a path prefix in front."""

    prefix: str


class Buffering(Model):
    """Limits of bodies, in bytes."""

    max_request_body_bytes: int | None = Field(default=None, ge=0)
    mem_request_body_bytes: int | None = Field(default=None, ge=0)
    max_response_body_bytes: int | None = Field(default=None, ge=0)
    mem_response_body_bytes: int | None = Field(default=None, ge=0)


class Errors(Model):
    """Pages for error answers, served by a workload of an application."""

    status: tuple[str, ...] = Field(min_length=1)
    """Codes or ranges such as `500-599`."""
    application: str
    workload: str
    query: str = "/{status}.html"


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


class Traffic(Model):
    """Middlewares and the chains that routes refer to."""

    middlewares: dict[str, Middleware] = Field(default_factory=dict)
    chains: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Names of middlewares in the order in which a request passes them."""
    default_chain: str | None = None
    """Chain on every request of the `websecure` entrypoint."""
