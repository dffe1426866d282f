"""The dashboard of security events: what was refused, by whom, and what runs out of validity (OBS-5)."""

from network.config import StackConfig
from network.plan.certificates.alerts import END_OF_BOUGHT
from network.plan.ingress.dashboard import JOB as TRAEFIK
from network.plan.ingress.dashboard import PUBLIC, ROUTERS, application_variable, by_route
from network.plan.model import dashboards
from network.plan.model.dashboards import TITLES, Dashboard, Panel, Query, Row, Step
from network.plan.model.promql import PERIOD, by_node, increase, rate, selected, total

CERT_MANAGER, CILIUM, HUBBLE = 'job="cert-manager-controller"', 'job="cilium"', 'job="hubble"'
DENIED = 'reason="Policy denied"'
"""As Cilium's agents write it; other reasons are faults, or usual: each pod asks for IPv6 routers."""
VERDICT_DENIED = 'reason="POLICY_DENIED"'
"""As Hubble writes it."""
REFUSED = 'code=~"401|403|413|429"'
"""Login, allow list, size of the body, rate or in-flight limit."""
TRUE, NOT_TRUE = 'condition="True"', 'condition!="True"'
NOT_FOUND = 'code="404"'
PROBES = 'job="probe"'


def build(config: StackConfig) -> Dashboard:
    """Return the dashboard."""
    drops = (_drops(),) if config.cluster.cni == "cilium" else ()
    return Dashboard(
        dashboards.SECURITY,
        TITLES[dashboards.SECURITY],
        "Connections that policies cut, requests that are refused, and certificates. `network undeclared` "
        "names the connection behind a drop, with the lines that would declare it.",
        (_now(config), *drops, _refused(), _connections(), _certificates(config)),
        (application_variable(config),),
    )


def _now(config: StackConfig) -> Row:
    drops = Panel(
        "Cut by policies",
        "Packets in the period that is shown. None is expected: each is a connection that no flow "
        "declares, or somebody who looks around.",
        "short",
        (
            Query(
                total(increase("cilium_drop_count_total", CILIUM, DENIED, over=PERIOD)) + " or vector(0)",
                instant=True,
            ),
        ),
        "stat",
        steps=(Step(1, "yellow"), Step(100, "red")),
    )
    return Row(
        "Now",
        (
            *((drops,) if config.cluster.cni == "cilium" else ()),
            Panel(
                "Refused requests",
                "401, 403, 413 and 429 on all routes.",
                "reqps",
                (Query(total(rate("traefik_router_requests_total", TRAEFIK, REFUSED)) + " or vector(0)"),),
                "stat",
            ),
            Panel(
                "Certificates that are not ready",
                "Not issued, out of date or not valid.",
                "short",
                (
                    Query(
                        "count(max by (namespace, name) ("
                        + selected("certmanager_certificate_ready_status", CERT_MANAGER, NOT_TRUE)
                        + ") == 1) or vector(0)"
                    ),
                ),
                "stat",
                steps=(Step(1, "red"),),
            ),
            Panel(
                "Next certificate to end",
                "The least time until one is no longer valid, of those that cert-manager issued or somebody "
                "bought.",
                "s",
                (Query(f"min({_ends(config)} > 0) - time()"),),
                "stat",
                below="red",
                steps=(Step(2 * 86400, "yellow"), Step(7 * 86400, "green")),
            ),
        ),
    )


def _drops() -> Row:
    return Row(
        "Connections that policies cut",
        (
            Panel(
                "Cut, by node and direction",
                "Packets. `EGRESS`: a pod of the node may not go there. `INGRESS`: it may not be reached. "
                "`network undeclared` reads the verdicts live and names both ends.",
                "pps",
                (
                    Query(
                        total(rate("cilium_drop_count_total", CILIUM, DENIED), "node", "direction"),
                        "{{node}} {{direction}}",
                    ),
                ),
            ),
            Panel(
                "Cut, by namespace",
                "From Hubble, which knows both ends; absent where its metrics are not exported.",
                "pps",
                (
                    Query(
                        total(
                            rate("hubble_drop_total", HUBBLE, VERDICT_DENIED),
                            "source_namespace",
                            "destination_namespace",
                            "protocol",
                        ),
                        "{{source_namespace}} to {{destination_namespace}} {{protocol}}",
                    ),
                ),
            ),
            Panel(
                "Verdicts",
                "By direction, and by what a connection fitted. `none` is cut; `all` is let through because "
                "nothing isolates the pod, as where policies only report.",
                "cps",
                (
                    Query(
                        total(rate("hubble_policy_verdicts_total", HUBBLE), "direction", "match"),
                        "{{direction}} {{match}}",
                    ),
                ),
            ),
            Panel(
                "Pods by enforcement",
                "`none`: no policy isolates them. In a namespace of the platform or of an application that "
                "enforces, there is none such.",
                "short",
                (
                    Query(
                        total(selected("cilium_policy_endpoint_enforcement_status", CILIUM), "enforcement"),
                        "{{enforcement}}",
                    ),
                ),
            ),
            Panel(
                "Changes of policies",
                "By outcome. `fail`: an agent could not read one, and goes on without it.",
                "short",
                (Query(total(increase("cilium_policy_change_total", CILIUM), "outcome"), "{{outcome}}"),),
            ),
        ),
    )


