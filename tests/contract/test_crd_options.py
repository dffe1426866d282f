"""The table of options says what the published CRDs say, from wherever it was made."""

from pathlib import Path

from lab.charts.crd_options import trimmed
from network.config.crd_options import schemas
from tests import libyaml


def test_the_options_are_those_of_the_published_crds(contracts: Path) -> None:
    published = {}
    for path in (contracts / "traefik" / "crds").glob("*.yaml"):
        spec = libyaml.load(path.read_text())["spec"]
        schema = spec["versions"][0]["schema"]["openAPIV3Schema"]
        published[spec["names"]["kind"]] = trimmed(schema["properties"]["spec"])

    assert schemas() == published
