"""For each alert: series over which it fires and clears, and such as come next to its threshold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.alerts.rules import HOST, ROUTER, jobs


@dataclass(frozen=True)
class Case:
    """One failure, from which somebody recovers. A step is a minute."""

    alert: str
    series: Mapping[str, str]
    """In promtool's notation."""
    fires: str
    """A moment at which it fires."""
    clears: str
    """A moment at which it no longer does."""
    near: Mapping[str, str]
    """Series next to the threshold: at neither moment it fires."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Beside those that its rule gives."""


OWNED = {"application": "shop", "team": "sales"}
PROMISE = {"sloth_service": "shop", "subject": HOST, **OWNED}

_CERTIFICATE = 'job="cert-manager-controller",namespace="traefik",name="wildcard"'
_WILDCARD = {"namespace": "traefik", "name": "wildcard"}
_DEPLOYMENT = 'namespace="traefik",deployment="traefik"'
_AUTOSCALER = 'namespace="traefik",horizontalpodautoscaler="traefik"'
_ENTRYPOINT = 'job="traefik",entrypoint="websecure",method="GET",protocol="http"'
_ROUTER = f'job="traefik",router="{ROUTER}",method="GET",protocol="http"'
_ACME = 'certmanager_http_acme_client_request_count{job="cert-manager-controller",host="acme",status="429"}'
_CONTROLLER_UP = 'up{job="cert-manager-controller",pod="a"}'
_ISSUER = 'certmanager_clusterissuer_ready_status{job="cert-manager-controller",name="le",condition="False"}'
_QUOTA = 'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type='
_DROPS = 'cilium_drop_count_total{node="n1",direction="EGRESS",reason='
_QUEUE = 'job="collector",exporter="otlp_http/traces",data_type="traces"'
_AGENT = 'job="collector-agent",pod="a",exporter="otlp_http"'
_NOTIFICATIONS = 'alertmanager_notifications_failed_total{integration="slack",pod="a"}'
_VOLUME = 'namespace="shop",persistentvolumeclaim="data",node="n1"'


def _certificate(expiration: str, renewal: str) -> dict[str, str]:
    return {
        f"certmanager_certificate_{moment}_timestamp_seconds{{{_CERTIFICATE}}}": values
        for moment, values in (("expiration", expiration), ("renewal", renewal))
    }


def _backend(*addresses: str) -> dict[str, str]:
    of_slice = 'namespace="shop",endpointslice="web-x1"'
    return {
        f'kube_endpointslice_labels{{{of_slice},label_kubernetes_io_service_name="web"}}': "1x60",
        **{
            f'kube_endpointslice_endpoints{{{of_slice},address="10.0.0.{index}",ready="true"}}': values
            for index, values in enumerate(addresses)
        },
    }


def _targets(traefik: str) -> dict[str, str]:
    of_others = {f'up{{job="{job}",pod="a"}}': "1x60" for job in jobs() if job != "traefik"}
    return {**of_others, 'up{job="traefik",pod="a"}': traefik}


def _lost(job: str, what: str) -> str:
    return f'otelcol_exporter_{what}_total{{job="{job}",exporter="otlp_http"}}'


def _slow(within: str, answered: str) -> dict[str, str]:
    duration = "traefik_router_request_duration_seconds"
    return {
        f'{duration}_count{{{_ROUTER},code="200"}}': answered,
        f'{duration}_bucket{{{_ROUTER},code="200",le="+Inf"}}': answered,
        f'{duration}_bucket{{{_ROUTER},code="200",le="1.2"}}': within,
        f'{duration}_bucket{{{_ROUTER},code="200",le="0.3"}}': within,
    }


def _requests(answered: str, failed: str, metric: str = "router", labels: str = _ROUTER) -> dict[str, str]:
    return {
        f'traefik_{metric}_requests_total{{{labels},code="200"}}': answered,
        f'traefik_{metric}_requests_total{{{labels},code="502"}}': failed,
    }


def _throughput(answered: str) -> dict[str, str]:
    return {**_requests(answered, "0x1000"), 'up{job="traefik",pod="a"}': "1x1000"}


