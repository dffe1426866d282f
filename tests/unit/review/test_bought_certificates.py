"""What a change does to certificates that were bought."""

from typing import Any

from network.config.bought import EXAMPLE
from network.review.compare import StackReview, compare
from network.review.document import Document
from tests.unit.config.warnings import ENDED
from tests.unit.review.documents import document, texts


def bought(**certificates: str) -> Document:
    """Return the document of the dev stack with certificates from elsewhere."""
    pems: dict[str, Any] = {name: {"pem": pem} for name, pem in certificates.items()}
    return document("dev", {"network:certificates": {"bought": pems}})


def review(before: Document, after: Document) -> StackReview:
    return compare("dev", before, after)


def test_one_that_is_served_is_told_with_its_names_and_its_end() -> None:
    (text,) = texts(review(document("dev"), bought(shop=EXAMPLE)), "certificate-added")
    assert "`shop`" in text
    assert "`www.bought.example` until 2126-01-01" in text


def test_one_that_is_given_up_leaves_its_names_uncovered() -> None:
    (text,) = texts(review(bought(shop=EXAMPLE), document("dev")), "certificate-removed")
    assert "`shop`, which was bought, no longer covers `www.bought.example`" in text


def test_another_in_its_place_is_told_with_what_it_no_longer_covers() -> None:
    found = review(bought(shop=ENDED), bought(shop=EXAMPLE))
    assert "`old.bought.example`" in texts(found, "certificate-removed")[0]
    assert "another one for `www.bought.example`, until 2126-01-01" in "".join(
        texts(found, "certificate-changed")
    )


def test_one_that_stays_is_not_told() -> None:
    found = review(bought(shop=EXAMPLE), bought(shop=EXAMPLE))
    assert not any("bought" in finding.text for finding in found.findings)
