"""What the account's API answers, by reading alone."""

import json
from ipaddress import IPv4Network

from network.acceptance.questions.question import Question, UnansweredError, World
from network.acceptance.stack import SIZE
from network.config.droplets import DOLLARS
from network.config.offers import VERSIONS


def _limit(world: World) -> str:
    account = world.account.get("/v2/account")["account"]
    return f"{account['droplet_limit']} Droplets"


def _price(world: World) -> str:
    price = next(
        size["price_monthly"] for size in world.account.list("/v2/sizes", "sizes") if size["slug"] == SIZE
    )
    table = DOLLARS[SIZE]
    return f"{price:g} dollars a month, {'as' if price == table else f'{table:g}'} in the table"


def _untabled(world: World) -> str:
    sizes = {size["slug"]: size["price_monthly"] for size in world.account.list("/v2/sizes", "sizes")}
    changed = [f"{slug} {sizes[slug]:g}" for slug, told in DOLLARS.items() if sizes.get(slug, told) != told]
    return f"differ from the table: {', '.join(sorted(changed)) or 'none'}"


def _versions(world: World) -> str:
    offered = [each["slug"] for each in world.account.get("/v2/kubernetes/options")["options"]["versions"]]
    new = [slug for slug in offered if slug not in VERSIONS]
    return f"{', '.join(offered)}; not in the table: {', '.join(new) or 'none'}"


def _ranges(world: World) -> str:
    cluster = world.own_cluster
    told = cluster["cluster_subnet"], cluster["service_subnet"]
    asked = world.run.ranges.pods, world.run.ranges.services
    return f"pods {told[0]}, Services {told[1]}: {'as asked' if told == asked else f'asked was {asked}'}"


def _ha(world: World) -> str:
    return f"ha is {world.own_cluster['ha']} where false was asked for"


def _api_firewall(world: World) -> str:
    if not world.run.api_from:
        raise UnansweredError("nobody was kept out: give --api-from")
    told = world.own_cluster["control_plane_firewall"]
    return f"enabled: {told['enabled']}, for {', '.join(told['allowed_addresses'])}"


def _autoscaler(world: World) -> str:
    return json.dumps(world.own_cluster.get("cluster_autoscaler_configuration"))


def _firewalls(world: World) -> str:
    cluster = world.own_cluster["id"]
    found = world.account.list("/v2/firewalls", "firewalls")
    names = [
        each["name"].replace(cluster, "<cluster>")
        for each in found
        if cluster in each["name"] or f"k8s:{cluster}" in (each.get("tags") or ())
    ]
    return ", ".join(sorted(names)) or "none"


def _balancer(world: World) -> str:
    it = world.own_balancer
    proxy = "with" if it["enable_proxy_protocol"] else "without"
    return f"{it['type']}, {it['network']}, {it.get('network_stack')}, {proxy} PROXY headers"


def _size_unit(world: World) -> str:
    return str(world.own_balancer["size_unit"])


def _members(world: World) -> str:
    found = world.account.list(f"/v2/vpcs/{world.own_vpc['id']}/members", "members")
    return ", ".join(sorted({each["urn"].split(":")[1] for each in found}))


def _associated(world: World) -> str:
    path = f"/v2/kubernetes/clusters/{world.own_cluster['id']}/destroy_with_associated_resources"
    found = world.account.get(path)
    return ", ".join(f"{kind} {len(each)}" for kind, each in sorted(found.items()) if isinstance(each, list))


def _upgrades(world: World) -> str:
    found = world.account.get(f"/v2/kubernetes/clusters/{world.own_cluster['id']}/upgrades")
    return ", ".join(each["slug"] for each in found["available_upgrade_versions"] or ()) or "none"


def _linter(world: World) -> str:
    path = f"/v2/kubernetes/clusters/{world.own_cluster['id']}/clusterlint"
    asked = world.changes.post(path, {})
    found = world.account.get(f"{path}?run_id={asked['run_id']}")["diagnostics"]
    errors = sorted({each["check_name"] for each in found if each["severity"] == "error"})
    return f"errors: {', '.join(errors) or 'none'}; {len(found)} findings in all"


