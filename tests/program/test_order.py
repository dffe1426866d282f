"""What must exist before what. Deletion runs the other way round."""

import pytest

from tests.program.recording import Declared, Run, Runs

RELEASES = ("Release traefik-traefik", "Release cert-manager-cert-manager")
WATCHERS = "Release watchers-monitoring"


def _of_kind(run: Run, *kinds: str) -> list[Declared]:
    return [each for each in run.kubernetes() if each.type.rpartition(":")[2] in kinds]


def _urns(resources: list[Declared]) -> set[str]:
    assert resources
    return {each.urn for each in resources}


def test_the_vpc_is_made_before_the_cluster_and_the_cluster_before_all_in_it(update: Run) -> None:
    (vpc,) = update.of("digitalocean:index/vpc:Vpc")
    (cluster,) = update.of("digitalocean:index/kubernetesCluster:KubernetesCluster")
    assert vpc.urn in update.before(cluster)
    for each in update.kubernetes():
        assert {cluster.urn, vpc.urn} <= update.before(each), each.urn


def test_the_load_balancer_is_made_before_the_records_that_lead_to_it(update: Run) -> None:
    release = update.one("Release traefik-traefik")
    addresses = [
        each for each in update.of("digitalocean:index/dnsRecord:DnsRecord") if each.inputs["type"] == "A"
    ]
    assert addresses
    for each in addresses:
        assert release.urn in update.before(each)


@pytest.mark.parametrize(
    ("release", "namespace"), list(zip(RELEASES, ("traefik", "cert-manager"), strict=True))
)
def test_policies_stand_before_the_pods_they_govern(update: Run, release: str, namespace: str) -> None:
    policies = [
        each
        for each in _of_kind(update, "NetworkPolicy", "CiliumNetworkPolicy")
        if each.inputs["metadata"]["namespace"] == namespace
    ]
    assert _urns(policies) <= update.before(update.one(release))


def test_default_deny_comes_into_force_after_what_it_must_not_cut(update: Run) -> None:
    for deny in _of_kind(update, "NetworkPolicy"):
        metadata = deny.inputs["metadata"]
        if metadata["name"] == "default-deny":
            others = {
                each.urn
                for each in _of_kind(update, "NetworkPolicy", "CiliumNetworkPolicy")
                if each.inputs["metadata"]["namespace"] == metadata["namespace"] and each.urn != deny.urn
            }
            assert others <= update.before(deny)


def test_namespaces_are_made_before_what_stands_in_them(update: Run) -> None:
    namespaces = {each.inputs["metadata"]["name"]: each.urn for each in _of_kind(update, "Namespace")}
    for each in update.kubernetes():
        inputs = each.inputs
        namespace = inputs.get("metadata", {}).get("namespace") or inputs.get("namespace")
        # That of Kubernetes is there; metrics-server's right to see who asks it stands in it. So is that of a
        # Prometheus of somebody else's.
        if namespace not in (None, "kube-system", "prometheus"):
            assert namespaces[namespace] in update.before(each), each.urn


def test_traefiks_definitions_are_made_before_their_objects_and_the_release(update: Run) -> None:
    definitions = _definitions(update, "traefik.io")
    objects = [each for each in update.declared if each.type.startswith("kubernetes:traefik.io/")]
    assert objects
    for each in [*objects, update.one("Release traefik-traefik")]:
        assert definitions <= update.before(each), each.urn


def test_the_operators_definitions_are_made_before_its_release_and_that_before_its_objects(
    everything: Run,
) -> None:
    definitions = _definitions(everything, "monitoring.coreos.com")
    release = everything.one(WATCHERS)
    assert definitions <= everything.before(release)
    objects = _of_kind(everything, "PodMonitor", "ScrapeConfig", "Probe", "PrometheusRule")
    for each in [*objects, *_of_kind(everything, "ConfigMap")]:
        assert {release.urn, *definitions} <= everything.before(each), each.urn


def test_the_certificate_of_the_operators_webhook_waits_for_cert_manager(everything: Run) -> None:
    release = everything.one("Release cert-manager-cert-manager")
    assert release.urn in everything.before(everything.one(WATCHERS))


def test_what_watches_starts_under_its_policies_with_its_rights(everything: Run) -> None:
    before = everything.before(everything.one(WATCHERS))
    for kind in ("NetworkPolicy", "CiliumNetworkPolicy", "Role", "RoleBinding"):
        mine = [
            each.urn
            for each in _of_kind(everything, kind)
            if each.inputs["metadata"]["namespace"].startswith("monitoring")
            and each.name.startswith(("policies/", "watchers/"))
        ]
        assert mine
        assert set(mine) <= before, kind


