"""`python -m tests.runbooks` (`make generate`): writes what follows from an alert at the head of its runbook.

Below the head stands what only people know: the usual causes in order, how to tell them apart, what to do and
what not to do. That is kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import promql_parser

from network import markdown
from network.plan import Plan, build
from network.plan.model.dashboards import Dashboard
from network.plan.model.promql import metrics
from network.plan.model.rules import Alert, Severity
from tests import stacks

FOLDER = stacks.ROOT / "docs/runbooks/alerts"
INDEX = stacks.ROOT / "docs/runbooks/README.md"
KEPT = "<!-- Written by hand from here on; `make generate` keeps it and writes anew what is above. -->"

OBSERVABILITY = {
    "prometheus": {"install": {}},
    "objectives": {
        "shop": {
            "host": "shop.dev.k8s.webgrip.nl",
            "availability": 99.9,
            "latency": [{"within": "300ms", "target": 99}],
            "throughput": {"atLeast": 1},
        }
    },
    "logs": {"store": {"install": {}}},
    "traces": {"endpoint": {"url": "https://otlp.example.org"}},
}
"""What brings every alert."""

SEVERITIES: Mapping[Severity, str] = {
    "critical": "wakes somebody",
    "warning": "a ticket for the next working day",
    "info": "told to nobody",
}


@dataclass(frozen=True)
class Subject:
    """What the alerts of one group have in common."""

    title: str
    hurts: str
    """Which objective."""
    commands: Mapping[str, str]
    """Of this repository, that find the cause; with what each tells."""


_REACHES = "network reachability --stack <stack>"
_UNDECLARED = "network undeclared --live --stack <stack>"
_REVIEW = {
    "network review --base <commit that was good>": "what was changed since, and what that does",
}
_HOSTS = "Availability and latency of every host."
SUBJECTS: Mapping[str, Subject] = {
    "objectives": Subject(
        "Promises",
        "The one that it names: `sloth_service` is its name in the stack file, `sloth_slo` what of it.",
        {
            "network objectives": "target, now, budget left and burn rate of each promise",
            "make view-grafana STACK=<stack>": "the dashboards, by port-forward",
            **_REVIEW,
        },
    ),
    "ingress": Subject(
        "Ingress",
        _HOSTS,
        {
            "make view-traefik STACK=<stack>": "routers, services and middlewares as Traefik has read them",
            f"{_REACHES} --from traefik/traefik --to <namespace>/<workload>": (
                "whether policies let Traefik to a backend, and by which"
            ),
            **_REVIEW,
        },
    ),
    "routes": Subject(
        "Routes",
        "Availability, or latency, of the route and of its host.",
        {
            f"{_REACHES} --from traefik/traefik --to <namespace>/<workload>": (
                "whether policies let Traefik to the backend, and by which"
            ),
            _UNDECLARED: "what the backend itself tries and may not",
            **_REVIEW,
        },
    ),
    "applications": Subject(
        "Applications",
        "Availability of the routes that lead to the application.",
        {
            "network plan --stack <stack>": "quota, Services and routes as they are declared",
            f"{_REACHES} --from traefik/traefik --to <namespace>/<workload>": (
                "whether policies let Traefik to the workload, and by which"
            ),
            **_REVIEW,
        },
    ),
    "certificates": Subject(
        "Certificates",
        "Availability of every host of the certificate, when it ends: no client connects any more, and no "
        "request is counted.",
        {
            f"{_REACHES} --from cert-manager/controller --to "
            "acme-v02.api.letsencrypt.org --port 443": "whether policies let cert-manager to the authority",
            "network check --stack <stack>": "announced changes of lifetimes, and names that no issuer can "
            "prove",
            **_REVIEW,
        },
    ),
    "nodes": Subject(
        "Nodes and volumes",
        _HOSTS,
        {
            "network addresses --stack <stack>": "nodes and pods that there is room for",
            "make view-grafana STACK=<stack>": "the dashboards, by port-forward",
        },
    ),
    "workloads": Subject(
        "Workloads",
        "Availability and latency of the routes that lead to the workload; of every host where it is "
        "Traefik.",
        {
            _UNDECLARED: "what its pods try and may not",
            "network flows --stack <stack>": "what its pods may do",
            **_REVIEW,
        },
    ),
    "cluster-dns": Subject(
        "The cluster's DNS",
        _HOSTS[:-1] + " whose backend connects to anything by name.",
        {
            f"{_REACHES} --from <namespace>/<workload> --to kube-system/cluster-dns "
            "--port udp/53": "whether policies let a pod ask",
            **_REVIEW,
        },
    ),
    "cilium": Subject(
        "The pod network",
        "None by itself; availability of whatever needs the connection, the pod or the address.",
        {
            _UNDECLARED: "source, destination and port of what is cut, with the lines that declare it",
            f"{_REACHES} --from <namespace>/<workload> --to <namespace>/<workload>": (
                "whether the policies allow a connection, and by which"
            ),
            "network addresses --stack <stack>": "addresses of pods and nodes, and what is left of them",
            **_REVIEW,
        },
    ),
    "probes": Subject(
        "Probes",
        "Availability of the host, if clients meet the same.",
        {
            f"{_REACHES} --from traefik/traefik --to <namespace>/<workload>": (
                "whether policies let Traefik to the backend, and by which"
            ),
            **_REVIEW,
        },
    ),
    "telemetry": Subject(
        "Logs and traces",
        "None by itself: but what happened meanwhile is harder to find out.",
        {
            f"{_REACHES} --from telemetry/collector --to <namespace>/<workload>": (
                "whether policies let the collector to the endpoint, and by which"
            ),
            "network flows --stack <stack>": "what collector and agents may connect to",
            **_REVIEW,
        },
    ),
    "watchers": Subject(
        "Who watches",
        "None by itself: but what happens meanwhile may be told to nobody.",
        {
            _UNDECLARED: "whether a policy cuts what watches from what it watches, or from receivers",
            "network flows --stack <stack>": "what it may connect to",
        },
    ),
}
"""By group of rules."""
ROUTES = ("RouteErrorRate", "RouteSlow")
"""Alerts of the group `ingress` that are of one route."""
SAME = {"targets": "watchers"}
"""Groups about the subject of another one."""


@dataclass(frozen=True)
class Told:
    """An alert with what it stands in."""

    alert: Alert
    subject: str
    """Key in `SUBJECTS`."""
    dashboard: Dashboard
    expressions: Mapping[str, str]
    """By stack."""

    @property
    def panels(self) -> Iterator[str]:
        """Titles of the panels of its dashboard that show what it reads."""
        read = metrics(self.alert.expr)
        for row in self.dashboard.rows:
            for panel in row.panels:
                if any(metrics(query.expr) & read for query in panel.queries):
                    yield f"{row.title}: {panel.title}"


def plans() -> dict[str, Plan]:
    """Return plans that bring every alert there is, by what they are called."""
    named = {
        stack: stacks.stack_config(stack, _watched(stack), without=stacks.WATCHING) for stack in stacks.NAMES
    }
    return {stack: build(config) for stack, config in named.items()}


def _watched(stack: str) -> dict[str, object]:
    host = next(
        route["host"]
        for application in stacks.stack_file(stack)["network:applications"].values()
        for route in application["routes"].values()
    )
    objectives = {"shop": {**OBSERVABILITY["objectives"]["shop"], "host": host}}
    bought = stacks.everything_over_dev()["network:certificates"]["bought"]
    return {
        "network:observability": {**OBSERVABILITY, "objectives": objectives},
        "network:certificates": {"bought": bought},
    }


def alerts() -> list[Told]:
    """Return every alert, in the order of subjects."""
    expressions: dict[str, dict[str, str]] = {}
    told: dict[str, Told] = {}
    for stack, plan in plans().items():
        boards = {board.uid: board for layer in plan.layers for board in layer.dashboards}
        for layer in plan.layers:
            for group in layer.rules:
                for alert in group.rules:
                    if isinstance(alert, Alert):
                        expressions.setdefault(alert.name, {})[stack] = alert.expr
                        subject = "routes" if alert.name in ROUTES else SAME.get(group.name, group.name)
                        told[alert.name] = Told(
                            alert, subject, boards[alert.dashboard], expressions[alert.name]
                        )
    order = list(SUBJECTS)
    return sorted(told.values(), key=lambda each: (order.index(each.subject), each.alert.name))


def head(told: Told) -> str:
    """Return what is generated of an alert's page."""
    alert, subject = told.alert, SUBJECTS[told.subject]
    waits = "" if alert.wait == "0s" else f", once it has held for {alert.wait}"
    commands = ((f"`{command}`", tells) for command, tells in subject.commands.items())
    lines = [
        f"# {alert.name}",
        "",
        f"> {plain(alert.summary)}",
        "",
        f"**{alert.severity}**: {SEVERITIES[alert.severity]}{waits}. {plain(alert.description)}",
        "",
        f"**Objective that it hurts**: {subject.hurts}",
        "",
        *_dashboard(told),
        "Commands of this repository:",
        "",
        markdown.table(("command", "tells"), commands),
        "",
        *_expression(told.expressions),
    ]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Return a text with the names of what Prometheus fills in."""
    named = re.sub(r"{{ (?:or )?\$labels\.(\w+)(?: \$labels\.(\w+))? }}", _label, text)
    return re.sub(r"{{ \$value[^}]*}}", "*value*", named)


def _label(found: re.Match[str]) -> str:
    return f"*{found[1]}* or *{found[2]}*" if found[2] else f"*{found[1]}*"


def _expression(expressions: Mapping[str, str]) -> list[str]:
    stack, expr = next(iter(expressions.items()))
    same = len(set(expressions.values())) == 1
    where = "" if same else f" in stack `{stack}`; names and numbers follow from the stack file"
    return [
        f"<details><summary>Expression{where}</summary>",
        "",
        "```promql",
        promql_parser.parse(expr).prettify(),
        "```",
        "",
        "</details>",
    ]


def _dashboard(told: Told) -> list[str]:
    panels = list(told.panels)
    title = f"**{told.dashboard.title}** (`/d/{told.dashboard.uid}`)"
    if not panels:
        return [f"Dashboard: {title}.", ""]
    return [f"Dashboard: {title}, panels:", "", *(f"- {panel}" for panel in panels), ""]


def kept(name: str) -> str:
    """Return what stands in an alert's page by hand."""
    file = FOLDER / f"{name}.md"
    _, _, written = file.read_text().partition(KEPT) if file.is_file() else ("", "", "")
    return written.strip("\n")


