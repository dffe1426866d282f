"""Who may pass (TRF-1)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field
from typing_extensions import override

from network.config.go_regex import GoRegex
from network.config.headers import HeaderName, RequestHeader
from network.config.model import Finding, Model
from network.config.names import Name, PortName
from network.config.paths import PathPrefix
from network.config.traffic.roles import Login
from network.config.urls import AskedUrl, ShownUrl


class BasicAuth(Login):
    """HTTP basic authentication; the users are the secret `network:basicAuthUsers`."""

    users: Name
    """Key in `network:basicAuthUsers`."""
    realm: str = "traefik"
    """What browsers show when they ask for the password."""
    remove_header: bool = True
    """Do not pass the Authorization header on to the backend."""
    header_field: RequestHeader | None = None
    """Tell the backend the user's name in this header; the client's own is overwritten."""


class ClientTls(Model):
    """What Traefik shows and trusts as a client; names of Secrets in its namespace, which others make."""

    ca_secret: Name | None = None
    """Certificates to trust instead of the public ones, as `tls.ca` or `ca.crt`."""
    cert_secret: Name | None = None
    """Certificate to show, as `tls.crt` and `tls.key`."""


class ForwardAuth(Login):
    """Asks another service about each request: 2xx lets it pass, any other answer goes to the client.

    The service is a workload of an application, or an address outside. While it is down nobody passes:
    Traefik answers 500.

    A header that the service sets cannot be smuggled in by a client. Traefik removes the listed headers
    from the client's request before it sets the service's, also those that the service left out; the
    entrypoints delete headers that backends may take for them (`X_User`, `X.User`), and take a client's
    `Connection` header out before that could remove what the service set. Headers that are not listed pass as
    the client sent them.
    """

    application: Name | None = None
    """Whose workload decides; or give `host`."""
    workload: Name | None = None
    """Which of the application's workloads decides."""
    port: PortName | None = None
    """Name of the workload's port."""
    path: PathPrefix | None = None
    """Path of the workload that answers; / when absent."""
    address: AskedUrl | None = None
    """Service outside the cluster."""
    auth_request_headers: tuple[RequestHeader, ...] | None = Field(default=None, min_length=1)
    """Headers of the client that the service sees; all when absent."""
    auth_response_headers: tuple[RequestHeader, ...] | None = Field(default=None, min_length=1)
    """Headers of the service's answer that the backend sees, in place of the client's."""
    auth_response_headers_regex: GoRegex | None = None
    """The same, by their names."""
    add_auth_cookies_to_response: tuple[HeaderName, ...] | None = Field(default=None, min_length=1)
    """Names of cookies of the service that the client gets."""
    trust_forward_header: bool = False
    """Pass X-Forwarded-* on as the entrypoint left them, instead of the connection's own."""
    forward_body: bool | None = None
    """Send it the request's body too."""
    max_body_size: int | None = Field(default=None, ge=1)
    """Bytes of a body that are passed on; larger ones are answered 401."""
    max_response_body_size: int = Field(default=1_048_576, ge=1)
    """Bytes of the service's answer that are read; larger ones are answered 401."""
    header_field: HeaderName | None = None
    """Header of the service's answer whose value the access log names as the user."""
    preserve_location_header: bool | None = None
    """Leave its redirects as they are, in place of making them absolute."""
    preserve_request_method: bool | None = None
    """Ask with the client's method; with GET when absent."""
    auth_signin_url: ShownUrl | None = Field(default=None, alias="authSigninURL")
    """Where a client that the service answers 401 is sent."""
    tls: ClientTls | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        inside = {"application": self.application, "workload": self.workload, "port": self.port}
        if self.address is None:
            for key, value in inside.items():
                if value is None:
                    yield Finding(
                        (key,),
                        "the service is an application's workload and port, or an address outside",
                        f"add {key}, or give address alone",
                    )
        else:
            for key, value in {**inside, "path": self.path}.items():
                if value is not None:
                    yield Finding(
                        (key,), "the service is the address already", f"remove {key}, or remove address"
                    )
        if self.address is None and self.tls is not None:
            yield Finding(("tls",), "workloads are asked by plain HTTP inside the cluster", "remove it")
        if self.forward_body and self.max_body_size is None:
            yield Finding(
                ("maxBodySize",),
                "without it Traefik keeps bodies of any size in memory",
                "add it, for example `maxBodySize: 65536`",
            )
        if self.max_body_size is not None and not self.forward_body:
            yield Finding(("maxBodySize",), "no body is passed on", "remove it, or set `forwardBody: true`")

    @property
    def host(self) -> tuple[str, int] | None:
        """Host and port outside the cluster, if it is there."""
        if self.address is None:
            return None
        parts = urlsplit(self.address)
        return str(parts.hostname), parts.port or 443


def named_users(traffic: Any) -> list[str]:
    """Return the keys of `network:basicAuthUsers` that middlewares name, each once. `traffic` is the layer as
    it stands in a stack file, well formed or not."""
    middlewares = traffic.get("middlewares") if isinstance(traffic, dict) else None
    asked = (
        each["basicAuth"].get("users")
        for each in (middlewares.values() if isinstance(middlewares, dict) else ())
        if isinstance(each, dict) and isinstance(each.get("basicAuth"), dict)
    )
    return list(dict.fromkeys(users for users in asked if isinstance(users, str)))
