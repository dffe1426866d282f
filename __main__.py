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
from network.components.cluster.adoption import refuse_misfits
from network.components.cluster.version import live_cluster, settled
from network.components.egress import Egress, EgressArgs
from network.components.external import (
    Cdns,
    CdnsArgs,
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
from network.components.outside import Outside, OutsideArgs
from network.components.policies import Policies, PoliciesArgs
from network.components.secrets import secret_values
from network.components.stack import read_config, stack_name
from network.components.telemetry import Telemetry, TelemetryArgs
from network.components.traffic import Traffic, TrafficArgs
from network.components.vpn import Vpn, VpnArgs
from network.config.platform import CERT_MANAGER, METRICS_SERVER, MONITORING, MONITORING_NODES, TRAEFIK
from network.config.zones import named
from network.plan.cluster.kubeconfig import kubeconfig
from network.plan.model.names import application_namespace

tell_errors_once()
config = read_config()
planned = plan.build(config)
secrets = secret_values(config)

# What the account has already: nothing that is adopted is replaced, and no cluster is asked for an older
# version than its own
account = Account.of_stack()
refuse_misfits(config, planned, account)
live = live_cluster(account, planned.cluster.cluster)
settled_cluster = settled(config, planned.cluster.cluster, live)

# Outside the cluster: VPC, peerings and zones
network = Network(
    "network", NetworkArgs(planned.external.vpc, planned.external.zones, planned.external.peerings)
)

# Static files, in buckets behind a CDN
if planned.external.cdns is not None:
    cdns = Cdns("cdn", CdnsArgs(planned.external.cdns, secrets, network.first_domain))
    pulumi.export("cdnEndpoints", cdns.endpoints)
    pulumi.export("cdnUploadKeys", cdns.upload_keys)

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
        after=network.peerings,
    ),
)
inside = ResourceOptions(providers=[cluster.provider])
if planned.external.firewall is not None:
    NodeFirewall("firewall", NodeFirewallArgs(planned.external.firewall, cluster.cluster_id))

# The way out: one address for what leaves the nodes
if planned.egress.gateway is not None and planned.egress.route is not None:
    egress = Egress(
        "egress", EgressArgs(planned.egress.gateway, network.vpc_id, planned.egress.route), inside
    )
    pulumi.export("egressAddress", egress.address)

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
# Traefik's definitions, the middlewares and chains that routes and entrypoints name, what Traefik may read
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
        planned.certificates.bought,
        secrets,
        definitions,
        namespaces,
        after=[namespaces[TRAEFIK], policies[TRAEFIK], *traffic.chains.values()],
        reader=cluster.reader,
    ),
    inside,
)

# Applications: Services and routes in namespaces whose policies are in force; then Traefik
routes: list[pulumi.Resource] = []
for application in planned.applications:
    namespace = application_namespace(config, application.name)
    routes += Application(
        application.name,
        ApplicationArgs(
            application,
            policies[namespace],
            [*definitions, *traefik.tls, *traffic.chains.values()],
            secrets,
        ),
        inside,
    ).routes
balancers = traefik.install(routes)

# What collects logs and traces, where they are asked for
if planned.telemetry.releases:
    homes = [namespace.name for namespace in planned.telemetry.namespaces]
    Telemetry(
        "telemetry",
        TelemetryArgs(
            planned.telemetry,
            secrets,
            after=[each for home in homes for each in (namespaces[home], policies[home])],
        ),
        inside,
    )

# A way into the VPC for people's devices, once there is something to reach
if planned.vpn.machine is not None:
    vpn = Vpn(
        "vpn",
        VpnArgs(
            planned.vpn.environment,
            planned.vpn.machine,
            network.vpc_id,
            cluster.endpoint,
            config.cluster.api_allowed_ranges,
            balancers.internal_address,
        ),
    )
    pulumi.export("vpn", {"endpoint": vpn.endpoint, "address": vpn.address, "apiServer": cluster.endpoint})

# Names that lead to the load balancer: made in each zone, or told where another provider serves it
addresses = LoadBalancerAddresses(balancers.address, balancers.ipv6, balancers.internal_address)
entry: list[pulumi.Resource] = [balancers.service]
in_zones = [(network.zones[z.name], z.records) for z in planned.external.zones if z.name in network.zones]
if in_zones:
    entry += Records("records", RecordsArgs(in_zones, addresses)).records
for zone in planned.external.zones:
    if zone.name not in network.zones:
        pulumi.export(named("records", zone.key), required_records(zone.records, addresses))

# DigitalOcean's own watch, once names lead to what it asks
if planned.outside.hosts or any(planned.outside.load_balancers.values()):
    Outside(
        "outside",
        OutsideArgs(planned.outside, balancers.ids, secrets.get("outsideSlackUrl"), after=entry),
    )

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
pulumi.export("loadBalancerAddress", balancers.address)
if balancers.internal_address is not None:
    pulumi.export("internalLoadBalancerAddress", balancers.internal_address)
pulumi.export("nodeLossSeconds", planned.ingress.node_loss_seconds)
