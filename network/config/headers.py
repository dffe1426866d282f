"""Security and CORS headers (TRF-5)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from network.config.go_regex import GoRegex
from network.config.model import Finding, Model, at_least_one
from network.config.origins import origin_faults
from network.config.text import Form
from network.config.urls import Origin

HSTS_PRELOAD_SECONDS = 31_536_000
"""One year: what browsers' preload lists ask for (hstspreload.org)."""

HeaderName = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9!#$%&'*+.^_`|~-]+",
        rule="a header's name holds letters, digits and hyphens (RFC 9110 token)",
        fix="write it like `X-Request-Id`",
    ),
]

RequestHeader = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9-]+",
        rule="a request's header is named by letters, digits and hyphens: with other signs backends take it "
        "for another header, and Traefik's entrypoints delete it",
        fix="write it like `X-Request-Id`",
        longest=128,
    ),
]
"""A header that requests bring, or that Traefik sets in place of one that they may bring."""

HeaderValue = Annotated[
    str,
    Form(
        pattern=r"[^\x00-\x08\x0a-\x1f\x7f]*",
        rule="a header's value is one line",
        fix="write it on one line (`>-` folds a long one)",
        longest=8192,
    ),
]

Method = Annotated[
    str,
    Form(
        pattern=r"[A-Z]+|\*",
        rule="an HTTP method is in capitals",
        fix="write it like `GET`",
    ),
]


class Headers(Model):
    """Security and CORS headers."""

    sts_seconds: int | None = Field(default=None, ge=0, le=10 * HSTS_PRELOAD_SECONDS)
    """HSTS: how long browsers then use HTTPS only; 0 sends no header."""
    sts_include_subdomains: bool | None = None
    """HSTS counts for all names below the host's too."""
    sts_preload: bool | None = None
    """HSTS: browsers may ship the host in their list, from which the way back takes months."""
    force_sts_header: bool | None = Field(default=None, alias="forceSTSHeader")
    """Send Strict-Transport-Security on plain HTTP too, where clients disregard it."""
    frame_deny: bool | None = None
    """Send `X-Frame-Options: DENY`: no page may show this one in a frame."""
    custom_frame_options_value: HeaderValue | None = None
    """Value of X-Frame-Options in the place of DENY."""
    content_type_nosniff: bool | None = None
    """Send `X-Content-Type-Options: nosniff`: browsers believe the type that is sent."""
    content_security_policy: HeaderValue | None = None
    """Value of Content-Security-Policy: what a page may load, and from where."""
    content_security_policy_report_only: HeaderValue | None = None
    """Tells violations without blocking them."""
    referrer_policy: HeaderValue | None = None
    """Value of Referrer-Policy: what other sites are told of where a visitor comes from."""
    permissions_policy: HeaderValue | None = None
    """Value of Permissions-Policy: what of the device a page may use."""
    custom_request_headers: dict[RequestHeader, HeaderValue] | None = None
    """Headers that the backend gets; an empty value removes one."""
    custom_response_headers: dict[HeaderName, HeaderValue] | None = None
    """Headers that the client gets; an empty value removes one."""
    access_control_allow_origin_list: tuple[Origin, ...] | None = None
    """CORS: origins whose pages may read answers; `*` is every one."""
    access_control_allow_origin_list_regex: tuple[GoRegex, ...] | None = None
    """Matched anywhere in the origin unless anchored by ^ and $, which is asked for."""
    access_control_allow_methods: tuple[Method, ...] | None = None
    """CORS: methods that pages of other origins may use."""
    access_control_allow_headers: tuple[HeaderName, ...] | None = None
    """CORS: request headers that pages of other origins may send."""
    access_control_allow_credentials: bool | None = None
    """CORS: pages of other origins may send cookies."""
    access_control_expose_headers: tuple[HeaderName, ...] | None = None
    """Headers of answers that scripts may read."""
    access_control_max_age: int | None = Field(default=None, ge=0, le=86400)
    """CORS: seconds for which browsers remember the answer to a preflight."""
    add_vary_header: bool | None = None
    """Add `Vary: Origin`, which caches need where answers differ by origin."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from at_least_one(self)
        yield from self._hsts_findings()
        yield from self._cors_findings()
        if self.frame_deny and self.custom_frame_options_value:
            yield Finding(
                ("customFrameOptionsValue",),
                "it overrides frameDeny; only one of the two can hold",
                "remove one of them",
            )

    def _hsts_findings(self) -> Iterator[Finding]:
        if (self.sts_preload or self.sts_include_subdomains) and not self.sts_seconds:
            yield Finding(
                ("stsSeconds",),
                "without stsSeconds no Strict-Transport-Security header is sent at all",
                f"add `stsSeconds: {HSTS_PRELOAD_SECONDS}`",
            )
        if self.sts_preload and not self.sts_include_subdomains:
            yield Finding(
                ("stsPreload",),
                "preload lists take a domain with its subdomains only",
                "add `stsIncludeSubdomains: true`",
            )
        if self.sts_preload and 0 < (self.sts_seconds or 0) < HSTS_PRELOAD_SECONDS:
            yield Finding(
                ("stsSeconds",),
                "preload lists ask for a year at least",
                f"set {HSTS_PRELOAD_SECONDS} or more",
            )

    def _cors_findings(self) -> Iterator[Finding]:
        origins = self.access_control_allow_origin_list or ()
        patterns = self.access_control_allow_origin_list_regex or ()
        for index, pattern in enumerate(patterns):
            for rule, fix in origin_faults(pattern):
                yield Finding(("accessControlAllowOriginListRegex", index), rule, fix)
        others = {
            "accessControlAllowMethods": self.access_control_allow_methods,
            "accessControlAllowHeaders": self.access_control_allow_headers,
            "accessControlAllowCredentials": self.access_control_allow_credentials,
            "accessControlExposeHeaders": self.access_control_expose_headers,
            "accessControlMaxAge": self.access_control_max_age,
        }
        if not origins and not patterns:
            for key, value in others.items():
                if value:
                    yield Finding(
                        (key,),
                        "CORS headers are sent to listed origins only, and none is listed",
                        "add accessControlAllowOriginList",
                    )
        if "*" in origins and self.access_control_allow_credentials:
            yield Finding(
                ("accessControlAllowCredentials",),
                "browsers refuse credentials for origin `*`",
                "name the origins, or leave credentials out",
            )
        if "*" in origins and len(origins) > 1:
            yield Finding(
                ("accessControlAllowOriginList",),
                "`*` covers the others",
                "remove the others",
            )
