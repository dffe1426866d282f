"""Several zones in a review: each is told of by itself."""

from typing import Any

from network.review.compare import compare
from network.review.document import Document
from tests.unit.review.documents import document, kinds, texts

SHOP: dict[str, Any] = {"zone": "shop.example"}
STORE: dict[str, Any] = {"zone": "store.example", "hosts": ["www"]}


def with_zones(**further: dict[str, Any]) -> Document:
    """Return the document of the dev stack with these zones beside its own."""
    return document(over={"network:external": {"dns": {"furtherZones": further}}})


def test_a_deleted_zone_is_a_danger_that_names_it_and_not_each_of_its_records() -> None:
    found = compare("dev", with_zones(shop=SHOP, store=STORE), with_zones(shop=SHOP))
    (text,) = texts(found, "platform-destroyed")
    assert "`store.example` is deleted" in text
    assert "name-removed" not in kinds(found)


def test_a_zone_of_another_name_takes_its_own_records_along_and_no_others() -> None:
    found = compare(
        "dev", with_zones(shop=SHOP, store=STORE), with_zones(shop={"zone": "other.example"}, store=STORE)
    )
    (text,) = texts(found, "platform-replaced")
    assert "Domain zone-shop `shop.example` is replaced" in text
    assert not any("store" in each for each in texts(found, "object-replaced"))


def test_a_zone_that_is_handed_over_stays() -> None:
    found = compare("dev", with_zones(store=STORE), with_zones(store={**STORE, "mode": "adopt"}))
    (text,) = texts(found, "ownership-given-up")
    assert "store.example" in text
