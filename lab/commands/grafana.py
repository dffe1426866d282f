"""A Grafana of the machine's own over the lab's Prometheus, with the stack's dashboards (OBS-5)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from lab.commands import port_forward
from lab.commands.foreground import running_engine
from lab.commands.interfaces import INTERFACES
from lab.instance import engine_commands
from lab.instance.lab import Lab, LabError
from network.config.platform import MONITORING
from network.plan.observability.grafana_server import DASHBOARD_LABEL, DASHBOARD_VALUE

SOURCES = {"prometheus": 19090, "alertmanager": 19093}
"""What Grafana asks, by the uid that dashboards name it by, and the port in the lab where it answers."""


def show(program: Path, lab: Lab, port: int, console: Console) -> None:
    """Run the program over the lab at local `port` until interrupted. Raises LabError."""
    folder = lab.folder / "grafana"
    for path, text in provisioning(folder, _dashboards(lab)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    console.print(f"http://localhost:{port}/dashboards  (Ctrl-C ends it)", highlight=False)
    sources = (port_forward.command(INTERFACES[name], at) for name, at in SOURCES.items())
    port_forward.out_of_the_lab(lab, port, [*sources, command(program, folder, port)], console)


def command(program: Path, folder: Path, port: int) -> list[str]:
    """Grafana without accounts at 127.0.0.1:`port`, with everything that it writes in `folder`."""
    settings = {
        "server.http_addr": "127.0.0.1",
        "server.http_port": port,
        "paths.data": folder / "data",
        "paths.logs": folder / "logs",
        "paths.provisioning": folder / "provisioning",
        "auth.anonymous.enabled": "true",
        "auth.anonymous.org_role": "Editor",
        "auth.disable_login_form": "true",
        "analytics.reporting_enabled": "false",
        "analytics.check_for_updates": "false",
        "plugins.preinstall_disabled": "true",
    }
    # Its pages lie beside the folder of its program.
    home = program.resolve().parent.parent
    return [
        *(str(program), "server", "--homepath", str(home)),
        *(f"cfg:{name}={value}" for name, value in settings.items()),
    ]


def provisioning(folder: Path, dashboards: Mapping[str, str]) -> dict[Path, str]:
    """The files by which a Grafana in `folder` finds its sources and `dashboards`, by name. JSON is YAML."""
    sources = [
        {
            "name": name.title(),
            "uid": name,
            "type": name,
            "access": "proxy",
            "url": f"http://127.0.0.1:{port}",
        }
        for name, port in SOURCES.items()
    ]
    provider = {"name": "stack", "type": "file", "options": {"path": str(folder / "dashboards")}}
    place = folder / "provisioning"
    return {
        place / "datasources" / "lab.yaml": json.dumps({"apiVersion": 1, "datasources": sources}),
        place / "dashboards" / "lab.yaml": json.dumps({"apiVersion": 1, "providers": [provider]}),
        **{folder / "dashboards" / name: text for name, text in dashboards.items()},
    }


def _dashboards(lab: Lab) -> dict[str, str]:
    """Every dashboard of the running stack, by the name of its file."""
    selector = f"--selector={DASHBOARD_LABEL}={DASHBOARD_VALUE}"
    asked = ("kubectl", "get", "configmaps", f"--namespace={MONITORING}", selector, "--output=json")
    told: dict[str, Any] | None = engine_commands.told(lab, running_engine(lab), *asked)
    if told is None:
        raise LabError(
            f"the cluster cannot be asked for its dashboards. Bring it up first: make up {lab.choice}"
        )
    return {name: text for each in told["items"] for name, text in each["data"].items()}
