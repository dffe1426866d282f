"""What a change does to volumes of the account: their cost, and what becomes of them."""

from typing import Any

from network.review.compare import StackReview, compare
from network.review.document import Document
from tests.stacks import WATCHING
from tests.unit.review.documents import document, kinds, texts


def installed(replicas: int = 1, size: str = "5Gi", **storage: Any) -> Document:
    """Return the document of the dev stack whose Prometheus has volumes."""
    install = {"replicas": replicas, "storage": {"size": size, **storage}}
    layer = {"network:observability": {"prometheus": {"install": install}}}
    return document("dev", layer, WATCHING)


def unwatched() -> Document:
    return document("dev", without=WATCHING)


def review(before: Document, after: Document) -> StackReview:
    return compare("dev", before, after)


def details(found: StackReview) -> str:
    (section,) = (each for each in found.sections if each.title == "Volumes")
    return section.details


def test_what_volumes_cost_more_a_month_is_told() -> None:
    (text,) = texts(review(unwatched(), installed(size="10Gi")), "volumes-cost")
    assert "`0` → `11` GiB" in text
    assert "`0.00` → `1.10` dollars a month" in text


def test_a_further_replica_has_volumes_of_its_own() -> None:
    found = review(installed(), installed(replicas=2))
    (text,) = texts(found, "volumes-cost")
    assert "`6` → `12` GiB" in text
    assert "2 of 5 GiB, 1.00 dollars a month, deleted with its owner" in details(found)


def test_a_volume_that_goes_takes_along_what_is_in_it() -> None:
    found = review(installed(replicas=2), unwatched())
    assert texts(found, "volume-deleted") == [
        "2 volumes of `prometheus` with 5 GiB deleted, with what is in it.",
        "2 volumes of `alertmanager` with 1 GiB deleted, with what is in it.",
    ]
    assert "volume-left" not in kinds(found)


def test_the_volume_of_a_replica_that_goes_stays() -> None:
    """Kubernetes deletes none where a program is scaled down, lest one that is stopped lose its data."""
    found = review(installed(replicas=2), installed())
    left = texts(found, "volume-left")
    assert len(left) == 2
    assert left[0].startswith("1 volume of `prometheus` with 5 GiB left in the account: 0.50 dollars a month")
    assert "volume-deleted" not in kinds(found)


def test_a_volume_that_is_kept_costs_on_when_nobody_uses_it() -> None:
    found = review(installed(replicas=2, size="20Gi", volumes="retain"), unwatched())
    left = texts(found, "volume-left")
    assert len(left) == 2
    assert left[0].startswith(
        "2 volumes of `prometheus` with 20 GiB left in the account: 4.00 dollars a month"
    )
    assert "volume-deleted" not in kinds(found)


def test_volumes_that_stay_the_same_are_not_told() -> None:
    found = review(installed(), installed())
    assert not [kind for kind in kinds(found) if kind.startswith("volume")]
    assert details(found) == ""


def test_the_store_of_logs_has_a_volume_too() -> None:
    store = {"install": {"storage": {"size": "50Gi"}}}
    layer = {"network:observability": {"prometheus": {"install": {}}, "logs": {"store": store}}}
    (text,) = texts(review(unwatched(), document("dev", layer, WATCHING)), "volumes-cost")
    assert "`7.10` dollars" in text, "Prometheus' 20 GiB, Alertmanager's 1, the store's 50"
