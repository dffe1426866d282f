"""A running platform that no state knows is taken over by one `up`, under a stream of requests: its VPC, with
another name, its cluster, zone, records, Traefik and cert-manager."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.cloud.state import Kind
from tests.lab.outside import Outside
from tests.lab.platform import Platform
from tests.stacks import stack_file

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

ZONE = stack_file("dev")["network:external"]["dns"]["zone"]
RELEASES = ["traefik/traefik", "cert-manager/cert-manager"]
RENAME = """
curl --fail-with-body --silent --show-error --oauth2-bearer "$DIGITALOCEAN_TOKEN" \
  --header 'Content-Type: application/json' --request PUT --data '{"name": "backbone", "description": ""}' \
  "https://api.digitalocean.com/v2/vpcs/$1"
"""
IMPORT = """
pulumi stack init dev
"$1" -m network adopt --file "$2" --format import > "$3" || true
pulumi import --file "$3" --protect=false --generate-code=false --yes --skip-preview
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Platform]:
    """A lab of the dev stack that is up, and whose stack file will change."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("{}")
    with Platform(tmp_path, overlay=overlay) as platform:
        platform.lab("up")
        yield platform


def identity(platform: Platform) -> dict[str, Any]:
    """What must stay the same ones."""
    (service,) = platform.objects("services", "--namespace=traefik", "--field-selector=metadata.name=traefik")
    pods = platform.objects("pods", "--namespace=traefik")
    return {
        "vpc": set(platform.account[Kind.VPC]),
        "cluster": set(platform.account[Kind.CLUSTER]),
        "records": {
            key for key, each in platform.account[Kind.RECORD].items() if each["type"] in ("A", "CAA")
        },
        "pods": {pod["metadata"]["uid"] for pod in pods},
        "address": service["status"]["loadBalancer"]["ingress"][0]["ip"],
    }


def test_a_platform_that_no_state_knows_is_taken_over_without_a_failed_request(running: Platform) -> None:
    before = identity(running)
    (vpc,), (cluster,) = before["vpc"], before["cluster"]
    running.run("bash", "-euo", "pipefail", "-c", RENAME, "rename", vpc)
    running.run("pulumi", "stack", "rm", "--force", "--yes", "--preserve-config")
    assert running.overlay is not None
    adopt = {"vpc": vpc, "cluster": cluster, "releases": RELEASES}
    over = {"network:adopt": adopt, "network:external": {"dns": {"mode": "adopt"}}}
    running.overlay.write_text(yaml.safe_dump(over))
    outside = Outside(running)
    try:
        with outside.stream(f"https://nobody.{ZONE}/", rate=10, clients=2, keep_alive=False) as stream:
            file = running.environment["LAB_STACK_FILE"]
            place = str(running.state / "import")
            running.run("bash", "-euo", "pipefail", "-c", IMPORT, "import", sys.executable, file, place)
            running.run("pulumi", "up", "--yes", "--skip-preview")
    finally:
        outside.close()
    assert stream.failures == []
    assert len(stream.tries) > 100
    assert identity(running) == before
    assert running.account[Kind.VPC][vpc]["name"] == "network-dev"
    running.run("pulumi", "preview", "--expect-no-changes")
    releases = running.resources("kubernetes:helm.sh/v3:Release")
    assert {each["id"] for each in releases if each.get("protect")} == set(RELEASES)
    found = running.run(
        sys.executable, "-m", "network", "adopt", "--file", file, "--format", "json", status=None
    )
    document = json.loads(found[found.index("{") :])
    assert [(each["title"], each["effects"]) for each in document["objects"] if each["effects"]] == []
