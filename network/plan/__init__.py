"""The plan: everything that the program declares, as plain data computed from the config."""

from dataclasses import dataclass

from network.config import StackConfig
from network.plan import (
    access,
    addresses,
    admission,
    applications,
    certificates,
    cluster,
    external,
    ingress,
    metrics,
    namespaces,
    platform_flows,
    policies,
    traffic,
)
from network.plan import monitoring as monitoring_flows
from network.plan.applications import flows as application_flows
from network.plan.model.flows import Flow


@dataclass(frozen=True)
class Plan:
    """One environment's network platform, part by part, in the order of declaration."""

    addresses: addresses.AddressPlan
    external: external.ExternalPlan
    cluster: cluster.ClusterPlan
    namespaces: tuple[namespaces.NamespacePlan, ...]
    flows: tuple[Flow, ...]
    """Every declared connection; the policies say the same in Kubernetes' words."""
    policies: tuple[policies.NamespacePolicies, ...]
    access: access.AccessPlan
    admission: admission.AdmissionPlan
    metrics: metrics.MetricsPlan
    certificates: certificates.CertificatesPlan
    ingress: ingress.IngressPlan
    traffic: traffic.TrafficPlan
    applications: tuple[applications.ApplicationPlan, ...]


def build(config: StackConfig) -> Plan:
    """Return the plan of a valid config."""
    owned = namespaces.build(config)
    flows = (
        *platform_flows.build(config),
        *monitoring_flows.build(config),
        *application_flows.build(config),
    )
    return Plan(
        addresses=addresses.build(config),
        external=external.build(config),
        cluster=cluster.build(config),
        namespaces=owned,
        flows=flows,
        policies=policies.build(config, flows, [namespace.name for namespace in owned]),
        access=access.build(config),
        admission=admission.build(config),
        metrics=metrics.build(config),
        certificates=certificates.build(config),
        ingress=ingress.build(config),
        traffic=traffic.build(config),
        applications=applications.build(config),
    )
