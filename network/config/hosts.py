"""What stands for a host: names that clients, pods, browsers and authorities can reach.

One reading for every field, so that a name inside the cluster, an address or a whole URL is told from a
host name everywhere, with the way in which that field says what was meant.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from network.config.former_addresses import ends_in_a_number, readings, told
from network.config.model import refusal

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = rf"{LABEL}(\.{LABEL})+"
LONGEST = 253
"""Characters of a host name (RFC 1035)."""

API_SERVER_NAMES = ("kubernetes", "kubernetes.default", "kubernetes.default.svc")
"""By which pods find the API server, without the cluster's domain."""
_CLUSTER_DOMAIN = "cluster.local"
_NAMESPACES = "cert-manager|default|kube-node-lease|kube-public|kube-system|traefik"
_INSIDE = re.compile(
    rf"(\*\.)?([a-z0-9-]+\.)*(svc|pod|cluster\.local|localhost)|([a-z0-9*-]+\.)({_NAMESPACES})|kubernetes|\*\.local"
)
"""Names of Services and pods, with and without the cluster's domain, and of the pod itself. None ends in a
domain that the internet has."""


def inside_cluster(name: str) -> bool:
    """Whether only pods of a cluster understand the name, or it stands for a Service by a wildcard."""
    return _INSIDE.fullmatch(name) is not None


def is_api_server(name: str) -> bool:
    """Whether pods reach the API server by this name."""
    return name.removesuffix("." + _CLUSTER_DOMAIN) in API_SERVER_NAMES


def address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that stands where a name belongs, if one does."""
    try:
        return ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def not_a_name(text: str) -> str:
    """Return the rule that an address in place of a name breaks."""
    spelt = told(text)
    return "an address is not a name" + (f": {spelt}" if spelt else "")


def sole_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that all readers take the text for, in whatever spelling."""
    former = readings(text)
    return address(text) or (former[0] if len(former) == 1 else None)


