"""What the account says of itself and offers, and its projects."""

import pytest

from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError
from network.config.droplets import DOLLARS
from tests.unit.lab.cloud.requests import make_cluster, make_vpc


def test_the_account_tells_its_team_and_its_limits(account: Cloud) -> None:
    told = account.call("GET", "/v2/account")[1]["account"]
    assert set(told) >= {"droplet_limit", "reserved_ip_limit", "volume_limit", "email", "status", "team"}
    assert set(told["team"]) == {"uuid", "name"}
    assert told == account.call("GET", "/v2/account")[1]["account"]


def test_sizes_have_the_prices_of_the_table(account: Cloud) -> None:
    sizes = account.call("GET", "/v2/sizes", query={"per_page": "200"})[1]["sizes"]
    offered = {each["slug"]: each["price_monthly"] for each in sizes if each["available"]}
    assert offered == {slug: DOLLARS[slug] for slug in offered}
    assert offered["s-2vcpu-4gb"] == 24


def test_a_project_goes_once_nothing_is_in_it(account: Cloud) -> None:
    cluster = make_cluster(account, make_vpc(account))
    one, other = (
        account.call("POST", "/v2/projects", {"name": name})[1]["project"]["id"] for name in ("one", "other")
    )
    for project in (one, other):
        urns = {"resources": [f"do:kubernetes:{cluster['id']}"]}
        account.call("POST", f"/v2/projects/{project}/resources", urns)
    account.call("DELETE", f"/v2/projects/{one}")
    with pytest.raises(ApiError) as error:
        account.call("DELETE", f"/v2/projects/{other}")
    assert error.value.status == 412
    account.call("DELETE", f"/v2/kubernetes/clusters/{cluster['id']}")
    account.fleet.settle(5)
    assert account.call("DELETE", f"/v2/projects/{other}")[0] == 204


@pytest.mark.parametrize(("query", "left"), [({"replace": "1"}, 2), ({}, 1)])
def test_a_node_goes_with_another_in_its_place_or_without(
    account: Cloud, query: dict[str, str], left: int
) -> None:
    cluster = make_cluster(account, make_vpc(account))
    pool = cluster["node_pools"][0]
    gone = pool["nodes"][0]["id"]
    path = f"/v2/kubernetes/clusters/{cluster['id']}/node_pools/{pool['id']}"
    account.call("DELETE", f"{path}/nodes/{gone}", query=query)
    now = account.call("GET", path)[1]["node_pool"]
    assert (now["count"], len(now["nodes"])) == (left, left)
    assert gone not in [each["id"] for each in now["nodes"]]


def test_a_cluster_can_be_raised_to_the_next_minor_version_at_most(account: Cloud) -> None:
    cluster = make_cluster(account, make_vpc(account), version="1.34.5-do.0")
    found = account.call("GET", f"/v2/kubernetes/clusters/{cluster['id']}/upgrades")[1]
    slugs = [each["slug"] for each in found["available_upgrade_versions"]]
    assert {slug[:4] for slug in slugs} == {"1.35"}
