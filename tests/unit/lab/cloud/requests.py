"""Bodies of the calls that most tests begin with."""

from typing import Any

from lab.cloud.cloud import Cloud
from lab.cloud.state import Json


def vpc_body(**changes: Any) -> Json:
    return {"name": "network-dev", "region": "ams3", "ip_range": "10.0.0.0/16", **changes}


def pool_body(**changes: Any) -> Json:
    return {"name": "default", "size": "s-2vcpu-4gb", "count": 2, **changes}


def cluster_body(vpc: Json, **changes: Any) -> Json:
    return {
        "name": "network-dev",
        "region": "ams3",
        "version": "1.36.1-do.0",
        "vpc_uuid": vpc["id"],
        "cluster_subnet": "10.244.0.0/16",
        "service_subnet": "10.96.0.0/12",
        "ha": False,
        "node_pools": [pool_body()],
        **changes,
    }


def make_vpc(cloud: Cloud, **changes: Any) -> Json:
    return cloud.call("POST", "/v2/vpcs", vpc_body(**changes))[1]["vpc"]


def make_cluster(cloud: Cloud, vpc: Json, **changes: Any) -> Json:
    """A cluster, as it is once it runs."""
    body = cluster_body(vpc, **changes)
    made = cloud.call("POST", "/v2/kubernetes/clusters", body)[1]["kubernetes_cluster"]
    cloud.fleet.settle(5)
    return cloud.call("GET", f"/v2/kubernetes/clusters/{made['id']}")[1]["kubernetes_cluster"]
