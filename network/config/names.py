"""Names: hosts, Kubernetes objects and labels, slugs of DigitalOcean."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator

from network.config.former_addresses import ends_in_a_number, readings, told
from network.config.hosts import DOMAIN, LABEL, address, bare_host, inside_cluster, not_a_name, sole_address
from network.config.model import refusal
from network.config.text import Form

PORT_NAME = r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*"
_QUALIFIED = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"

Name = Annotated[
    str,
    Form(
        pattern=LABEL,
        rule="a name has lowercase letters, digits and inner hyphens only (RFC 1123 label)",
        fix="write it like `shop-web`, at most 63 characters",
        longest=63,
    ),
]
"""Name of a Kubernetes object, namespace or node pool."""


def _no_address(host: str) -> str:
    if readings(host) or re.fullmatch(r"[0-9]+(\.[0-9]+)*", host):
        raise refusal(not_a_name(host), "write a name like `shop`: its record leads to the load balancer")
    return host


RelativeHost = Annotated[
    str,
    Form(
        pattern=rf"(\*\.)?{LABEL}(\.{LABEL})*",
        rule="a host inside the zone is lowercase labels joined by dots, without the zone itself",
        fix="write it like `shop`; apex and wildcard always have records",
    ),
    AfterValidator(_no_address),
]
"""Host name relative to the zone, or with `*.` in front every one below it."""

PortName = Annotated[
    str,
    Form(
        pattern=PORT_NAME,
        rule="a port name has at most 15 lowercase letters, digits and single hyphens, "
        "one letter at least (RFC 6335)",
        fix="write it like `http` or `grpc-web`",
        longest=15,
    ),
]


def port_reference(given: Any) -> str | int:
    """Return what names a port or is its number, or raise the refusal."""
    named = isinstance(given, str) and re.fullmatch(PORT_NAME, given) and len(given) <= 15
    numbered = isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 65535
    if not named and not numbered:
        raise refusal("a port is a name or a number from 1 to 65535", "write it like `http` or `443`")
    return given


PortReference = Annotated[
    str | int,
    PlainValidator(port_reference, json_schema_input_type=PortName | Annotated[int, Field(ge=1, le=65535)]),
]
"""A port by its name or number."""

LabelKey = Annotated[
    str,
    Form(
        pattern=rf"({LABEL}(\.{LABEL})*/)?{_QUALIFIED}",
        rule="a label key is `name` or `domain/name`, the name at most 63 characters",
        fix="write it like `app.kubernetes.io/name`",
        longest=317,
    ),
]

LabelValue = Annotated[
    str,
    Form(
        pattern=rf"({_QUALIFIED})?",
        rule="a label value has at most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends",
        fix="shorten it, or replace the other characters",
        longest=63,
    ),
]

_RESERVED_PREFIX = re.compile(r"(.*\.)?(kubernetes\.io|k8s\.io|doks\.digitalocean\.com)/")


def _not_reserved(key: str) -> str:
    if _RESERVED_PREFIX.match(key):
        raise refusal(
            "keys under kubernetes.io, k8s.io and doks.digitalocean.com belong to Kubernetes "
            "and DigitalOcean",
            "use a domain of your own, such as `webgrip.nl/role`",
        )
    return key


NodeLabelKey = Annotated[LabelKey, AfterValidator(_not_reserved)]
"""Key of a node's label or taint that is ours to set."""


def _real_contact(contact: str) -> str:
    domain = contact.rpartition("@")[2].lower()
    if ends_in_a_number(domain):
        raise refusal(not_a_name(domain), "give an address that somebody reads")
    if inside_cluster(domain):
        raise refusal(
            "the contact is at a host inside the cluster, where Let's Encrypt's mail does not come",
            "give an address that somebody reads",
        )
    if re.search(r"[@.](example\.(com|net|org)|localhost|invalid|test)$", contact):
        raise refusal(
            "Let's Encrypt refuses contacts at domains that are kept for documentation and tests",
            "give an address that somebody reads",
        )
    return contact


Email = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9._%+-]+@" + DOMAIN,
        rule="an address has one @ and a domain; Let's Encrypt refuses any other",
        fix="write it like `platform@webgrip.nl`",
    ),
    AfterValidator(_real_contact),
]