def page(told: Told) -> str:
    """Return an alert's page as it should be."""
    return f"{head(told)}\n{KEPT}\n\n{kept(told.alert.name)}\n"


def index(every: Sequence[Told]) -> str:
    """Return the page that lists all runbooks."""
    lines = [
        "# Runbooks",
        "",
        "Written by `make generate`; do not edit. One page for each alert, and others by what happened.",
        "",
        "| what happened | page |",
        "|---|---|",
        *(
            f"| {_title(file.name)} | [{file.name}]({file.name}) |"
            for file in sorted(INDEX.parent.glob("*.md"))
            if file != INDEX
        ),
        "",
    ]
    for key, subject in SUBJECTS.items():
        rows = [
            (
                f"[{told.alert.name}](alerts/{told.alert.name}.md)",
                told.alert.severity,
                plain(told.alert.summary),
            )
            for told in every
            if told.subject == key
        ]
        if rows:
            lines += [f"## {subject.title}", "", markdown.table(("alert", "severity", "tells"), rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _title(name: str) -> str:
    return (INDEX.parent / name).read_text().partition("\n")[0].removeprefix("# ")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    every = alerts()
    for told in every:
        (FOLDER / f"{told.alert.name}.md").write_text(page(told))
    INDEX.write_text(index(every))
