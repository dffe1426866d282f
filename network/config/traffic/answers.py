"""What is done with the answers of backends (TRF-5, TRF-6)."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config.headers import RequestHeader
from network.config.model import Finding, Model, repeated
from network.config.names import Name
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


class Errors(Model):
    """Pages for error answers, served by a workload of an application."""

    status: tuple[StatusCodes, ...] = Field(min_length=1)
    """Codes or ranges such as `500-599`."""
    application: Name
    """Whose workload has the pages."""
    workload: Name
    """Its first port serves the pages."""
    query: ErrorPage = "/{status}.html"
    """Path of the page; `{status}` becomes the code that it stands for."""
    status_rewrites: dict[StatusCodes, Annotated[int, Field(ge=200, le=599)]] | None = None
    """Answer with another status, by code or range of codes."""
    error_request_headers: tuple[RequestHeader, ...] = Field(
        default=("Accept", "Accept-Language"), min_length=1
    )
    """Headers of the request that the pages see. Traefik's own default is all of them, cookies and
    credentials of another application included."""


MediaType = Annotated[
    str,
    Form(
        pattern=r"[a-z]+/[a-z0-9][a-z0-9.+-]*",
        rule="a content type is `type/subtype` in lowercase; Traefik knows no `*` and no parameters here",
        fix="write it like `text/html`",
        longest=127,
    ),
]
Encoding = Literal["zstd", "br", "gzip"]

_COMPRESSED = re.compile(
    r"(image/(?!svg|bmp|x-icon)|video/|audio/|font/woff|application/(zip|gzip|zstd|x-7z|x-xz|x-bzip2|pdf)).*"
)
"""Content that is compressed already."""


class Compress(Model):
    """Compresses answers for clients that say they can read it. Answers that the backend has encoded
    (Content-Encoding) pass as they are, and so do those of gRPC."""

    encodings: tuple[Encoding, ...] = Field(default=("zstd", "br", "gzip"), min_length=1)
    """In the order of preference where a client likes several equally."""
    default_encoding: Encoding | None = None
    """For clients that send no Accept-Encoding; absent leaves their answers alone."""
    min_response_body_bytes: int = Field(default=1024, ge=1)
    """Smaller answers gain nothing."""
    included_content_types: tuple[MediaType, ...] | None = Field(default=None, min_length=1)
    """Only these."""
    excluded_content_types: tuple[MediaType, ...] | None = Field(default=None, min_length=1)
    """All but these; event streams belong here, since compression holds small pieces back."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("encodings", self.encodings)
        if self.included_content_types and self.excluded_content_types:
            yield Finding(
                ("excludedContentTypes",),
                "Traefik refuses it beside includedContentTypes, which excludes all others already",
                "remove one of the two",
            )
        if self.default_encoding is not None and self.default_encoding not in self.encodings:
            yield Finding(
                ("defaultEncoding",),
                f"{self.default_encoding} is not among encodings, which Traefik refuses",
                "add it there, or choose one of them",
            )
        for index, content in enumerate(self.included_content_types or ()):
            if _COMPRESSED.match(content):
                yield Finding(
                    ("includedContentTypes", index),
                    f"{content} is compressed already: a second time costs CPU and makes it larger",
                    "remove it",
                )
