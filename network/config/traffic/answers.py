"""What is done with the answers of backends (TRF-5)."""

from typing import Annotated

from pydantic import Field

from network.config.model import Model
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
    workload: Name
    """Its first port serves the pages."""
    query: ErrorPage = "/{status}.html"
