"""Static files out of buckets, by DigitalOcean's CDN (EXT-3)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config.headers import HeaderName
from network.config.hosts import DOMAIN
from network.config.model import Finding, Model, repeated
from network.config.names import Name, Region, RelativeHost
from network.config.text import Form

BucketName = Annotated[
    str,
    Form(
        pattern=r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        rule="a bucket's name is part of a host name: 3 to 63 lowercase letters, digits and inner hyphens, "
        "no dot, which its certificate does not cover",
        fix="write it like `webgrip-dev-assets`",
        longest=63,
    ),
]
"""Name of a bucket of Spaces."""

KeyPrefix = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9!_.*'()-][A-Za-z0-9!_.*'()/-]*",
        rule="objects are named without a slash in front, by letters, digits and `!_.*'()-/`",
        fix="write it like `previews/`",
        longest=255,
    ),
]
"""How names of objects begin."""

CorsOrigin = Annotated[
    str,
    Form(
        pattern=rf"\*|https://(\*\.)?{DOMAIN}(:[0-9]{{1,5}})?",
        rule="an origin is https:// and a host, without a path; Spaces takes one star in it",
        fix="write it like `https://shop.example.org`, `https://*.example.org` or `*`",
    ),
]
"""Origin of pages, as a bucket's rules have it."""

CorsMethod = Literal["GET", "HEAD", "PUT", "POST", "DELETE"]
Ttl = Literal[60, 600, 3600, 86400, 604800]
"""Seconds; the only ones that the CDN takes."""


class CdnCors(Model):
    """Which pages of other origins may read the objects. Fonts and scripts that fetch need it, images do
    not."""

    origins: tuple[CorsOrigin, ...] = Field(min_length=1)
    """Whose pages; `*` is everybody's."""
    methods: tuple[CorsMethod, ...] = ("GET", "HEAD")
    """What they may do; to write they need a link that somebody with the key has signed as well."""
    headers: tuple[HeaderName, ...] = ()
    """Headers that their requests may have beside the usual ones."""
    max_age_seconds: int = Field(default=3600, ge=0, le=86400)
    """How long browsers keep the answer to the question whether they may."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("origins", self.origins)
        yield from repeated("methods", self.methods)
        if "*" in self.origins and len(self.origins) > 1:
            yield Finding(("origins",), "`*` is every origin, the others too", 'write `["*"]`, or remove it')


class CdnDomain(Model):
    """A name of one's own for the CDN, with the certificate that it shows."""

    host: RelativeHost
    """Host inside the zone (relative), `assets` for instance; its record leads to the CDN."""
    bought: Name | None = None
    """The certificate of `certificates.bought` that the CDN shows. Without it DigitalOcean has one issued by
    Let's Encrypt and renews it, which it does only where it serves the zone."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.host.startswith("*."):
            yield Finding(
                ("host",), "the CDN answers to one name", f"write it like `{self.host.removeprefix('*.')}`"
            )


class Cdn(Model):
    """A bucket of Spaces, whose objects everybody may read by a CDN. Nobody can list them."""

    bucket: BucketName
    """Name of the bucket, unique in its region among all customers' buckets. Another name is another bucket,
    without the objects; the same is true of another region."""
    region: Region | None = None
    """Where the bucket is; the environment's region unless said otherwise."""
    ttl: Ttl = 3600
    """Seconds that the CDN's edges keep an object, unless its own `Cache-Control` says otherwise."""
    domain: CdnDomain | None = None
    """A name of the zone's; without it clients ask for DigitalOcean's name of the endpoint."""
    cors: CdnCors | None = None
    """Without it browsers let no page of another origin read what they fetch."""
    expire: dict[KeyPrefix, Annotated[int, Field(ge=1, le=3650)]] = Field(default_factory=dict)
    """Days after which objects are deleted, by what their names begin with."""
    destroy_objects: bool = False
    """On `destroy`, delete the bucket's objects with it; else a bucket that holds any stays, and `destroy`
    fails. Refused in production."""

    @override
    def findings(self) -> Iterator[Finding]:
        for prefix in self.expire:
            outer = next((each for each in self.expire if each != prefix and prefix.startswith(each)), None)
            if outer is not None:
                yield Finding(
                    ("expire", prefix),
                    f"`{outer}` says it of these objects too: the shorter life counts",
                    "remove one of the two",
                )
