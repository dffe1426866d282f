"""The dashboard of the network below the services: nodes, pods, connections, DNS, the pod network (OBS-5)."""

from network.config import StackConfig
from network.plan.model import dashboards
from network.plan.model.dashboards import TITLES, Dashboard, Panel, Query, Row, Step, Variable
from network.plan.model.promql import by_node, increase, quantile, rate, selected, share, total

DNS, CILIUM, HUBBLE = 'job="coredns"', 'job="cilium"', 'job="hubble"'
CHOSEN = 'namespace=~"$namespace"'
DEVICES = 'device!~"lo|lxc.*|cilium.*|veth.*"'
"""Interfaces of the node itself; those of its pods would count each packet once more."""
FAILED = 'rcode=~"SERVFAIL|REFUSED|FORMERR|NOTIMP"'
"""NXDOMAIN is no failure: a search domain that does not fit gets it, on the way to the one that does."""
IDLE, HOST_NETWORK, IPV4 = 'mode="idle"', 'host_network="true"', 'family="ipv4"'
MOST = 10
"""Pods that a panel shows: those that do most."""


def build(config: StackConfig) -> tuple[Dashboard, ...]:
    """Return the dashboard; none where nothing is watched."""
    if config.observability is None:
        return ()
    pod_network = (_cilium(),) if config.cluster.cni == "cilium" else ()
    return (
        Dashboard(
            dashboards.PERFORMANCE,
            TITLES[dashboards.PERFORMANCE],
            "What carries the requests: bandwidth, loss and connections of nodes and pods, and the cluster's "
            "DNS.",
            (_now(), _nodes(), _connections(), _pods(), _dns(), *pod_network),
            (Variable("namespace", "Namespace", f"label_values({selected('kube_pod_info')}, namespace)"),),
        ),
    )


def retransmitted(*labels: str) -> str:
    """Return the share of TCP segments that were sent again."""
    return (
        f"{total(rate('node_netstat_Tcp_RetransSegs'), *labels)} / "
        f"{total(rate('node_netstat_Tcp_OutSegs'), *labels)}"
    )


def dns_failures() -> str:
    """Return the share of answers of the cluster's DNS that are failures."""
    answers = "coredns_dns_responses_total"
    return share(total(rate(answers, DNS, FAILED)), total(rate(answers, DNS)))


def _now() -> Row:
    return Row(
        "Now",
        (
            Panel(
                "Bandwidth of the nodes",
                "Received and sent by all of them together.",
                "Bps",
                (
                    Query(
                        f"{total(rate('node_network_receive_bytes_total', DEVICES))} + "
                        f"{total(rate('node_network_transmit_bytes_total', DEVICES))}"
                    ),
                ),
                "stat",
            ),
            Panel(
                "Sent again",
                "Share of TCP segments, over all nodes. Above a hundredth clients notice.",
                "percentunit",
                (Query(retransmitted()),),
                "stat",
                steps=(Step(0.01, "yellow"), Step(0.05, "red")),
            ),
            Panel(
                "Fullest connection table",
                "Of the nodes' own. A full one drops new connections.",
                "percentunit",
                (
                    Query(
                        f"max({selected('node_nf_conntrack_entries')} / "
                        f"{selected('node_nf_conntrack_entries_limit')})"
                    ),
                ),
                "stat",
                steps=(Step(0.7, "yellow"), Step(0.9, "red")),
            ),
            Panel(
                "DNS, 99th percentile",
                "Of 100 names that pods ask for, 99 are answered faster.",
                "s",
                (Query(quantile(0.99, "coredns_dns_request_duration_seconds", of=(DNS,))),),
                "stat",
                steps=(Step(0.1, "yellow"), Step(1, "red")),
            ),
            Panel(
                "DNS failures",
                "Share of answers that are SERVFAIL, REFUSED, FORMERR or NOTIMP.",
                "percentunit",
                (Query(dns_failures()),),
                "stat",
                steps=(Step(0.01, "yellow"), Step(0.05, "red")),
            ),
        ),
    )


