"""Nothing that the program registers escapes the review."""

from collections import Counter
from collections.abc import Mapping

from network.config.load import load
from network.plan import build
from network.review.document import Document, of_plan
from tests.program.recording import Declared, Run

OF_CHARTS = "CustomResourceDefinition"
"""The program reads Traefik's out of its chart, whose version the review tells."""


def documented(config: Mapping[str, str]) -> Document:
    loaded = load(config)
    return of_plan(loaded, build(loaded))


def registered(run: Run, package: str) -> list[Declared]:
    """Return what the run manages of a package."""
    return [
        each
        for each in run.declared
        if each.type.startswith(f"{package}:") and not each.read and not each.component
    ]


def test_every_cloud_resource_is_in_the_review(
    update: Run, stack: str, configs: Mapping[str, Mapping[str, str]]
) -> None:
    reviewed = Counter(each["type"] for each in documented(configs[stack])["resources"])
    assert Counter(each.type.rpartition(":")[2] for each in registered(update, "digitalocean")) == reviewed


def test_every_object_of_the_cluster_is_in_the_review(
    update: Run, stack: str, configs: Mapping[str, Mapping[str, str]]
) -> None:
    document = documented(configs[stack])
    reviewed = Counter(
        (each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"])
        for each in document["objects"]
    )
    reviewed.update(("Release", each["namespace"], each["name"]) for each in document["releases"])
    kinds = {each.urn: each.type.rpartition(":")[2] for each in registered(update, "kubernetes")}
    declared = Counter(
        (
            kinds[each.urn],
            each.inputs.get("metadata", each.inputs).get("namespace"),
            each.inputs.get("metadata", each.inputs)["name"],
        )
        for each in registered(update, "kubernetes")
        if kinds[each.urn] != OF_CHARTS
    )
    assert declared == reviewed
