"""What is adopted, in a review."""

from typing import Any

import pytest

from network.review.compare import compare
from network.review.document import Document
from tests.unit.review.documents import document, kinds, texts

VPC = "5a4981aa-9653-4bd1-bef5-d6bff52042e4"
CLUSTER = "bd5f5959-5e1e-4205-a714-a914373942af"
OTHER = "0a5dbb1e-6a5b-4b0e-8d8c-8b6a9d1f2c3e"


def adopting(**adopt: Any) -> Document:
    """Return the document of the dev stack that adopts these."""
    return document(over={"network:adopt": adopt} if adopt else None)


def test_what_is_taken_over_is_told_with_its_id_and_a_release_with_its_namespace() -> None:
    found = compare("dev", adopting(), adopting(vpc=VPC, releases=["traefik/traefik"]))
    vpc, release = texts(found, "adopted")
    assert VPC in vpc
    assert "Helm release `traefik` is taken over" in release
    (namespace,) = texts(found, "ownership-given-up")
    assert "Namespace `traefik` is handed over" in namespace


def test_another_id_is_refused_by_what_was_taken_over_before() -> None:
    found = compare("dev", adopting(cluster=CLUSTER), adopting(cluster=OTHER))
    assert {"adopted", "protected"} <= kinds(found)


@pytest.mark.parametrize("adopt", [{"cluster": CLUSTER}, {"releases": ["traefik/traefik"]}], ids=str)
def test_what_becomes_the_program_s_is_a_danger(adopt: dict[str, Any]) -> None:
    found = texts(compare("dev", adopting(**adopt), adopting()), "protection-removed")
    assert found
    assert all("becomes the program's" in text for text in found)


def test_another_range_under_an_adopted_vpc_is_refused() -> None:
    over = {"network:adopt": {"vpc": VPC}, "network:external": {"vpc": {"ipRange": "10.20.0.0/20"}}}
    found = compare("dev", adopting(vpc=VPC), document(over=over))
    assert {"platform-replaced", "protected"} <= kinds(found)