def _refused() -> Row:
    requests = "traefik_router_requests_total"

    def of(code: str) -> Query:
        return Query(by_route(rate(requests, TRAEFIK, ROUTERS, f'code="{code}"')), "{{route}}")

    return Row(
        "Requests that are refused",
        (
            Panel(
                "Logins refused (401)",
                "Some are people. Many in a row on one route: passwords are being tried.",
                "reqps",
                (of("401"),),
            ),
            Panel(
                "Addresses refused (403)",
                "By an allow list, or by the backend itself.",
                "reqps",
                (of("403"),),
            ),
            Panel(
                "Over the limit (429)",
                "By rate or in-flight limits, for each client. One client: somebody scrapes or attacks. All "
                "clients: the limit is too low, or the clients' addresses are lost on the way.",
                "reqps",
                (of("429"),),
            ),
            Panel(
                "Unknown hosts and paths",
                "404 that no route gave: names that nothing declares. Scanners ask them all day; a sudden "
                "rise after a change is a route that is gone.",
                "reqps",
                (
                    Query(
                        "clamp_min("
                        + total(rate("traefik_entrypoint_requests_total", TRAEFIK, PUBLIC, NOT_FOUND))
                        + " - ("
                        + total(rate(requests, TRAEFIK, NOT_FOUND))
                        + " or vector(0)), 0)"
                    ),
                ),
            ),
            Panel(
                "Old TLS",
                "Share of requests by less than TLS 1.3. Before the least version is raised it should be "
                "near 0.",
                "percentunit",
                (
                    Query(
                        "1 - "
                        + total(rate("traefik_entrypoint_requests_tls_total", TRAEFIK, 'tls_version="1.3"'))
                        + " / "
                        + total(rate("traefik_entrypoint_requests_tls_total", TRAEFIK))
                    ),
                ),
            ),
        ),
    )


def _connections() -> Row:
    return Row(
        "Connections that fail",
        (
            Panel(
                "Resets",
                "Sent by nodes: connections to ports that nothing listens on, and such as are cut off.",
                "cps",
                (Query(by_node("node_netstat_Tcp_OutRsts"), "{{node}}"),),
            ),
            Panel(
                "Floods of new connections",
                "SYN cookies: the kernel sends them when a queue of new connections is full.",
                "cps",
                (
                    Query(by_node("node_netstat_TcpExt_SyncookiesSent"), "{{node}} sent"),
                    Query(by_node("node_netstat_TcpExt_SyncookiesFailed"), "{{node}} false"),
                ),
            ),
            Panel(
                "Resets between pods",
                "As Hubble sees them; absent where its metrics are not exported.",
                "cps",
                (Query(total(rate("hubble_tcp_flags_total", HUBBLE, 'flag="RST"'), "family"), "{{family}}"),),
            ),
        ),
    )


def _latest(moment: str) -> str:
    """Return a moment of each certificate as its newest series has it: after a restart of cert-manager the
    old one stays for some minutes."""
    series = selected(f"certmanager_certificate_{moment}_timestamp_seconds", CERT_MANAGER)
    return f"max by (namespace, name) ({series})"


def _ends(config: StackConfig) -> str:
    """Return when each certificate ends, with those that nobody issues here."""
    issued = _latest("expiration")
    return f"({issued} or {END_OF_BOUGHT})" if config.certificates.bought else issued


def _certificates(config: StackConfig) -> Row:
    return Row(
        "Certificates",
        (
            Panel(
                "Certificates",
                "Renewal is due at its time; when that has passed, see why at `kubectl describe "
                "certificate`.",
                "short",
                (
                    Query(f"{_ends(config)} - time()", "ends in", instant=True, unit="s"),
                    Query(f"{_latest('renewal')} - time()", "is renewed in", instant=True, unit="s"),
                    Query(
                        "max by (namespace, name) ("
                        + selected("certmanager_certificate_ready_status", CERT_MANAGER, TRUE)
                        + ")",
                        "ready",
                        instant=True,
                    ),
                ),
                "table",
            ),
            Panel(
                "Served certificates end in",
                "What clients see, by probed host. Shorter than above: Traefik serves an old one.",
                "s",
                (
                    Query(
                        f"min by (instance) ({selected('probe_ssl_earliest_cert_expiry', PROBES)}) - time()",
                        "{{instance}}",
                    ),
                ),
            ),
            Panel(
                "Answers of the authority",
                "Of Let's Encrypt to cert-manager, by status. 429: a limit; do not try again by hand.",
                "short",
                (
                    Query(
                        total(
                            increase("certmanager_http_acme_client_request_count", CERT_MANAGER),
                            "host",
                            "status",
                        ),
                        "{{host}} {{status}}",
                    ),
                ),
            ),
            Panel(
                "Challenges under way",
                "By domain and state; gone when they end.",
                "short",
                (
                    Query(
                        total(
                            selected("certmanager_certificate_challenge_status", CERT_MANAGER) + " > 0",
                            "domain",
                            "status",
                        ),
                        "{{domain}} {{status}}",
                    ),
                ),
            ),
            Panel(
                "Issuers that are ready",
                "0: its account is refused, or the authority is not reached; nothing can be renewed.",
                "short",
                tuple(
                    Query(f"max by (name) ({selected(metric, CERT_MANAGER, TRUE)})", "{{name}}")
                    for metric in (
                        "certmanager_clusterissuer_ready_status",
                        "certmanager_issuer_ready_status",
                    )
                ),
            ),
            Panel(
                "Work that cert-manager could not do",
                "By controller; its log says what. Admission that refuses a name shows here.",
                "short",
                (
                    Query(
                        total(increase("certmanager_controller_sync_error_count", CERT_MANAGER), "controller")
                        + " > 0",
                        "{{controller}}",
                    ),
                ),
            ),
        ),
    )