def _nodes() -> Row:
    def of_devices(way: str, what: str) -> str:
        return total(rate(f"node_network_{way}_{what}_total", DEVICES), "node")

    return Row(
        "Nodes",
        (
            Panel(
                "Ready",
                "1: the API server hears from the node's kubelet. At 0 its pods move after five minutes.",
                "short",
                (
                    Query(
                        "max by (node) ("
                        + selected("kube_node_status_condition", 'condition="Ready"', 'status="true"')
                        + ")",
                        "{{node}}",
                    ),
                ),
            ),
            Panel(
                "Under pressure",
                "Nodes that evict pods, since disk, memory or process numbers run out.",
                "short",
                (
                    Query(
                        "max by (node, condition) ("
                        + selected("kube_node_status_condition", 'condition=~".+Pressure"', 'status="true"')
                        + ") > 0",
                        "{{node}} {{condition}}",
                    ),
                ),
            ),
            Panel(
                "Volumes used",
                "Share of what a claim holds. Whoever writes to a full one fails.",
                "percentunit",
                (
                    Query(
                        f"1 - {_of_volumes('available')} / {_of_volumes('capacity')}",
                        "{{namespace}}/{{persistentvolumeclaim}}",
                    ),
                ),
                steps=(Step(0.8, "yellow"), Step(0.95, "red")),
            ),
            Panel(
                "Received",
                "A Droplet's own limit depends on its size; at it, latency rises before anything is dropped.",
                "Bps",
                (Query(of_devices("receive", "bytes"), "{{node}}"),),
            ),
            Panel("Sent", "As above.", "Bps", (Query(of_devices("transmit", "bytes"), "{{node}}"),)),
            Panel(
                "Dropped and broken",
                "Packets that an interface dropped or that came with errors. Any that last are the node's or "
                "its host's: replace the node.",
                "pps",
                tuple(
                    Query(of_devices(way, what), f"{{{{node}}}} {way} {what}")
                    for way in ("receive", "transmit")
                    for what in ("drop", "errs")
                ),
            ),
            Panel(
                "TCP segments sent again",
                "Share by node. One node: its host or link. All: the way to a destination outside.",
                "percentunit",
                (Query(retransmitted("node"), "{{node}}"),),
                steps=(Step(0.01, "yellow"),),
            ),
            Panel(
                "Receive queue too short",
                "Packets that the kernel dropped, and times that it ran out of its share, before it had read "
                "the queue: the node's CPUs are busy.",
                "short",
                (
                    Query(total(rate("node_softnet_dropped_total"), "node"), "{{node}} dropped"),
                    Query(total(rate("node_softnet_times_squeezed_total"), "node"), "{{node}} squeezed"),
                ),
            ),
            Panel(
                "CPU in use",
                "Share by node. Network is CPU: encryption, policies and proxies all take it.",
                "percentunit",
                (
                    Query(
                        f"1 - avg by (node) ({rate('node_cpu_seconds_total', IDLE)})",
                        "{{node}}",
                    ),
                ),
                steps=(Step(0.8, "yellow"), Step(0.95, "red")),
            ),
        ),
    )


def _of_volumes(what: str) -> str:
    metric = selected(f"kubelet_volume_stats_{what}_bytes", CHOSEN)
    return f"max by (namespace, persistentvolumeclaim) ({metric})"