def _invoice(world: World) -> str:
    items = world.account.list("/v2/customers/my/invoices/preview", "invoice_items")
    own = [each for each in items if world.run.name in each.get("description", "")]
    if not own:
        raise UnansweredError("the invoice has nothing of the run yet: it is a day behind")
    return ", ".join(f"{each['product']} {each['amount']}" for each in own)


def _sizes_of_ranges(world: World) -> str:
    sizes = (IPv4Network(world.own_cluster[key]).prefixlen for key in ("cluster_subnet", "service_subnet"))
    return "/{} for pods, /{} for Services".format(*sizes)


_CLUSTERS = "GET /v2/kubernetes/clusters"

QUESTIONS = (
    Question(
        "droplet-limit", "How many Droplets may the account have?", "digitalocean.md#nodes",
        "GET /v2/account", "look", _limit,
    ),
    Question(
        "node-price", "What does a node cost?", "digitalocean.md#prices", "GET /v2/sizes", "look", _price
    ),
    Question(
        "prices", "Which prices differ from the table?", "digitalocean.md#prices", "GET /v2/sizes", "look",
        _untabled,
    ),
    Question(
        "kubernetes-versions", "Which versions does DOKS offer, and which does the table lack?",
        "digitalocean.md#clusters", "GET /v2/kubernetes/options", "look", _versions,
    ),
    Question(
        "cluster-ranges", "Has the cluster the ranges that it was given?", "digitalocean.md#ranges-of-a-vpc",
        _CLUSTERS, "ask", _ranges,
    ),
    Question(
        "range-sizes", "Which sizes of ranges are taken?", "digitalocean.md#ranges-of-a-vpc", _CLUSTERS,
        "ask", _sizes_of_ranges,
    ),
    Question(
        "ha-off", "Does `ha: false` stay, where a new version has it on by default?",
        "digitalocean.md#clusters", _CLUSTERS, "ask", _ha,
    ),
    Question(
        "api-firewall", "Is the API server's firewall there for everybody, or by invitation?",
        "digitalocean.md#clusters", _CLUSTERS, "ask", _api_firewall,
    ),
    Question(
        "autoscaler-unset", "What is answered for an autoscaler configuration that nobody set?",
        "provider.md#assumed-of-the-api", _CLUSTERS, "ask", _autoscaler,
    ),
    Question(
        "managed-firewalls", "What are the firewalls called that DigitalOcean keeps for a cluster?",
        "digitalocean.md#firewalls-and-tags", "GET /v2/firewalls", "ask", _firewalls,
    ),
    Question(
        "load-balancer-kind", "Of which kind is the load balancer, and has it IPv6?",
        "digitalocean.md#load-balancers", "GET /v2/load_balancers", "ask", _balancer,
    ),
    Question(
        "load-balancer-units", "How many units has it by itself?", "digitalocean.md#units-of-load-balancers",
        "GET /v2/load_balancers", "ask", _size_unit,
    ),
    Question(
        "vpc-members", "Which kinds of members does the VPC tell?", "provider.md#deleting-a-vpc",
        "GET /v2/vpcs/{id}/members", "ask", _members,
    ),
    Question(
        "associated", "What does a cluster take along when it is destroyed?",
        "provider.md#deleting-what-has-gone",
        "GET /v2/kubernetes/clusters/{id}/destroy_with_associated_resources", "ask", _associated,
    ),
    Question(
        "upgrade-candidates", "To which versions can the cluster be raised?",
        "provider.md#an-older-version-replaces", "GET /v2/kubernetes/clusters/{id}/upgrades", "ask",
        _upgrades,
    ),
    Question(
        "linter", "Which findings of DigitalOcean's linter would block an upgrade?",
        "digitalocean.md#clusters", "POST /v2/kubernetes/clusters/{id}/clusterlint", "ask", _linter,
    ),
    Question(
        "invoice", "What does the invoice say?", "digitalocean.md#prices",
        "GET /v2/customers/my/invoices/preview", "compare", _invoice,
    ),
)  # fmt: skip
