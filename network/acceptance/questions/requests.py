"""What requests from here show: who the client is, which certificate is served, what stays as it was."""

from ipaddress import ip_address, ip_network
from typing import Any

from network.acceptance.questions.question import Question, UnansweredError, World
from network.acceptance.traffic import echoed
from network.diagnosis.read.host import shake


def _echo(world: World, address: str) -> Any:
    _must_answer(world)
    try:
        return echoed(world.run.host, address)
    except (OSError, ValueError) as error:
        raise UnansweredError(f"no answer of {world.run.host} at {address}: {error}") from None


def _must_answer(world: World) -> None:
    """What does not answer at all is asked once, by the step `backend`."""
    if not world.answers:
        raise UnansweredError("the backend did not answer: the step `backend` says why")


def _client(world: World) -> str:
    headers = _echo(world, world.own_balancer["ip"])["headers"]
    seen = headers["X-Forwarded-For"][0].split(",")[-1].strip()
    address = ip_address(seen)
    ranges = (world.run.ranges.vpc, world.run.ranges.pods)
    inside = any(address in ip_network(each) for each in ranges if address.version == 4)
    return f"the backend is told {'an address of the cluster' if inside else 'the client'}: {seen}"


def _ipv6(world: World) -> str:
    address = world.own_balancer.get("ipv6")
    if not address:
        return "the load balancer has none"
    headers = _echo(world, address)["headers"]
    return f"answered at {address}; the backend is told {headers['X-Forwarded-For'][0]}"


def _certificate(world: World) -> str:
    _must_answer(world)
    found = shake(world.run.host, world.own_balancer["ip"])
    if found.outcome != "shaken":
        raise UnansweredError(f"{found.outcome}: {found.reason}")
    return f"for {', '.join(found.names)}, until {found.ends:%Y-%m-%d}; {found.trusted or 'trusted'}"


def _both_addresses(world: World) -> str:
    it = world.own_balancer
    return f"{it['ip']} and {it.get('ipv6') or 'no IPv6'}"


def _addresses_after(world: World) -> str:
    now, before = _both_addresses(world), world.seen.get("load-balancer-addresses")
    if before is None:
        raise UnansweredError("nobody looked before the changes")
    return f"the same, {now}" if now == before else f"{before} before, {now} now"


def _backends(world: World) -> str:
    droplets = {str(each) for each in world.own_balancer["droplet_ids"]}
    nodes = {node["droplet_id"] for pool in world.own_cluster["node_pools"] for node in pool["nodes"]}
    return f"{len(droplets & nodes)} of {len(nodes)} nodes behind it, {len(droplets - nodes)} others"


QUESTIONS = (
    Question(
        "client-address", "Whose address does the backend see, behind PROXY headers and policy Local?",
        "digitalocean.md#load-balancers", "GET https://echo.<zone>/api", "ask", _client,
    ),
    Question(
        "ipv6-client", "Is the platform reached by IPv6, and whose address does the backend see then?",
        "digitalocean.md#load-balancers", "GET https://echo.<zone>/api", "ask", _ipv6,
    ),
    Question(
        "certificate", "Is the zone's certificate issued by DNS-01 through the delegated zone?",
        "digitalocean.md#spaces-and-its-cdn", "openssl s_client", "ask", _certificate,
    ),
    Question(
        "load-balancer-addresses", "Which addresses has the load balancer?",
        "digitalocean.md#load-balancers", "GET /v2/load_balancers", "ask", _both_addresses,
    ),
    Question(
        "addresses-stay", "Do both addresses stay through replaced nodes and an upgrade?",
        "digitalocean.md#load-balancers", "GET /v2/load_balancers", "compare", _addresses_after,
    ),
    Question(
        "nodes-behind", "Are the new nodes behind the load balancer, and the former ones gone?",
        "digitalocean.md#nodes", "GET /v2/load_balancers", "compare", _backends,
    ),
)  # fmt: skip