def _connections() -> Row:
    return Row(
        "Connections",
        (
            Panel(
                "Established",
                "TCP connections of each node's own namespace: host pods and the node. Those of other pods "
                "are in the connection table.",
                "short",
                (Query(total(selected("node_netstat_Tcp_CurrEstab"), "node"), "{{node}}"),),
            ),
            Panel(
                "Opened",
                "Per second, by the node and to it.",
                "cps",
                (
                    Query(by_node("node_netstat_Tcp_ActiveOpens"), "{{node}} out"),
                    Query(by_node("node_netstat_Tcp_PassiveOpens"), "{{node}} in"),
                ),
            ),
            Panel(
                "Failed",
                "Resets that were sent, waits that ended without an answer, and connections dropped because "
                "the program did not accept them in time.",
                "cps",
                (
                    Query(by_node("node_netstat_Tcp_OutRsts"), "{{node}} resets"),
                    Query(by_node("node_netstat_TcpExt_TCPTimeouts"), "{{node}} timeouts"),
                    Query(by_node("node_netstat_TcpExt_ListenDrops"), "{{node}} not accepted"),
                ),
            ),
            Panel(
                "Connection table",
                "Share in use of the kernel's own. Cilium keeps its own beside it, below.",
                "percentunit",
                (
                    Query(
                        f"max by (node) ({selected('node_nf_conntrack_entries')} / "
                        f"{selected('node_nf_conntrack_entries_limit')})",
                        "{{node}}",
                    ),
                ),
                steps=(Step(0.7, "yellow"), Step(0.9, "red")),
            ),
            Panel(
                "Waiting for the last packet",
                "Closed connections that keep their port for a minute. Tens of thousands mean that a client "
                "opens one for each request: let it keep them.",
                "short",
                (Query(total(selected("node_sockstat_TCP_tw"), "node"), "{{node}}"),),
            ),
        ),
    )


def _pods() -> Row:
    own = f"unless on (namespace, pod) {selected('kube_pod_info', HOST_NETWORK)}"

    def by_pod(way: str, what: str) -> str:
        metric = f"container_network_{way}_{what}_total"
        return f"topk({MOST}, {total(rate(metric, CHOSEN), 'namespace', 'pod')} {own})"

    pod = "{{namespace}}/{{pod}}"
    return Row(
        "Pods",
        (
            Panel(
                "Received by pod",
                f"The {MOST} that receive most. Pods on the host's network are left out: they show the "
                "node's.",
                "Bps",
                (Query(by_pod("receive", "bytes"), pod),),
            ),
            Panel(
                "Sent by pod",
                f"The {MOST} that send most. A sudden one that sends to the outside is worth a look at the "
                "security events.",
                "Bps",
                (Query(by_pod("transmit", "bytes"), pod),),
            ),
            Panel(
                "Packets lost by pod",
                "Dropped at the pod's interface, of both ways: its program does not read fast enough, or the "
                "node is busy.",
                "pps",
                tuple(
                    Query(by_pod(way, "packets_dropped"), f"{pod} {way}") for way in ("receive", "transmit")
                ),
            ),
        ),
    )


def _dns() -> Row:
    asked = "coredns_proxy_request_duration_seconds"
    return Row(
        "DNS",
        (
            Panel(
                "Replicas that answer",
                "CoreDNS pods that Prometheus reaches. At 0 no pod can resolve names.",
                "short",
                (Query(total(selected("up", DNS))),),
                steps=(Step(1, "green"),),
                below="red",
            ),
            Panel(
                "Questions by type",
                "Five times as many as names: search domains. A dot at the end of a name, or fewer `ndots`, "
                "spares them.",
                "reqps",
                (Query(total(rate("coredns_dns_requests_total", DNS), "type"), "{{type}}"),),
            ),
            Panel(
                "Answers by code",
                "NXDOMAIN is normal. SERVFAIL: the servers outside do not answer, or policies keep CoreDNS "
                "from them.",
                "reqps",
                (Query(total(rate("coredns_dns_responses_total", DNS), "rcode"), "{{rcode}}"),),
            ),
            Panel(
                "Duration",
                "Of answers, from the cache and from outside.",
                "s",
                tuple(
                    Query(quantile(rank, "coredns_dns_request_duration_seconds", of=(DNS,)), name)
                    for rank, name in ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"))
                ),
            ),
            Panel(
                "Duration of servers outside",
                "95th percentile by server. They are DigitalOcean's, unless the cluster says otherwise.",
                "s",
                (Query(quantile(0.95, asked, "to", of=(DNS,)), "{{to}}"),),
            ),
            Panel(
                "Found in the cache",
                "Share of questions. Names of Services are answered without it.",
                "percentunit",
                (
                    Query(
                        f"{total(rate('coredns_cache_hits_total', DNS))} / "
                        f"{total(rate('coredns_cache_requests_total', DNS))}"
                    ),
                ),
            ),
            Panel(
                "Trouble",
                "Crashes that CoreDNS survived, servers outside that do not answer its checks, and questions "
                "refused because too many were under way.",
                "short",
                (
                    Query(total(increase("coredns_panics_total", DNS)), "panics"),
                    Query(
                        total(increase("coredns_proxy_healthcheck_failures_total", DNS), "to"),
                        "{{to}} does not answer",
                    ),
                    Query(total(increase("coredns_forward_max_concurrent_rejects_total", DNS)), "too many"),
                ),
            ),
        ),
    )


