"""Rules across layers. Each takes the layers it reads, by their names in `StackConfig`."""

from collections.abc import Callable, Iterable

from network.config.model import Finding
from network.config.rules import (
    applications,
    certificates,
    policies,
    production,
    ranges,
    references,
    renewal,
    routes,
)

Rule = Callable[..., Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    ranges.own_ranges_are_apart,
    ranges.other_ranges_are_apart,
    ranges.vpc_is_not_reserved_in_its_region,
    ranges.nodes_fit_the_vpc,
    ranges.nodes_fit_the_pod_range,
    ranges.connections_leave_the_cluster,
    ranges.name_server_is_outside,
    ranges.cdn_is_outside,
    ranges.cdn_may_connect,
    certificates.solver_fits_who_serves_the_zone,
    certificates.dns01_names_lie_inside_the_zone,
    certificates.http01_is_reachable,
    certificates.certificate_names_are_free,
    certificates.tsig_secret_is_base64,
    renewal.renewal_leaves_time,
    renewal.renewal_does_not_loop,
    renewal.names_fit_the_profile,
    production.production_certificates_are_trusted,
    production.production_survives_a_node,
    production.production_keeps_what_it_holds,
    production.production_restricts_its_api,
    production.production_ingress_is_redundant,
    production.kubernetes_is_supported,
    applications.namespaces_are_free,
    applications.joined_names_are_unique,
    applications.traefiks_names_are_unique,
    applications.external_services_are_outside,
    applications.production_opens_no_node_ports,
    routes.routes_do_not_collide,
    routes.hosts_are_covered,
    routes.hosts_resolve,
    routes.chains_exist,
    routes.client_ip_is_the_clients,
    routes.hosts_ask_all_clients_alike,
    applications.error_pages_exist,
    applications.talks_reach_something,
    policies.foreign_pods_are_foreign,
    policies.monitoring_pods_are_known,
    policies.reports_need_cilium,
    references.basic_auth_users_exist,
    references.forwarded_addresses_are_trusted,
    references.access_names_applications,
)
"""What is refused."""

WARNINGS: tuple[Rule, ...] = (
    ranges.pod_range_is_unproven,
    ranges.service_range_is_unproven,
    ranges.default_vpcs_may_collide,
    ranges.cdn_can_be_bypassed,
    certificates.wildcard_covers_it_already,
    production.replicas_share_nodes,
    production.balancer_limits_replicas,
    production.surge_upgrade_stays_off,
    policies.production_enforces_its_policies,
    references.basic_auth_users_are_used,
    references.middlewares_are_used,
    references.chains_do_not_repeat_the_default,
)
"""What works but deserves a look."""