def covers(pattern: str, host: str) -> bool:
    """Whether a name or a wildcard, as policies read it (one or more labels), fits the host."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern


def bare_host(text: str) -> str:
    """Return the host of what may be a URL, in the form in which hosts are written here."""
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip(), flags=re.IGNORECASE)
    bare = re.split(r"[/?#]", bare)[0].rpartition("@")[2]
    if address(bare) is not None:
        return bare
    bare = re.sub(r":[0-9]*$", "", bare).removesuffix(".").lower()
    try:
        return bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError:
        return bare


@dataclass(frozen=True)
class Host:
    """Annotation of a `str` that names a host. Each text completes what is said in a refusal."""

    inside: str | None
    """How to say that a name inside the cluster is meant; None where such names belong."""
    address: str
    """What to write in place of an address, which it may hold as `{address}`."""
    wildcard: str | None = None
    """What to write in place of a wildcard; None where one may stand."""
    example: str = "shop.example.org"
    api_server: str | None = None
    """How to say that the API server is meant, where that can be said."""

    @property
    def _pattern(self) -> str:
        return DOMAIN if self.wildcard else rf"(\*\.)?{DOMAIN}"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self._pattern})$", "maxLength": LONGEST}

    def checked(self, text: str) -> str:
        """Return the text, or raise what it is and how that is said in this field."""
        bare = bare_host(text)
        found = address(bare) or address(bare.partition("/")[0])
        if found is not None or ends_in_a_number(bare):
            found = found or sole_address(bare.partition("/")[0])
            raise refusal(not_a_name(bare), _for_address(self.address, text, found))
        if self.api_server is not None and is_api_server(bare):
            raise refusal(f"{bare} is the API server's name inside the cluster", self.api_server)
        if self.inside is not None and inside_cluster(bare):
            raise refusal(f"{bare} is a name inside the cluster", self.inside)
        if self.inside is not None and re.fullmatch(LABEL, bare):
            raise refusal("a name without a dot is a Service's, inside the cluster", self.inside)
        if self.wildcard is not None and bare.startswith("*"):
            raise refusal("a wildcard stands for no host here", self.wildcard)
        if len(text) > LONGEST or re.fullmatch(self._pattern, text) is None:
            raise refusal(self._form, self._written(bare))
        return text

    @property
    def _form(self) -> str:
        rule = "a host name is lowercase labels joined by dots (RFC 1123), without a final dot"
        return rule if self.wildcard else f"{rule}; `*.` may stand in front, once"

    def _written(self, bare: str) -> str:
        if len(bare) <= LONGEST and re.fullmatch(self._pattern, bare):
            return f"write `{bare}`: the name alone"
        return f"write it like `{self.example}`" + ("" if self.wildcard else f" or `*.{self.example}`")


def _for_address(fix: str, text: str, found: IPv4Address | IPv6Address | None) -> str:
    if isinstance(found, IPv6Address):
        return "name a host, or give an IPv4 address where one is taken: pods have no IPv6"
    if found is None:
        return "write the address in full, four numbers from 0 to 255, or a name"
    if "{address}" in fix and (found.is_loopback or found.is_unspecified):
        return "remove the connection: it is the pod itself, and policies are not about that"
    prefix = re.search(r"/([0-9]{1,2})$", text)
    return fix.format(address=f"{found}/{prefix[1] if prefix else 32}")


_OF_CLIENTS = {
    "inside": "name the host by which clients ask; pods reach each other by `talksTo`, not by routes",
    "address": "name a host: certificates and routes are for names",
}

RouteHost = Annotated[str, Host(**_OF_CLIENTS)]
"""Host that clients ask for, or every host directly below a domain."""

SniHost = Annotated[
    str, Host(**_OF_CLIENTS, wildcard="name each host: routes of TCP by wildcard are not offered")
]
"""One host that clients of TLS ask for."""

ProbedHost = Annotated[
    str, Host(**_OF_CLIENTS, wildcard="name one host of the route", example="acme.tenants.example.org")
]
"""One host that is asked for the others of its route."""

ZoneName = Annotated[
    str,
    Host(
        inside="name the domain that the DNS provider serves",
        address="name the domain that the DNS provider serves",
        wildcard="name the domain itself; `wildcard: true` points every name below it at the load balancer",
        example="dev.example.org",
    ),
]
"""Domain of a zone."""

TalkHost = Annotated[
    str,
    Host(
        inside="in place of host name the `workload` (and its `application`), or `pods` that others run",
        address="write `range: {address}` in place of host",
        example="api.example.org",
        api_server="write `entity: kube-apiserver` in place of host and port",
    ),
]
"""Host outside the cluster, or every host below a domain, that pods connect to."""

BackendHost = Annotated[
    str,
    Host(
        inside="let the route name the workload and its port, in place of an external service",
        address="give the host a name: a Service of type ExternalName leads to names only",
        wildcard="name one host",
        example="archive.example.org",
    ),
]
"""Host outside the cluster that serves requests."""

ServerHost = Annotated[
    str,
    Host(
        inside="in place of host name the `application`, `workload` and `port`",
        address="give the server a name: its certificate is checked by it",
        wildcard="name one host",
        example="redis.example.org",
    ),
]
"""Host outside the cluster that Traefik connects to by TLS."""

CertificateName = Annotated[
    str,
    Host(
        inside="remove it: Let's Encrypt knows names of the internet's DNS only",
        address="name a host: these certificates are for names",
    ),
]
"""Name in a certificate of Let's Encrypt's, or every name directly below a domain."""

ServerName = Annotated[
    str,
    Host(
        inside=None,
        address="write the name that the certificate bears; TLS sends no address as server name",
        wildcard="write one name that the certificate's wildcard covers",
        example="web.shop.svc",
    ),
]
"""Name in a backend's certificate, also one inside the cluster."""
