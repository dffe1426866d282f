"""What of the platform is ready, as a table."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from lab.engine.environment import Engine
from lab.instance import engine_commands
from lab.instance.lab import Lab, LabError
from lab.readiness.rows import Row
from lab.toolbox.waiting import until
from network.cli.check import check_file
from network.config.zones import zones
from network.plan import build


def print_status(lab: Lab, engine: Engine, console: Console, patience: float = 0) -> bool:
    """Show every row as a table once all are ready, or after `patience` seconds; whether all are.

    Raises LabError when the cluster cannot be asked.
    """
    found: list[Row] = []
    stack = json.dumps(_stack(engine))

    def all_ready() -> bool:
        nonlocal found
        found = _look(lab, engine, stack)
        return all(row.ready for row in found)

    ready = until(all_ready, patience, pause=1)
    table = Table(title=f"The platform in the lab {lab.name}", title_justify="left")
    for column in ("layer", "what", "ready", "detail"):
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(row.layer, row.what, "[green]yes" if row.ready else "[red]no", row.detail)
    console.print(table)
    return ready


def _stack(engine: Engine) -> dict[str, Any]:
    """The layer of the plan that each namespace belongs to, and the zones; none where the stack file has
    mistakes."""
    config = check_file(engine.stack_file).config
    if config is None:
        return {"layers": {}, "zones": []}
    layers = {
        namespace.name: layer.title.lower()
        for layer in build(config).layers
        for namespace in layer.namespaces
    }
    return {"layers": layers, "zones": [zone.name for zone in zones(config.external.dns)]}


def _look(lab: Lab, engine: Engine, stack: str) -> list[Row]:
    command = [sys.executable, "-m", "lab.readiness", str(engine.commands["kubectl"]), str(lab.folder)]
    looked = engine_commands.run(lab, engine, *command, text=stack)
    if looked.returncode != 0:
        raise LabError(
            f"the cluster cannot be asked: {looked.stderr.strip()}\n"
            f"Bring the platform up first: make up {lab.choice}"
        )
    return [Row(**row) for row in json.loads(looked.stdout)]