AccountUri = Annotated[
    str,
    Form(
        pattern=r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._~/-]+",
        rule="an ACME account is a URL with https:// and no query (RFC 8657)",
        fix="write it like `https://acme-v02.api.letsencrypt.org/acme/acct/1234567890`",
        longest=255,
    ),
]
"""URL of an ACME account."""

CloudName = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        rule="DigitalOcean's names have letters, digits, inner dots and hyphens, at most 255",
        fix="write it like `network-dev`",
        longest=255,
    ),
]
"""Name of a load balancer in the account."""

Region = Annotated[
    str,
    Form(
        pattern=r"[a-z]{3}[0-9]",
        rule="must be the slug of a region, in small letters",
        fix="write it like `ams3`; `doctl kubernetes options regions` lists them",
    ),
]

KubernetesVersion = Annotated[
    str,
    Form(
        pattern=r"1\.[0-9]{2}\.[0-9]{1,2}-do\.[0-9]{1,3}",
        rule="the version must be DigitalOcean's whole slug: a prefix replaces the cluster, "
        "`latest` updates it for ever",
        fix="write it like `1.36.1-do.0`; `doctl kubernetes options versions` lists them",
    ),
]

DropletSize = Annotated[
    str,
    Form(
        pattern=r"[a-z]+[0-9]*(_[0-9]+)?(-[a-z0-9]+)+",
        rule="must be a Droplet size slug",
        fix="write it like `s-2vcpu-4gb`; `doctl kubernetes options sizes` lists them",
    ),
]

ChartVersion = Annotated[
    str,
    Form(
        pattern=r"v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?",
        rule="a chart version must be exact: a range installs another chart on another day",
        fix="write it like `41.3.0`",
    ),
]

ImageDigest = Annotated[
    str,
    Form(
        pattern=r"sha256:[0-9a-f]{64}",
        rule="a digest is `sha256:` and 64 hexadecimal digits",
        fix="`crane digest <image>:<tag>` tells it; take that of the index, not of one architecture",
        longest=71,
    ),
]
"""Digest of an image."""


def _chart_host(url: str) -> str:
    host = bare_host(url)
    if ends_in_a_number(host) and address(host) is None:
        found = sole_address(host)
        raise refusal(
            told(host) or "no host ends in a number",
            f"write `{url.replace(host, str(found), 1)}`"
            if found
            else "write the address in full, or a name",
        )
    if host != "localhost" and inside_cluster(host):
        raise refusal(
            "the machine that runs Pulumi fetches charts, and knows no names inside the cluster",
            "give the address that this machine knows, or `path` of a chart's folder",
        )
    return url


ChartRepository = Annotated[
    str,
    Form(
        pattern=r"(https|oci)://[^\s/]+(/\S*)?",
        rule="a chart repository is a URL with https:// or oci://",
        fix="write it like `https://traefik.github.io/charts`",
        longest=2048,
    ),
    AfterValidator(_chart_host),
]

TimeOfDay = Annotated[
    str,
    Form(
        pattern=r"([01][0-9]|2[0-3]):[0-5][0-9]",
        rule="a time is HH:MM, 00:00 to 23:59, in UTC",
        fix='write it like "02:00", in quotes',
    ),
]

AwsRegion = Annotated[
    str,
    Form(
        pattern=r"[a-z]{2}(-[a-z]+)+-[0-9]",
        rule="must be the name of a region of AWS",
        fix="write it like `eu-west-1`",
        longest=32,
    ),
]

AwsKey = Annotated[
    str,
    Form(
        pattern=r"[A-Z0-9]{10,64}",
        rule="ids of AWS are capital letters and digits",
        fix="write it like `AKIAIOSFODNN7EXAMPLE`, as AWS shows it",
        longest=64,
    ),
]
"""Id of an access key, or of a hosted zone."""


def _resolver(given: str) -> str:
    host, _, port = given.partition(":")
    parts = host.split(".")
    if not all(str(int(part)) == part and int(part) <= 255 for part in parts) or not 1 <= int(port) <= 65535:
        raise refusal("a resolver is an IPv4 address and a port", "write it like `10.0.0.53:53`")
    return given


Resolver = Annotated[
    str,
    Form(
        pattern=r"[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}",
        rule="a resolver is an IPv4 address and a port",
        fix="write it like `10.0.0.53:53`",
        longest=21,
    ),
    AfterValidator(_resolver),
]
"""A recursive name server."""