def test_monitors_in_a_prometheus_of_others_wait_for_nothing_of_ours(runs: Runs) -> None:
    integrated = runs("integrated", "update")
    monitors = _of_kind(integrated, "PodMonitor", "ScrapeConfig")
    assert {each.inputs["metadata"]["namespace"] for each in monitors} == {"prometheus"}
    assert all(each.inputs["metadata"]["labels"] == {"release": "prometheus"} for each in monitors)
    assert not any(each.dependencies for each in monitors)
    assert len(integrated.of("kubernetes:helm.sh/v3:Release")) == 2


def _definitions(update: Run, group: str) -> set[str]:
    every = _of_kind(update, "CustomResourceDefinition")
    return _urns([each for each in every if each.inputs["metadata"]["name"].endswith(group)])


def test_cert_managers_objects_are_deleted_before_it(update: Run) -> None:
    release = update.one("Release cert-manager-cert-manager")
    for each in _of_kind(update, "ClusterIssuer", "Certificate"):
        assert release.urn in update.before(each), each.urn


def test_certificates_wait_for_both_issuers(update: Run) -> None:
    issuers = _urns(_of_kind(update, "ClusterIssuer"))
    assert len(issuers) == 2
    for each in _of_kind(update, "Certificate"):
        assert issuers <= update.before(each)


def test_bought_certificates_are_there_before_the_store_that_serves_them(everything: Run) -> None:
    secret = everything.one("Secret traefik/sold-tls")
    assert secret.urn in everything.before(everything.one("TLSStore traefik/default"))


def test_secrets_are_made_before_what_reads_them(update: Run) -> None:
    token = update.one("Secret cert-manager/dns-token")
    for each in _of_kind(update, "ClusterIssuer"):
        assert token.urn in update.before(each)


def test_chains_are_made_before_the_entrypoints_and_routes_that_name_them(update: Run) -> None:
    middlewares = _of_kind(update, "Middleware")
    for each in [*_of_kind(update, "IngressRoute"), update.one("Release traefik-traefik")]:
        makers = ("traffic", each.name.partition("/")[0])
        wanted = _urns([other for other in middlewares if other.name.partition("/")[0] in makers])
        assert wanted <= update.before(each), each.urn


def _routes(run: Run) -> list[Declared]:
    return _of_kind(run, "IngressRoute", "IngressRouteTCP", "IngressRouteUDP")


def test_routes_change_before_the_entrypoints_that_leave_something_to_them(everything: Run) -> None:
    """A chain that moves from an entrypoint to the routes is never on neither."""
    before = everything.before(everything.one("Release traefik-traefik"))
    assert {each.type.rpartition(":")[2] for each in _routes(everything)} == {
        "IngressRoute",
        "IngressRouteTCP",
        "IngressRouteUDP",
    }
    assert _urns(_routes(everything)) <= before


def test_routes_come_after_the_tls_options_that_they_may_name(everything: Run) -> None:
    options = _urns([each for each in _of_kind(everything, "TLSOption") if each.name.startswith("traefik/")])
    for each in _routes(everything):
        assert options <= everything.before(each), each.urn


def _policies_of(run: Run) -> dict[str, dict[str, list[Declared]]]:
    """Policies by namespace and what they do: add, carry a workload's flows, or isolate all pods."""
    found: dict[str, dict[str, list[Declared]]] = {}
    for each in _of_kind(run, "NetworkPolicy", "CiliumNetworkPolicy"):
        metadata = each.inputs["metadata"]
        if each.type.endswith(":CiliumNetworkPolicy"):
            role = "adds"
        else:
            role = "isolates" if metadata["name"] == "default-deny" else "carries"
        found.setdefault(metadata["namespace"], {}).setdefault(role, []).append(each)
    return found


def test_what_policies_add_is_there_before_and_goes_after_the_policies_that_isolate(update: Run) -> None:
    for policies in _policies_of(update).values():
        added = {each.urn for each in policies.get("adds", [])}
        carried = {each.urn for each in policies.get("carries", [])}
        for each in policies.get("carries", []):
            assert added <= update.before(each), each.urn
        for each in policies.get("isolates", []):
            assert added | carried <= update.before(each), each.urn


def test_a_policy_is_never_deleted_before_its_successor_exists(update: Run) -> None:
    for each in _of_kind(update, "NetworkPolicy", "CiliumNetworkPolicy"):
        assert not each.request.deleteBeforeReplace, each.urn
        assert not each.request.replaceOnChanges, each.urn


