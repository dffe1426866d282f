"""What a run can leave in an account: something of every kind, made by calls of the API."""

from typing import Any

from lab.cloud.cloud import Cloud
from lab.cloud.state import Kind
from tests.unit.acceptance.others import RUN, TEST_ZONE
from tests.unit.lab.cloud.requests import cluster_body

NAME, ENVIRONMENT = f"network-accept-{RUN}", f"accept-{RUN}"
ZONE = f"{ENVIRONMENT}.{TEST_ZONE}"
KINDS = {
    "load balancer", "cluster", "volume", "NAT gateway", "peering", "reserved address", "Droplet",
    "CDN endpoint", "Spaces key", "certificate", "record", "zone", "uptime check", "firewall", "VPC", "tag",
    "project",
}  # fmt: skip


def leave(cloud: Cloud) -> str:
    """Leave everything, and return the id of the run's cluster."""

    def post(path: str, **body: Any) -> Any:
        return next(iter(cloud.call("POST", path, body)[1].values()))

    project = post("/v2/projects", name=NAME)
    for server in ("ns1", "ns2"):
        data = f"{server}.digitalocean.com."
        post(f"/v2/domains/{TEST_ZONE}/records", type="NS", name=ENVIRONMENT, data=data)
    vpc = post("/v2/vpcs", name=NAME, region="ams3", ip_range="172.16.0.0/20")
    other = post("/v2/vpcs", name=f"{NAME}-peer", region="ams3", ip_range="172.16.96.0/20")
    post("/v2/vpc_peerings", name=f"{NAME}-peer", vpc_ids=[vpc["id"], other["id"]])
    tags = ["network", f"environment:{ENVIRONMENT}"]
    ranges = {"cluster_subnet": "172.16.16.0/20", "service_subnet": "172.16.32.0/22"}
    body = cluster_body(vpc, name=NAME, tags=tags, **ranges)
    cluster = post("/v2/kubernetes/clusters", **body)
    cloud.fleet.settle(5)
    tcp = {"entry_protocol": "tcp", "entry_port": 443, "target_protocol": "tcp", "target_port": 30443}
    balancer = {"region": "ams3", "vpc_uuid": vpc["id"], "forwarding_rules": [tcp]}
    post("/v2/load_balancers", name=NAME, **balancer)
    post("/v2/load_balancers", name="a0f1", tags=[f"k8s:{cluster['id']}"], **balancer)
    volume = {"region": "ams3", "size_gigabytes": 5}
    post("/v2/volumes", name="pvc-1", tags=[f"k8s:{cluster['id']}"], **volume)
    post("/v2/volumes", name=f"{NAME}-data", tags=[], **volume)
    gateway = {"type": "PUBLIC", "region": "ams3", "size": 1}
    post("/v2/vpc_nat_gateways", name=f"{NAME}-out", vpcs=[{"vpc_uuid": vpc["id"]}], **gateway)
    machine = {"region": "ams3", "size": "s-1vcpu-1gb", "image": "debian-12-x64", "vpc_uuid": vpc["id"]}
    droplet = post("/v2/droplets", name=f"{NAME}-vpn", **machine)
    address = post("/v2/reserved_ips", region="ams3")
    give = {"type": "assign", "droplet_id": droplet["id"]}
    post(f"/v2/reserved_ips/{address['ip']}/actions", **give)
    unassigned = post("/v2/reserved_ips", region="ams3")["ip"]
    endpoint = {"id": "cdn", "name": "", "origin": f"{NAME}-files.ams3.digitaloceanspaces.com"}
    with cloud.store.change() as account:
        account.get(Kind.RESERVED_IP, unassigned)["project_id"] = project["id"]
        account.put(Kind.CDN, endpoint["id"], endpoint)
    post("/v2/spaces/keys", name=f"{NAME}-files", grants=[{"bucket": "", "permission": "fullaccess"}])
    post("/v2/domains", name=ZONE, ip_address="192.0.2.7")
    post("/v2/certificates", name=f"{NAME}-cdn", type="lets_encrypt", dns_names=[ZONE])
    post("/v2/uptime/checks", name=f"{NAME}-echo", type="https", target=f"https://echo.{ZONE}")
    rule = {"protocol": "tcp", "ports": "51820", "sources": {"addresses": ["0.0.0.0/0"]}}
    post("/v2/firewalls", name=NAME, inbound_rules=[rule], droplet_ids=[droplet["id"]])
    post(f"/v2/projects/{project['id']}/resources", resources=[f"do:kubernetes:{cluster['id']}"])
    return cluster["id"]
