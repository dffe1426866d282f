"""Alerts of the cluster's DNS, which every pod asks."""

from network.plan.model.rules import Alert

DASHBOARD = "network-performance"

_RESPONSES = 'coredns_dns_responses_total{job="coredns"'

ALERTS = (
    Alert(
        "ClusterDnsDown",
        'absent(up{job="coredns"} == 1)',
        "2m",
        "critical",
        "No pod can resolve names: the cluster's DNS does not answer",
        "Prometheus reaches no replica of CoreDNS. Connections that are open stay; new ones fail.",
        DASHBOARD,
        {"job": "coredns"},
    ),
    Alert(
        "ClusterDnsFailing",
        f'sum(rate({_RESPONSES},rcode=~"SERVFAIL|REFUSED"}}[5m])) '
        f"/ (sum(rate({_RESPONSES}}}[5m])) > 0.1) > 0.05",
        "5m",
        "critical",
        "Pods cannot resolve names: the cluster's DNS fails",
        "{{ $value | humanizePercentage }} of its answers of the last five minutes were SERVFAIL or REFUSED; "
        "expected are fewer than 5%. NXDOMAIN is usual and does not count.",
        DASHBOARD,
    ),
    Alert(
        "ClusterDnsSlow",
        "histogram_quantile(0.99, sum by (le) "
        '(rate(coredns_dns_request_duration_seconds_bucket{job="coredns"}[5m]))) > 1',
        "10m",
        "warning",
        "Pods wait for names: the cluster's DNS is slow",
        "One answer of a hundred took longer than {{ $value | humanizeDuration }}; told above 1s.",
        DASHBOARD,
    ),
)
