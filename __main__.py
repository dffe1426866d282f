"""The network platform of one environment: its layers in the order in which they depend on each
other."""

from functools import partial

import pulumi
from pulumi import ResourceOptions

from network import plan
from network.components.access import Access, AccessArgs
from network.components.applications import Application, ApplicationArgs
from network.components.certificates import (
    Admission,
    AdmissionArgs,
    Certificates,
    CertificatesArgs,
    CertManager,
    CertManagerArgs,
)
from network.components.cluster import Cluster, ClusterArgs
from network.components.cluster.account import Account
from network.components.cluster.version import live_cluster, settled
from network.components.external import (
    LoadBalancerAddresses,
    Network,
    NetworkArgs,
    NodeFirewall,
    NodeFirewallArgs,
    Records,
    RecordsArgs,
    required_records,
)
from network.components.ingress import (
    Traefik,
    TraefikArgs,
    TraefikDefinitions,
    TraefikDefinitionsArgs,
)
from network.components.metrics import MetricsServer, MetricsServerArgs
from network.components.namespaces import Namespaces, NamespacesArgs
from network.components.observability import (
    Monitoring,
    MonitoringArgs,
    PrometheusDefinitions,
    PrometheusDefinitionsArgs,
    Watchers,
    WatchersArgs,
)
from network.components.outcome import tell_errors_once
from network.components.policies import Policies, PoliciesArgs
from network.components.secrets import secret_values
from network.components.stack import read_config, stack_name
from network.components.traffic import Traffic, TrafficArgs
from network.config.platform import CERT_MANAGER, METRICS_SERVER, MONITORING, MONITORING_NODES, TRAEFIK
from network.plan.cluster.kubeconfig import kubeconfig
from network.plan.model.names import application_namespace

tell_errors_once()
config = read_config()
planned = plan.build(config)
secrets = secret_values(config)

# What the account has already: a cluster is never asked for an older version than its own
account = Account.of_stack()
live = live_cluster(account, planned.cluster.cluster.name)
settled_cluster = settled(config, planned.cluster.cluster, live)

# Outside the cluster: VPC and zone
network = Network("network", NetworkArgs(planned.external.vpc, planned.external.zone))

# The cluster in that VPC, and the provider for everything inside it
cluster = Cluster(
    "cluster",
    ClusterArgs(
        settled_cluster,
        planned.cluster.pools,
        network.vpc_id,
        partial(kubeconfig, config, stack_name()),
        live,
        account.clusters,
    ),
)
inside = ResourceOptions(providers=[cluster.provider])
if planned.external.firewall is not None:
    NodeFirewall("firewall", NodeFirewallArgs(planned.external.firewall, cluster.cluster_id))

# Namespaces, and the policies that stand before the pods they govern
namespaces = Namespaces("namespaces", NamespacesArgs(planned.namespaces), inside).by_name
policies = Policies("policies", PoliciesArgs(planned.policies, namespaces), inside).by_namespace

# Who may do what, and ask for which names
Access("access", AccessArgs(planned.access, namespaces), inside)
admission = Admission("admission", AdmissionArgs(planned.admission), inside)

# What autoscalers ask
MetricsServer(
    "metrics",
    MetricsServerArgs(planned.metrics, after=[namespaces[METRICS_SERVER], policies[METRICS_SERVER]]),
    inside,
)

# cert-manager and its issuers
cert_manager = CertManager(
    "cert-manager",
    CertManagerArgs(
        planned.certificates.release,
        planned.certificates.secrets,
        planned.certificates.issuers,
        secrets,
        after=[namespaces[CERT_MANAGER], policies[CERT_MANAGER], *admission.bindings],
    ),
    inside,
)
# Traefik's definitions, the middlewares and chains that its entrypoints name, then Traefik
definitions = TraefikDefinitions("definitions", TraefikDefinitionsArgs(planned.ingress), inside).definitions
traffic = Traffic(
    "traffic",
    TrafficArgs(planned.traffic, secrets, after=[namespaces[TRAEFIK], *definitions]),
    inside,
)
traefik = Traefik(
    "traefik",
    TraefikArgs(
        planned.ingress,
        definitions,
        namespaces,
        after=[namespaces[TRAEFIK], policies[TRAEFIK], *traffic.chains.values()],
        reader=cluster.reader,
    ),
    inside,
)

# Applications: Services and routes in namespaces whose policies are in force
for application in planned.applications:
    namespace = application_namespace(config, application.name)
    Application(
        application.name,
        ApplicationArgs(application, policies[namespace], [*definitions, *traffic.chains.values()], secrets),
        inside,
    )

# Names that lead to the load balancer: made in the zone, or told where another provider serves it
address = traefik.load_balancer_address
addresses = LoadBalancerAddresses(address, traefik.load_balancer_ipv6)
entry: list[pulumi.Resource] = [traefik.load_balancer]
if network.zone is not None:
    entry += Records("records", RecordsArgs(network.zone, planned.external.records, addresses)).records
else:
    pulumi.export("records", required_records(planned.external.records, addresses))

# Certificates that Traefik serves: by DNS-01 at once, by HTTP-01 once requests come in
Certificates(
    "certificates",
    CertificatesArgs(
        planned.certificates.certificates,
        after=[namespaces[TRAEFIK], *cert_manager.issuers],
        reachable_first=planned.certificates.reachable_first,
        entry=entry,
    ),
    inside,
)

# Whoever watches, with a certificate by cert-manager, and then what is watched: the operator's webhook reads
# each rule
watchers: list[pulumi.Resource] = []
if planned.observability.stack is not None and planned.observability.prober is not None:
    kinds = PrometheusDefinitions(
        "prometheus-definitions",
        PrometheusDefinitionsArgs(planned.observability.stack, planned.observability.crds),
        inside,
    ).definitions
    homes = [each[name] for name in (MONITORING, MONITORING_NODES) for each in (namespaces, policies)]
    watchers += Watchers(
        "watchers",
        WatchersArgs(
            planned.observability.stack,
            planned.observability.prober,
            planned.observability.access,
            planned.observability.secrets,
            secrets,
            after=[*kinds, *homes, cert_manager.release],
        ),
        inside,
    ).releases
watched = (*planned.monitoring.objects, *planned.observability.probes)
if watched:
    Monitoring("monitoring", MonitoringArgs(watched, after=watchers), inside)

pulumi.export("vpcId", network.vpc_id)
pulumi.export("clusterId", cluster.cluster_id)
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export(
    "addressPlan",
    {
        "vpc": str(planned.addresses.vpc),
        "pods": str(planned.addresses.pods),
        "services": str(planned.addresses.services),
    },
)
pulumi.export("zone", config.external.dns.zone)
pulumi.export("loadBalancerAddress", address)
pulumi.export("nodeLossSeconds", planned.ingress.node_loss_seconds)
