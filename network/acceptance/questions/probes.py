"""What the API answers to calls that may be refused. Whatever is taken has the run's name, costs at most an
hour of a load balancer, and is removed at once; if the run is killed then, by the sweep."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from typing import Any

from network.acceptance.questions.question import Question, UnansweredError, World
from network.acceptance.ranges import free, taken
from network.live.changes import ChangeError

_VPC_BUSY = frozenset({403, 409, 412, 422})


def _tried(
    world: World,
    path: str,
    body: Any,
    taken_as: Callable[[Mapping[str, Any]], tuple[str, str]],
    busy: frozenset[int] = frozenset({409, 412}),
) -> str:
    """Return how a call is refused, or what it made; `taken_as` gives that in words, and its path."""
    try:
        made = world.changes.post(path, body)
    except ChangeError as error:
        if error.status is None:
            raise
        return f"refused: {error.why}"
    words, where = taken_as(made)
    world.changes.remove(where, busy=busy)
    return f"taken: {words}"


def _vpc(world: World, name: str, ip_range: str) -> str:
    body = {"name": f"{world.run.name}-{name}", "region": world.run.region, "ip_range": ip_range}

    def told(made: Mapping[str, Any]) -> tuple[str, str]:
        return made["vpc"]["ip_range"], f"/v2/vpcs/{made['vpc']['id']}"

    return _tried(world, "/v2/vpcs", body, told, _VPC_BUSY)


def _within(ip_range: str) -> str:
    return str(next(IPv4Network(ip_range).subnets(new_prefix=24)))


def _overlap_of_vpc(world: World) -> str:
    return _vpc(world, "overlap", _within(world.run.ranges.vpc))


def _overlap_of_pods(world: World) -> str:
    return _vpc(world, "pods", _within(world.run.ranges.pods))


def _overlap_of_services(world: World) -> str:
    return _vpc(world, "services", _within(world.run.ranges.services))


def _reserved(world: World) -> str:
    return _vpc(world, "reserved", "10.244.0.0/20")


def _host_bits(world: World) -> str:
    used = taken(
        world.account.list("/v2/vpcs", "vpcs"),
        world.account.list("/v2/kubernetes/clusters", "kubernetes_clusters"),
    )
    whole = IPv4Network(free(used).vpc)
    return f"{whole[5]}/24 is {_vpc(world, 'bits', f'{whole[5]}/24')}"


def _default_pods(world: World) -> str:
    if world.run.ranges.pods != "10.244.0.0/16":
        raise UnansweredError("the run's pods are elsewhere: give --pod-range 10.244.0.0/16")
    return f"taken: the cluster has {world.own_cluster['cluster_subnet']}"


def _members(world: World) -> str:
    """Of a VPC with a cluster in it: refused for sure, and nothing is lost if it is not."""
    path = f"/v2/vpcs/{world.own_vpc['id']}"
    try:
        world.changes.remove(path, busy=frozenset())
    except ChangeError as error:
        return f"refused: {error.why}"
    return "it was deleted"


def _same_version(world: World) -> str:
    cluster = world.own_cluster
    path = f"/v2/kubernetes/clusters/{cluster['id']}/upgrade"
    try:
        world.changes.post(path, {"version": cluster["version"]})
    except ChangeError as error:
        return f"refused: {error.why}"
    return "taken"


def _ttl(world: World) -> str:
    """Two records of one name and type; the zone goes with the run."""
    path = f"/v2/domains/{world.run.zone}/records"
    for data, ttl in (("one", 60), ("two", 120)):
        world.changes.post(path, {"type": "TXT", "name": "ttl", "data": data, "ttl": ttl})
    records = [each for each in world.account.list(path, "domain_records") if each["name"] == "ttl"]
    for each in records:
        world.changes.remove(f"{path}/{each['id']}")
    return f"60 and 120 became {', '.join(str(each['ttl']) for each in records)}"


def _proxy_on_network(world: World) -> str:
    body = {
        "name": f"{world.run.name}-proxy",
        "region": world.run.region,
        "type": "REGIONAL_NETWORK",
        "vpc_uuid": world.own_vpc["id"],
        "enable_proxy_protocol": True,
        "droplet_ids": [],
        "forwarding_rules": [
            {"entry_protocol": "tcp", "entry_port": 80, "target_protocol": "tcp", "target_port": 80}
        ],
    }

    def told(made: Mapping[str, Any]) -> tuple[str, str]:
        it = made["load_balancer"]
        return f"PROXY is {it['enable_proxy_protocol']}", f"/v2/load_balancers/{it['id']}"

    return _tried(world, "/v2/load_balancers", body, told, frozenset({404, 409, 412, 422}))


_POST_VPC = "POST /v2/vpcs"

QUESTIONS = (
    Question(
        "overlap-vpc", "In which words is a VPC refused that meets another?",
        "provider.md#assumed-of-the-api", _POST_VPC, "probe", _overlap_of_vpc,
    ),
    Question(
        "overlap-pods", "Do a cluster's ranges of pods count among the account's networks?",
        "provider.md#assumed-of-the-api", _POST_VPC, "probe", _overlap_of_pods,
    ),
    Question(
        "overlap-services", "Do its ranges of Services?", "provider.md#assumed-of-the-api", _POST_VPC,
        "probe", _overlap_of_services,
    ),
    Question(
        "reserved", "Is a reserved range refused for a VPC?", "digitalocean.md#ranges-of-a-vpc", _POST_VPC,
        "probe", _reserved,
    ),
    Question(
        "host-bits", "What becomes of a range's host bits?", "provider.md#host-bits-of-a-range", _POST_VPC,
        "probe", _host_bits,
    ),
    Question(
        "default-pod-range", "Is 10.244.0.0/16 taken for the pods of a VPC-native cluster?",
        "digitalocean.md#ranges-of-a-vpc", "GET /v2/kubernetes/clusters", "probe", _default_pods,
    ),
    Question(
        "vpc-with-members", "How is the deletion of a VPC with members refused?",
        "provider.md#deleting-a-vpc", "DELETE /v2/vpcs/{id}", "probe", _members,
    ),
    Question(
        "same-version", "Is an upgrade to the same version refused?", "provider.md#assumed-of-the-api",
        "POST /v2/kubernetes/clusters/{id}/upgrade", "probe", _same_version,
    ),
    Question(
        "equal-records", "Which ttl have two records of one name and type?",
        "provider.md#zones-and-records", "POST /v2/domains/{zone}/records", "probe", _ttl,
    ),
    Question(
        "proxy-on-network", "Are PROXY headers refused on a network load balancer?",
        "digitalocean.md#load-balancers", "POST /v2/load_balancers", "probe", _proxy_on_network,
    ),
)  # fmt: skip