CASES = (
    Case(
        "IngressDown",
        {'up{job="traefik",pod="a"}': "1x4 0x9 1x9"},
        "8m",
        "17m",
        {'up{job="traefik",pod="a"}': "0x30", 'up{job="traefik",pod="b"}': "1x30"},
    ),
    Case(
        "IngressErrorRate",
        _requests("0+600x60", "0x10 60+60x19 1200x30", "entrypoint", _ENTRYPOINT),
        "25m",
        "42m",
        _requests("0+600x60", "0+30x60", "entrypoint", _ENTRYPOINT),
        {"entrypoint": "websecure"},
    ),
    Case(
        "RouteErrorRate",
        _requests("0+60x80", "0x10 6+6x29 180x40"),
        "30m",
        "60m",
        _requests("0+60x80", "0+3x80"),
        {"namespace": "shop", "route": "shop/shop", "router": ROUTER, **OWNED},
    ),
    Case(
        "RouteSlow",
        _slow("0+60x10 650+50x29 2160+60x39", "0+60x80"),
        "38m",
        "70m",
        _slow("0+55x80", "0+60x80"),
        {"namespace": "shop", "route": "shop/shop", "router": ROUTER, **OWNED},
    ),
    Case(
        "LoadBalancerNearItsUnits",
        {'traefik_open_connections{entrypoint="websecure",pod="a"}': "100x4 8100x19 100x19"},
        "15m",
        "30m",
        {'traefik_open_connections{entrypoint="websecure",pod="a"}': "7900x50"},
        {"limit": "connections", "load_balancer": "public"},
    ),
    Case(
        "CertificateRenewalOverdue",
        _certificate("20000x324 1000000x60", "14000x324 900000x60"),
        "320m",
        "330m",
        _certificate("20000x249 1000000x200", "14000x249 900000x200"),
        _WILDCARD,
    ),
    Case(
        "CertificateNearExpiry",
        _certificate("6000x99 1000000x60", "3000x99 900000x60"),
        "97m",
        "105m",
        _certificate("6000x83 1000000x60", "3000x83 900000x60"),
        _WILDCARD,
    ),
    Case(
        "BoughtCertificateEnds",
        {'network:bought_certificate_end:seconds{namespace="traefik",name="old"}': "2000000x120 9000000x120"},
        "70m",
        "130m",
        {'network:bought_certificate_end:seconds{namespace="traefik",name="old"}': "2610000x240"},
        {"namespace": "traefik", "name": "old"},
    ),
    Case(
        "CertificateNotReady",
        {f'certmanager_certificate_ready_status{{{_CERTIFICATE},condition="False"}}': "0x4 1x29 0x20"},
        "21m",
        "37m",
        {f'certmanager_certificate_ready_status{{{_CERTIFICATE},condition="False"}}': "0x4 1x13 0x40"},
        _WILDCARD,
    ),
    Case(
        "CertificateMissing",
        {
            f'certmanager_certificate_ready_status{{{_CERTIFICATE},condition="True"}}': "1x4 stale _x19 1x20",
            'up{job="cert-manager-controller",pod="a"}': "1x60",
        },
        "18m",
        "28m",
        {
            f'certmanager_certificate_ready_status{{{_CERTIFICATE},condition="True"}}': "1x4 stale _x40",
            'up{job="cert-manager-controller",pod="a"}': "0x60",
        },
        _WILDCARD,
    ),
    Case(
        "IssuanceFailing",
        {_ACME: "_x5 1+1x9 10x90"},
        "20m",
        "90m",
        {_ACME: "_x5 3x99"},
        {"host": "acme", "status": "429"},
    ),
    # The first ones; next to it old ones, first read when Prometheus starts.
    Case(
        "IssuanceFailing",
        {_ACME: "_x70 10x120", _CONTROLLER_UP: "1x190"},
        "80m",
        "140m",
        {_ACME: "_x70 10x120", _CONTROLLER_UP: "_x70 1x120"},
        {"host": "acme", "status": "429"},
    ),
    Case(
        "IssuerNotReady",
        {_ISSUER: "0x4 1x19 0x20"},
        "16m",
        "27m",
        {_ISSUER: "0x4 1x8 0x40"},
        {"name": "le"},
    ),
    Case(
        "ServedCertificateOutdated",
        {
            f'probe_ssl_earliest_cert_expiry{{job="probe",instance="https://{HOST}/"}}': "100000x49 200000x9",
            **_certificate("100000x4 200000x90", "90000x90"),
        },
        "40m",
        "55m",
        {
            f'probe_ssl_earliest_cert_expiry{{job="probe",instance="https://{HOST}/"}}': "100000x90",
            **_certificate("100060x90", "90000x90"),
        },
        {"host": HOST, **_WILDCARD},
    ),
    Case(
        "NodeDown",
        {'kube_node_status_condition{node="n1",condition="Ready",status="true"}': "1x4 0x9 1x9"},
        "8m",
        "17m",
        {'kube_node_status_condition{node="n1",condition="Ready",status="true"}': "1x6 0x1 1x20"},
        {"node": "n1"},
    ),
    Case(
        "NodeUnderPressure",
        {'kube_node_status_condition{node="n1",condition="MemoryPressure",status="true"}': "0x4 1x9 0x9"},
        "11m",
        "17m",
        {'kube_node_status_condition{node="n1",condition="MemoryPressure",status="true"}': "0x7 1x3 0x20"},
        {"node": "n1", "condition": "MemoryPressure"},
    ),
    Case(
        "ConntrackNearlyFull",
        {
            'node_nf_conntrack_entries{node="n1"}': "700x4 810x19 700x20",
            'node_nf_conntrack_entries_limit{node="n1"}': "1000x60",
        },
        "16m",
        "27m",
        {
            'node_nf_conntrack_entries{node="n1"}': "790x60",
            'node_nf_conntrack_entries_limit{node="n1"}': "1000x60",
        },
        {"node": "n1"},
    ),
    Case(
        "VolumeFillingUp",
        {
            f"kubelet_volume_stats_available_bytes{{{_VOLUME}}}": "100x4 4x39 100x20",
            f"kubelet_volume_stats_capacity_bytes{{{_VOLUME}}}": "100x80",
        },
        "36m",
        "50m",
        {
            f"kubelet_volume_stats_available_bytes{{{_VOLUME}}}": "19x80",
            f"kubelet_volume_stats_capacity_bytes{{{_VOLUME}}}": "100x80",
        },
        {"namespace": "shop", "persistentvolumeclaim": "data", **OWNED},
    ),
    Case(
        "VolumeFillingUp",
        {
            f"kubelet_volume_stats_available_bytes{{{_VOLUME}}}": "19.9-0.01x59 90x20",
            f"kubelet_volume_stats_capacity_bytes{{{_VOLUME}}}": "100x80",
        },
        "50m",
        "62m",
        {
            f"kubelet_volume_stats_available_bytes{{{_VOLUME}}}": "30-0.01x80",
            f"kubelet_volume_stats_capacity_bytes{{{_VOLUME}}}": "100x80",
        },
        {"namespace": "shop", "persistentvolumeclaim": "data", **OWNED},
    ),
    Case(
        "PodCrashing",
        {
            "kube_pod_container_status_waiting_reason"
            '{namespace="shop",pod="web-1",container="web",reason="CrashLoopBackOff"}': "_x5 1x19 stale"
        },
        "15m",
        "33m",
        {
            "kube_pod_container_status_waiting_reason"
            '{namespace="shop",pod="web-1",container="web",reason="CrashLoopBackOff"}': "_x10 1 stale",
            "kube_pod_container_status_waiting_reason"
            '{namespace="shop",pod="web-2",container="web",reason="ContainerCreating"}': "1x40",
        },
        {"namespace": "shop", "pod": "web-1", "container": "web", **OWNED},
    ),
    Case(
        "ReplicasMissing",
        {
            f"kube_deployment_spec_replicas{{{_DEPLOYMENT}}}": "2x60",
            f"kube_deployment_status_replicas_available{{{_DEPLOYMENT}}}": "2x4 1x19 2x20",
        },
        "16m",
        "27m",
        {
            f"kube_deployment_spec_replicas{{{_DEPLOYMENT}}}": "2x60",
            f"kube_deployment_status_replicas_available{{{_DEPLOYMENT}}}": "2x7 1x8 2x40",
        },
        {"namespace": "traefik", "workload": "traefik"},
    ),
    Case(
        "AutoscalerAtMaximum",
        {
            f"kube_horizontalpodautoscaler_status_desired_replicas{{{_AUTOSCALER}}}": "2x4 5x19 2x20",
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{_AUTOSCALER}}}": "5x60",
            f"kube_horizontalpodautoscaler_spec_min_replicas{{{_AUTOSCALER}}}": "2x60",
        },
        "21m",
        "27m",
        {
            f"kube_horizontalpodautoscaler_status_desired_replicas{{{_AUTOSCALER}}}": "4x60",
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{_AUTOSCALER}}}": "5x60",
            f"kube_horizontalpodautoscaler_spec_min_replicas{{{_AUTOSCALER}}}": "2x60",
        },
        {"namespace": "traefik", "horizontalpodautoscaler": "traefik"},
    ),
    Case(
        "ClusterDnsDown",
        {'up{job="coredns",pod="a"}': "1x4 0x9 1x9"},
        "9m",
        "17m",
        {'up{job="coredns",pod="a"}': "0x30", 'up{job="coredns",pod="b"}': "1x30"},
    ),
    Case(
        "ClusterDnsFailing",
        {
            'coredns_dns_responses_total{job="coredns",rcode="NOERROR"}': "0+600x60",
            'coredns_dns_responses_total{job="coredns",rcode="SERVFAIL"}': "0x10 60+60x19 1200x30",
        },
        "25m",
        "42m",
        {
            'coredns_dns_responses_total{job="coredns",rcode="NOERROR"}': "0+600x60",
            'coredns_dns_responses_total{job="coredns",rcode="SERVFAIL"}': "0+30x60",
            'coredns_dns_responses_total{job="coredns",rcode="NXDOMAIN"}': "0+9000x60",
        },
    ),
    Case(
        "ClusterDnsSlow",
        {
            'coredns_dns_request_duration_seconds_bucket{job="coredns",le="0.5"}': (
                "0+100x10 1090+90x29 3800+100x40"
            ),
            'coredns_dns_request_duration_seconds_bucket{job="coredns",le="2.0"}': "0+100x80",
            'coredns_dns_request_duration_seconds_bucket{job="coredns",le="+Inf"}': "0+100x80",
        },
        "30m",
        "55m",
        {
            'coredns_dns_request_duration_seconds_bucket{job="coredns",le="0.5"}': "0+98.8x80",
            'coredns_dns_request_duration_seconds_bucket{job="coredns",le="2.0"}': "0+100x80",
            'coredns_dns_request_duration_seconds_bucket{job="coredns",le="+Inf"}': "0+100x80",
        },
    ),
    Case(
        "PolicyDrops",
        {f'{_DROPS}"Policy denied"}}': "0x5 2+2x5 12x20"},
        "10m",
        "22m",
        {
            f'{_DROPS}"Policy denied"}}': "0x6 3x30",
            f'{_DROPS}"Unsupported L3 protocol"}}': "0+9x40",
        },
        {"node": "n1", "direction": "EGRESS"},
    ),
    # The first ones on a node; next to it one that was not read for a while.
    Case(
        "PolicyDrops",
        {f'{_DROPS}"Policy denied"}}': "_x6 12x30", 'up{job="cilium",node="n1"}': "1x40"},
        "10m",
        "22m",
        {f'{_DROPS}"Policy denied"}}': "_x6 1000x30", 'up{job="cilium",node="n1"}': "0x5 1x30"},
        {"node": "n1", "direction": "EGRESS"},
    ),
    Case(
        "AddressesRunningOut",
        {
            'cilium_ip_addresses{node="n1",family="ipv4"}': "50x4 120x14 50x20",
            'cilium_ipam_capacity{node="n1",family="ipv4"}': "128x60",
        },
        "16m",
        "22m",
        {
            'cilium_ip_addresses{node="n1",family="ipv4"}': "115x60",
            'cilium_ipam_capacity{node="n1",family="ipv4"}': "128x60",
        },
        {"node": "n1"},
    ),
    Case(
        "BpfMapNearlyFull",
        {'cilium_bpf_map_pressure{node="n1",map_name="ct4_global"}': "0.5x4 0.95x9 0.5x20"},
        "11m",
        "17m",
        {'cilium_bpf_map_pressure{node="n1",map_name="ct4_global"}': "0.89x40"},
        {"node": "n1", "map_name": "ct4_global"},
    ),
    Case(
        "QuotaNearlyFull",
        {
            f'{_QUOTA}"hard"}}': "10x60",
            f'{_QUOTA}"used"}}': "5x4 9.5x14 5x20",
        },
        "16m",
        "22m",
        {
            f'{_QUOTA}"hard"}}': "10x60",
            f'{_QUOTA}"used"}}': "9x60",
        },
        {"namespace": "shop", "resource": "pods", **OWNED},
    ),
    Case(
        "BackendGone",
        _backend("1x4 stale _x19 1x20"),
        "9m",
        "28m",
        _backend("1x4 stale _x40", "1x60"),
        {"namespace": "shop", "workload": "web", **OWNED},
    ),
    Case(
        "TargetDown",
        {'up{job="cilium",node="n1"}': "1x4 0x9 1x9"},
        "11m",
        "17m",
        {'up{job="cilium",node="n1"}': "1x7 0x3 1x20"},
        {"job": "cilium", "node": "n1"},
    ),
    Case(
        "TargetMissing",
        _targets("1x4 stale _x19 1x20"),
        "18m",
        "28m",
        _targets("0x60"),
        {"job": "traefik"},
    ),
    Case(
        "RuleEvaluationFailing",
        {'prometheus_rule_evaluation_failures_total{rule_group="g",pod="p"}': "0x5 1+1x9 10x40"},
        "15m",
        "35m",
        {'prometheus_rule_evaluation_failures_total{rule_group="g",pod="p"}': "5x60"},
        {"rule_group": "g"},
    ),
    Case(
        "ConfigReloadFailing",
        {'alertmanager_config_last_reload_successful{job="alertmanager",pod="a"}': "1x4 0x14 1x20"},
        "16m",
        "22m",
        {'prometheus_config_last_reload_successful{job="prometheus",pod="p"}': "1x7 0x8 1x40"},
        {"job": "alertmanager", "pod": "a"},
    ),
    Case(
        "AlertsNotDelivered",
        {'prometheus_notifications_alertmanagers_discovered{pod="p"}': "1x4 0x9 1x20"},
        "11m",
        "17m",
        {
            'prometheus_notifications_alertmanagers_discovered{pod="p"}': "1x40",
            'prometheus_notifications_dropped_total{pod="p"}': "7x40",
        },
        {"pod": "p"},
    ),
    Case(
        "NotificationsFailing",
        # Once in each `group_interval`, and then it is mended.
        {_NOTIFICATIONS: "0x5 1x4 2x4 3x4 4x4 5x40"},
        "14m",
        "45m",
        {_NOTIFICATIONS: "7x60"},
        {"integration": "slack"},
    ),
    Case(
        "PrometheusStorageFailing",
        {'prometheus_tsdb_compactions_failed_total{pod="p"}': "0x5 1x240"},
        "15m",
        "200m",
        {'prometheus_tsdb_compactions_failed_total{pod="p"}': "3x240"},
        {"pod": "p"},
    ),
    Case(
        "RetentionCutShort",
        {'prometheus_tsdb_size_retentions_total{pod="p"}': "0x5 1x1500"},
        "15m",
        "1460m",
        {'prometheus_tsdb_size_retentions_total{pod="p"}': "3x1500"},
        {"pod": "p"},
    ),
    # The store refuses.
    Case(
        "LogsNotDelivered",
        {_lost("collector", "send_failed_log_records"): "0x5 1+10x29 291x40"},
        "30m",
        "60m",
        {_lost("collector", "send_failed_log_records"): "7x80"},
        {"job": "collector"},
    ),
    # No collector is reached.
    Case(
        "LogsNotDelivered",
        {
            f'otelcol_exporter_queue_size{{{_AGENT},data_type="logs"}}': "0x5 30x34 0x40",
            f"otelcol_exporter_sent_log_records_total{{{_AGENT}}}": "0+60x5 300x34 300+60x40",
        },
        "35m",
        "50m",
        # It catches up, from a full queue on.
        {
            f'otelcol_exporter_queue_size{{{_AGENT},data_type="logs"}}': "1000-10x80",
            f"otelcol_exporter_sent_log_records_total{{{_AGENT}}}": "0+60x80",
        },
        {"job": "collector-agent", "pod": "a"},
    ),
    Case(
        "LogsDeletedEarly",
        {
            'vl_free_disk_space_bytes{pod="s",path="/storage"}': "40x5 19x59 40x20",
            'vl_total_disk_space_bytes{pod="s",path="/storage"}': "100x90",
        },
        "50m",
        "70m",
        {
            'vl_free_disk_space_bytes{pod="s",path="/storage"}': "20x90",
            'vl_total_disk_space_bytes{pod="s",path="/storage"}': "100x90",
        },
        {"pod": "s"},
    ),
    # The endpoint refuses; nothing is lost where all of them are taken.
    Case(
        "SpansLost",
        {_lost("collector", "send_failed_spans"): "0x5 1+10x29 291x40"},
        "30m",
        "60m",
        {
            _lost("collector", "send_failed_spans"): "7x80",
            _lost("collector", "enqueue_failed_spans"): "9x80",
        },
        {"job": "collector"},
    ),
    # The collector's memory is full.
    Case(
        "SpansLost",
        {'otelcol_receiver_refused_spans_total{job="collector",receiver="otlp/spans"}': "0x5 1+10x29 291x40"},
        "30m",
        "60m",
        {'otelcol_receiver_refused_spans_total{job="collector",receiver="otlp/spans"}': "3x80"},
        {"job": "collector"},
    ),
    Case(
        "SpansPileUp",
        {
            f"otelcol_exporter_queue_size{{{_QUEUE}}}": "1x5 900x29 1x40",
            f"otelcol_exporter_queue_capacity{{{_QUEUE}}}": "1000x80",
        },
        "25m",
        "40m",
        {
            f"otelcol_exporter_queue_size{{{_QUEUE}}}": "800x80",
            f"otelcol_exporter_queue_capacity{{{_QUEUE}}}": "1000x80",
            f'otelcol_exporter_queue_size{{{_AGENT},data_type="logs"}}': "1000x80",
            f'otelcol_exporter_queue_capacity{{{_AGENT},data_type="logs"}}': "1000x80",
        },
        {"job": "collector", "exporter": "otlp_http/traces"},
    ),
    Case(
        "ProbeFailing",
        {
            f'probe_success{{job="probe",namespace="shop",route="shop",instance="https://{HOST}/"}}': (
                "1x4 0x9 1x9"
            )
        },
        "9m",
        "17m",
        {
            f'probe_success{{job="probe",namespace="shop",route="shop",instance="https://{HOST}/"}}': (
                "1x7 0x1 1x20"
            )
        },
        {"namespace": "shop", "route": "shop", "instance": f"https://{HOST}/", **OWNED},
    ),
    # A fifth of all requests fails for a quarter of an hour: 200 times as fast as 0.1 % allow.
    Case(
        "AvailabilityBudgetBurnsFast",
        _requests("0+600x180", "0x60 150+150x14 2250x120"),
        "68m",
        "120m",
        # 5.9 times as fast, where 6 times page.
        _requests("0+994.1x180", "0+5.9x180"),
        {**PROMISE, "sloth_id": "shop-availability", "sloth_slo": "availability"},
    ),
    # Half of ten requests an hour fails: too few to tell by.
    Case(
        "AvailabilityBudgetBurnsFast",
        _requests("0+600x180", "0x60 150+150x14 2250x120"),
        "68m",
        "120m",
        _requests("0x30 1x59 2x59 3x59 4x59", "0x15 1x59 2x59 3x59 4x59"),
        {**PROMISE, "sloth_id": "shop-availability", "sloth_slo": "availability"},
    ),
    Case(
        "AvailabilityBudgetBurnsSlowly",
        _requests("0+996x540", "0+4x130 520x400"),
        "130m",
        "530m",
        _requests("0+999.1x540", "0+0.9x540"),
        {**PROMISE, "sloth_id": "shop-availability", "sloth_slo": "availability"},
    ),
    Case(
        "LatencyBudgetBurnsFast",
        _slow("0+100x60 6000x59 6100+100x160", "0+100x240"),
        "115m",
        "170m",
        _slow("0+71x240", "0+100x240"),
        {**PROMISE, "sloth_id": "shop-latency-300ms", "sloth_slo": "latency-300ms"},
    ),
    Case(
        "LatencyBudgetBurnsSlowly",
        _slow("0+80x130 10480+100x400", "0+100x530"),
        "130m",
        "528m",
        _slow("0+95.1x530", "0+100x530"),
        {**PROMISE, "sloth_id": "shop-latency-300ms", "sloth_slo": "latency-300ms"},
    ),
    Case(
        "ThroughputBudgetBurnsFast",
        _throughput("0+120x60 7200x29 7320+120x160"),
        "88m",
        "200m",
        _throughput("0 400+60.6x240"),
        {**PROMISE, "sloth_id": "shop-throughput", "sloth_slo": "throughput"},
    ),
    Case(
        "ThroughputBudgetBurnsSlowly",
        _throughput("0+120x720 86400x59 86520+120x240"),
        "790m",
        "950m",
        _throughput("0 400+60.6x1000"),
        {**PROMISE, "sloth_id": "shop-throughput", "sloth_slo": "throughput"},
    ),
    Case(
        "ObjectiveWithoutRequests",
        _requests("0+1x10 10x429 11+1x20", "0x460"),
        "438m",
        "447m",
        _requests("0x200 1x299", "0x500"),
        {**PROMISE, "sloth_id": "shop-availability", "sloth_slo": "availability"},
    ),
)

ALWAYS = ("Watchdog",)
"""Alerts that fire whatever there is."""
