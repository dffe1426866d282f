"""What names a host in a longer text: URLs, origins, name servers."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from network.config.former_addresses import ends_in_a_number, told
from network.config.hosts import (
    DOMAIN,
    LABEL,
    LONGEST,
    Host,
    address,
    bare_host,
    inside_cluster,
    not_a_name,
    sole_address,
)
from network.config.model import refusal
from network.config.origins import NULL, NULL_RULE


@dataclass(frozen=True)
class HttpsUrl:
    """Annotation of a `str`: a URL by which something outside the cluster is reached."""

    host: Host
    rule: str
    example: str
    plain: bool = False
    """Whether http:// is left to a rule that knows which hosts are Services of the cluster."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # Of what may be inside the cluster too, the place is told by a rule.
        scheme = "https" if self.host.inside else "https?"
        return {
            **handler(schema),
            "pattern": rf"^{scheme}://{DOMAIN}(:[0-9]{{1,5}})?(/[^\s#]*)?$",
            "maxLength": 2048,
        }

    def checked(self, text: str) -> str:
        """Return the URL, or raise what is wrong with its host or its form."""
        if not text.startswith("/"):
            self.host.checked(bare_host(text))
        scheme = "https?" if self.plain else "https"
        if len(text) > 2048 or not re.fullmatch(rf"{scheme}://{DOMAIN}(:[0-9]{{1,5}})?(/[^\s#]*)?", text):
            raise refusal(self.rule, self._written(text))
        _check_port(text)
        if re.search(r"%(?![0-9A-Fa-f]{2})", text):
            raise refusal(
                "a `%` in a URL stands before two hexadecimal digits; `%25` is the sign itself",
                f"write it like `{self.example}`",
            )
        return text

    def _written(self, text: str) -> str:
        rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip(), flags=re.IGNORECASE)
        host, slash, path = rest.partition("/")
        written = f"https://{host.lower()}{slash}{path}".partition("#")[0]
        if re.fullmatch(rf"https://{DOMAIN}(:[0-9]{{1,5}})?(/[^\s#]*)?", written):
            return f"write `{written}`"
        return f"write it like `{self.example}`"


def _check_port(text: str) -> None:
    """Refuse a port that there is not, in a URL or an origin of the right form."""
    port = re.match(r"https?://[^/:]+:([0-9]+)", text)
    if port is not None and port[1] != "0" and port[1].startswith("0"):
        raise refusal("a port has no leading zeros", f"write `:{int(port[1])}`, or leave it out")
    if port is not None and not 0 < int(port[1]) < 65536:
        raise refusal("a port is a number from 1 to 65535", f"leave `:{port[1]}` out, or write the right one")


ASKED_ENCRYPTED = "an address outside the cluster is an https:// URL: requests carry credentials"
SHOWN_ENCRYPTED = "an address that browsers are sent to is an https:// URL"

AskedUrl = Annotated[
    str,
    HttpsUrl(
        Host(
            inside="in place of address name the `application`, `workload`, `port` and `path`",
            address="give the service a name: its certificate is checked by it",
            wildcard="name one host",
        ),
        rule=ASKED_ENCRYPTED,
        example="https://auth.example.org/verify",
        plain=True,
    ),
]
"""Service outside the cluster that is asked about requests."""

ShownUrl = Annotated[
    str,
    HttpsUrl(
        Host(
            inside="give the address by which browsers reach it: the host of its route",
            address="give the host by which browsers reach it",
            wildcard="name one host",
        ),
        rule=SHOWN_ENCRYPTED,
        example="https://login.example.org/",
        plain=True,
    ),
]
"""Page that browsers are sent to."""

_ORIGIN_RULE = "an origin is scheme://host, with a port if it is not the usual one, and no path"
_ORIGIN = rf"\*|https?://({DOMAIN}|localhost|127\.0\.0\.1)(:[0-9]{{1,5}})?"


def _origin(text: str) -> str:
    if text.lower() == NULL:
        raise refusal(NULL_RULE, "remove it, and serve the page from a host that can be named")
    bare = bare_host(text)
    loopback = bare in ("localhost", "127.0.0.1")
    if not loopback and "*" not in bare:
        if address(bare) is not None or ends_in_a_number(bare):
            raise refusal(not_a_name(bare), "name the host of the page, as browsers show it")
        if re.fullmatch(LABEL, bare) or inside_cluster(bare):
            raise refusal(
                f"{bare} is a name inside the cluster, and browsers are outside",
                "name the host of the page, as browsers show it",
            )
    elif bare.startswith("*."):
        domain = bare.removeprefix("*.").replace(".", r"\.")
        raise refusal(
            "Traefik compares whole origins: a wildcard inside one fits none",
            rf"write `^https://[a-z0-9-]+\.{domain}$` in accessControlAllowOriginListRegex",
        )
    usual = re.sub(r"^(https://.*):443$|^(http://.*):80$", r"\1\2", text)
    if not re.fullmatch(_ORIGIN, text) or usual != text:
        raise refusal(_ORIGIN_RULE, _written_origin(usual, "http" if loopback else "https"))
    _check_port(text)
    return text


def _written_origin(text: str, usual: str) -> str:
    """Return the fix: the origin that the text holds, if it does."""
    scheme = re.match(r"https?(?=://)", text)
    port = re.search(r":[0-9]{1,5}(?=/|$)", text)
    written = f"{scheme[0] if scheme else usual}://{bare_host(text)}{port[0] if port else ''}"
    fits = re.fullmatch(_ORIGIN, written) is not None
    return f"write `{written}`" if fits else "write it like `https://app.example.org`"


class _OriginSchema:
    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({_ORIGIN})$", "maxLength": LONGEST}


Origin = Annotated[str, AfterValidator(_origin), _OriginSchema]
"""Origin of a page, as browsers send it, or `*`."""


def _name_server(text: str) -> str:
    if not text:
        return text  # absent
    host, colon, port = text.rpartition(":")
    host = host if colon else text
    found = address(host) or address(text)
    if isinstance(found, IPv6Address):
        raise refusal(
            "pods have no IPv6, and so reach no name server by it", "give its IPv4 address or its name"
        )
    if found is not None and (found.is_loopback or found.is_unspecified or found.is_multicast):
        raise refusal(
            f"{found} leads back to the pod itself, or nowhere",
            "write it like `ns1.example.org:53`",
        )
    if found is None and ends_in_a_number(host.lower()):
        sole = sole_address(host)
        raise refusal(
            told(host) or "no host ends in a number",
            f"write `{sole}:{port if colon else 53}`" if sole else "write it like `ns1.example.org:53`",
        )
    if inside_cluster(host.lower()) or (re.fullmatch(LABEL, host.lower()) and found is None):
        raise refusal(
            f"{host} is a name inside the cluster, which policies do not open by name",
            "name the primary name server outside, like `ns1.example.org:53`",
        )
    known = found is not None or re.fullmatch(DOMAIN, host.lower()) is not None
    if not (known and re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536):
        fix = f"write `{text}:53`" if known and not colon else "write it like `ns1.example.org:53`"
        raise refusal("a name server is host:port", fix)
    return text


NameServer = Annotated[str, AfterValidator(_name_server)]
"""Name or IPv4 address of a name server outside the cluster, and its port."""