def test_a_renamed_policy_is_another_resource_so_that_the_old_one_goes_last(update: Run) -> None:
    for each in _of_kind(update, "NetworkPolicy", "CiliumNetworkPolicy"):
        metadata = each.inputs["metadata"]
        assert each.name == f"policies/{metadata['namespace']}/{metadata['name']}"
        assert not each.request.aliasURNs, each.urn


def test_a_namespace_whose_policies_report_is_not_isolated(everything: Run) -> None:
    assert _policies_of(everything)["legacy"].keys() == {"adds"}
    assert _policies_of(everything)["backend"].keys() == {"adds", "carries", "isolates"}


def test_services_are_made_before_what_balances_over_them_and_before_routes(everything: Run) -> None:
    services = _urns([each for each in _of_kind(everything, "Service") if each.name.startswith("shop/")])
    balanced = _of_kind(everything, "TraefikService")
    for each in balanced:
        assert services <= everything.before(each), each.urn
    for each in _of_kind(everything, "IngressRoute"):
        if each.name.startswith("shop/"):
            assert services | _urns(balanced) <= everything.before(each), each.urn


def test_a_route_comes_after_the_transport_and_the_tls_option_that_it_needs(everything: Run) -> None:
    transport = everything.one("ServersTransport shop/pooled")
    option = everything.one("TLSOption shop/client-ca-partners")
    assert everything.one("Secret shop/client-ca-partners").urn in everything.before(option)
    for each in ("TraefikService shop/canary", "IngressRoute shop/archive"):
        assert {transport.urn, option.urn} <= everything.before(everything.one(each)), each


def test_certificates_by_http_01_are_asked_for_once_requests_come_in(update: Run, stack: str) -> None:
    """The first attempt would fail, and cert-manager tries again only after an hour."""
    entry = {
        each.urn
        for each in update.of("digitalocean:index/dnsRecord:DnsRecord")
        if each.inputs["type"] in ("A", "CAA")
    } | {update.one("Release traefik-traefik").urn}
    certificates = {each.inputs["metadata"]["name"]: each for each in _of_kind(update, "Certificate")}
    by_requests = certificates.keys() & {"partner", "abroad"}
    assert len(by_requests) == (2 if stack == "everything" else 0)
    for name, certificate in certificates.items():
        # The others do without: an `up` goes on while it waits for them.
        assert entry & update.before(certificate) == (entry if name in by_requests else set())


def test_traefik_may_read_a_namespace_before_it_is_told_to_watch_it(update: Run) -> None:
    """It waits for every kind in every watched namespace before it serves anything."""
    release = update.one("Release traefik-traefik")
    watched = release.inputs["values"]["providers"]["kubernetesCRD"]["namespaces"]
    bindings = {
        each.inputs["metadata"]["namespace"]: each.urn
        for each in _of_kind(update, "RoleBinding")
        if each.inputs["roleRef"]["name"] == "network-traefik-namespace"
    }
    assert sorted(bindings) == watched
    cluster_wide = update.one("ClusterRoleBinding network-traefik").urn
    assert {*bindings.values(), cluster_wide} <= update.before(release)


def test_the_api_that_metrics_server_serves_is_deleted_before_it(update: Run) -> None:
    """Without a server behind it, it keeps every namespace from being deleted."""
    (api,) = _of_kind(update, "APIService")
    assert update.one("Deployment metrics-server/metrics-server").urn in update.before(api)


def test_logs_and_traces_stop_at_those_who_send_first(everything: Run) -> None:
    gateway = everything.one("Release telemetry-collector")
    agents = everything.one("Release telemetry-collector-agent")
    assert gateway.urn in everything.before(agents)
    for name in ("logs-credential", "traces-credential"):
        assert everything.one(f"Secret telemetry/{name}").urn in everything.before(gateway)
    for namespace, release in (("telemetry", gateway), ("telemetry-nodes", agents)):
        policies = [
            each
            for each in _of_kind(everything, "NetworkPolicy", "CiliumNetworkPolicy")
            if each.inputs["metadata"]["namespace"] == namespace
        ]
        assert _urns(policies) <= everything.before(release)


def test_nobody_is_told_that_a_host_is_down_before_its_name_leads_somewhere(everything: Run) -> None:
    records = {
        each.urn
        for each in everything.of("digitalocean:index/dnsRecord:DnsRecord")
        if each.inputs["type"] == "A"
    }
    for check in everything.of("digitalocean:index/uptimeCheck:UptimeCheck"):
        assert records <= everything.before(check), check.urn
