"""A cluster specification for tests of the machine."""

from ipaddress import IPv4Address, IPv4Network

from lab.machine.spec import ClusterSpec, NodeSpec

NODE = NodeSpec(
    "pool-a1",
    IPv4Address("10.20.0.3"),
    {"doks.digitalocean.com/node-pool": "pool"},
    ("dedicated=ingress:NoSchedule", "drained:NoExecute"),
)

CLUSTER = ClusterSpec(
    id="5f0c1a2b-1111-4222-8333-444455556666",
    name="dev",
    version="1.36.4",
    vpc=IPv4Network("10.20.0.0/24"),
    pods=IPv4Network("10.42.0.0/18"),
    services=IPv4Network("10.43.0.0/22"),
    router=IPv4Address("10.20.0.1"),
    control_plane=IPv4Address("10.20.0.2"),
    nodes=(NODE,),
    dns=IPv4Address("203.0.113.53"),
)
