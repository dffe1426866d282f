"""Changes that people make by the commands of docs/tasks, literally, while requests go on (ADM-7). The last
of the proofs by requests: it takes the lab's nodes away."""

import json
import secrets
from collections.abc import Iterator

import pytest

from lab.cloud.options import choose
from lab.engine.throwaway import htpasswd
from tests.lab import runbook
from tests.lab.patience import until
from tests.lab.traffic.test_certificates import WILDCARD, renew, serial, served
from tests.lab.traffic.test_rollouts import TRAEFIK, all_serve, load
from tests.lab.traffic_lab import ZONE, TrafficLab
from tests.stacks import ROOT

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

ROTATE = ROOT / "docs" / "tasks" / "rotate.md"
DEFAULT_POOL = ROOT / "docs" / "tasks" / "default-pool.md"
ADMINS, SHOP = f"admins.{ZONE}", f"shop.{ZONE}"
USERS = "Users of basic authentication"
NODES = 2
"""Of the default pool, and so of the pool that takes its place."""


def typed(traffic: TrafficLab, *blocks: str, text: str = "") -> str:
    """What blocks of a page say, typed in one shell; `text` is what is typed into prompts."""
    shell = ("env", "PULUMI_SKIP_CONFIRMATIONS=true", "bash", "-euo", "pipefail", "-c")
    return traffic.run(*shell, "\n".join(blocks), text=text)


@pytest.fixture
def users(traffic: TrafficLab) -> Iterator[str]:
    """The password of `admins`, who has it again afterwards."""
    get = ("pulumi", "config", "get", "--path", "network:basicAuthUsers.admins")
    before = traffic.run(*get).strip()
    yield (traffic.platform.folder / "secrets" / "basic-auth-admins").read_text().strip()
    traffic.run("pulumi", "config", "set", "--secret", "--path", get[-1], before)
    traffic.run("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")


def gets_in(traffic: TrafficLab, user: str, password: str) -> bool:
    """Whether every replica lets somebody in."""
    answers = (traffic.outside.get(f"https://{ADMINS}/", auth=(user, password)) for _ in range(10))
    return all(answer.status_code == 200 for answer in answers)


def test_the_zone_s_token_and_a_user_are_rotated_without_a_failed_request(
    traffic: TrafficLab, users: str
) -> None:
    book = runbook.read(ROTATE)
    token, password = secrets.token_urlsafe(), secrets.token_urlsafe()
    choose(traffic.platform.folder / "cloud", second_token=token)
    said_by_htpasswd = f"htpasswd() {{ echo '{htpasswd('admins-2', password)}'; }}"
    beside, alone = book[USERS]
    before = serial(traffic, WILDCARD)
    with (
        load(traffic) as requests,
        traffic.outside.stream(f"https://{SHOP}/", rate=8, keep_alive=False, source="203.0.113.67") as shop,
    ):
        typed(traffic, said_by_htpasswd, beside)
        until(lambda: gets_in(traffic, "admins-2", password))
        assert gets_in(traffic, "admins", users)
        typed(traffic, book["The token of the zone"][0], text=f"{token}\n")
        renew(traffic, WILDCARD)
        until(lambda: served(traffic, SHOP) == {serial(traffic, WILDCARD)} != {before}, seconds=180)
        typed(traffic, alone)
        until(lambda: traffic.outside.get(f"https://{ADMINS}/", auth=("admins", users)).status_code == 401)
        assert gets_in(traffic, "admins-2", password)
    requests.check()
    assert shop.failures == []
    print(f"rotation: {len(shop.tries)} requests to {SHOP}, lost: 0")


def test_the_default_pool_is_replaced_without_a_failed_request(traffic: TrafficLab) -> None:
    """By one of the same size, since the lab's other proofs declare that."""
    book = runbook.read(DEFAULT_POOL)
    choose(traffic.platform.folder / "cloud", further_nodes=NODES)
    before = nodes(traffic)
    (make,) = book["Make the new pool"]
    sized = make.replace("size=s-8vcpu-16gb ", "size=s-4vcpu-8gb ")
    assert sized != make
    first = book[runbook.FIRST][0]
    with load(traffic) as requests:
        typed(traffic, first, *book["Free the name"], sized)
        until(lambda: len(nodes(traffic)) == len(before) + NODES, "the new nodes have joined", seconds=300)
        typed(traffic, first, *book["Empty the old nodes"])
        until(lambda: all_serve(traffic), "Traefik serves from the new nodes", seconds=300)
        typed(traffic, first, *book["Move the mark"], *book["Delete the old pool"])
        until(lambda: before.isdisjoint(nodes(traffic)), "the old nodes have gone", seconds=300)
        until(lambda: all_serve(traffic), seconds=300)
        said = typed(traffic, first, *book["Write it down"])
    requests.check()
    assert "unchanged" in said
    assert len(traffic.pods(TRAEFIK)) == 2


def nodes(traffic: TrafficLab) -> set[str]:
    """Names of the cluster's nodes."""
    listed = json.loads(traffic.kubectl("get", "nodes", "--output=json"))["items"]
    return {each["metadata"]["name"] for each in listed}