def _cilium() -> Row:
    return Row(
        "Pod network",
        (
            Panel(
                "Fullest maps",
                "Share in use of Cilium's maps in the kernel: connections, addresses, policies. At 1 new "
                "connections or pods fail.",
                "percentunit",
                (
                    Query(
                        f"topk({MOST}, max by (map_name) ({selected('cilium_bpf_map_pressure', CILIUM)}))",
                        "{{map_name}}",
                    ),
                ),
                steps=(Step(0.8, "yellow"), Step(0.9, "red")),
            ),
            Panel(
                "Faults of packets",
                "Dropped for other reasons than a policy. `Unsupported L3 protocol` is IPv6, which each pod "
                "tries once; the rest are faults.",
                "pps",
                (
                    Query(
                        total(
                            rate("cilium_drop_count_total", CILIUM, 'reason!="Policy denied"'),
                            "reason",
                            "direction",
                        ),
                        "{{reason}} {{direction}}",
                    ),
                ),
            ),
            Panel(
                "Nodes that are not reached",
                "As each agent sees the others; absent where its health checks are off.",
                "short",
                (
                    Query(total(selected("cilium_unreachable_nodes", CILIUM), "node"), "{{node}} nodes"),
                    Query(
                        total(selected("cilium_unreachable_health_endpoints", CILIUM), "node"),
                        "{{node}} endpoints",
                    ),
                ),
            ),
            Panel(
                "Endpoints by state",
                "Pods as Cilium knows them. Not `ready` for long: the agent is busy or stuck.",
                "short",
                (Query(total(selected("cilium_endpoint_state", CILIUM), "state"), "{{state}}"),),
            ),
            Panel(
                "Failing controllers",
                "Work that an agent tries again and again; its log says what.",
                "short",
                (Query(total(selected("cilium_controllers_failing", CILIUM), "node"), "{{node}}"),),
            ),
            Panel(
                "Until a policy is in force",
                "99th percentile, from its change to the kernel.",
                "s",
                (Query(quantile(0.99, "cilium_policy_implementation_delay", of=(CILIUM,))),),
            ),
            Panel(
                "Addresses of pods in use",
                "By node, and how many a node has.",
                "short",
                (
                    Query(total(selected("cilium_ip_addresses", CILIUM, IPV4), "node"), "{{node}}"),
                    Query(f"max({selected('cilium_ipam_capacity', CILIUM, IPV4)})", "of a node"),
                ),
            ),
            Panel(
                "New connections between pods",
                "SYN packets that Hubble saw; absent where its metrics are not exported.",
                "cps",
                (
                    Query(
                        total(rate("hubble_tcp_flags_total", HUBBLE, 'flag=~"SYN|SYN-ACK"'), "flag"),
                        "{{flag}}",
                    ),
                ),
            ),
        ),
    )
