"""The plan: everything that the program declares, as plain data computed from the config."""

from dataclasses import dataclass

from network.config import StackConfig
from network.plan import (
    access,
    applications,
    certificates,
    cluster,
    external,
    ingress,
    namespaces,
    traffic,
)


@dataclass(frozen=True)
class Plan:
    """One environment's network platform, part by part, in the order of declaration."""

    external: external.ExternalPlan
    cluster: cluster.ClusterPlan
    namespaces: tuple[namespaces.NamespacePlan, ...]
    access: access.AccessPlan
    certificates: certificates.CertificatesPlan
    ingress: ingress.IngressPlan
    traffic: traffic.TrafficPlan
    applications: tuple[applications.ApplicationPlan, ...]


def build(config: StackConfig) -> Plan:
    """Return the plan of a valid config."""
    return Plan(
        external=external.build(config),
        cluster=cluster.build(config),
        namespaces=namespaces.build(config),
        access=access.build(config),
        certificates=certificates.build(config),
        ingress=ingress.build(config),
        traffic=traffic.build(config),
        applications=applications.build(config),
    )
