"""Every type of resource that the simulated provider knows."""

from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.resources.cdn import Cdn, Certificate
from lab.cloud.plugin.resources.cluster import KubernetesCluster
from lab.cloud.plugin.resources.domain import DnsRecord, Domain
from lab.cloud.plugin.resources.droplet import Droplet
from lab.cloud.plugin.resources.firewall import Firewall
from lab.cloud.plugin.resources.load_balancer import LoadBalancer
from lab.cloud.plugin.resources.node_pool import KubernetesNodePool
from lab.cloud.plugin.resources.others import (
    ReservedIp,
    ReservedIpAssignment,
    Tag,
    VpcNatGateway,
    VpcPeering,
)
from lab.cloud.plugin.resources.spaces import (
    SpacesBucket,
    SpacesBucketCorsConfiguration,
    SpacesBucketPolicy,
    SpacesKey,
)
from lab.cloud.plugin.resources.vpc import Vpc
from lab.cloud.plugin.resources.watching import MonitorAlert, UptimeAlert, UptimeCheck

RESOURCES: dict[str, Resource] = {
    resource.token: resource
    for resource in (
        Vpc(),
        KubernetesCluster(),
        KubernetesNodePool(),
        Domain(),
        DnsRecord(),
        Firewall(),
        ReservedIp(),
        ReservedIpAssignment(),
        Droplet(),
        Certificate(),
        Cdn(),
        LoadBalancer(),
        VpcPeering(),
        VpcNatGateway(),
        SpacesKey(),
        SpacesBucket(),
        SpacesBucketPolicy(),
        SpacesBucketCorsConfiguration(),
        Tag(),
        UptimeCheck(),
        UptimeAlert(),
        MonitorAlert(),
    )
}
"""By type token."""
