"""How tests run: who shares a worker, and that in CI no test skips that could run there."""

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import Scheduling

from tests.lab.side_by_side import SideBySide

# Examples are slow while other things share the machine, and none is wrong for that.
settings.register_profile("network", deadline=None)
settings.load_profile("network")

OPTIONAL = {"TRAEFIK_CHART", "PROMETHEUS_STACK_CHART", "BLACKBOX_EXPORTER_CHART", "CONTRACTS"}
"""Environment variables that name what a fresh machine cannot have, such as a downloaded chart."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Let what shares a lab run in one worker, where pytest-xdist gives workers whole modules."""
    return SideBySide(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") != "true":
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return  # A worker of pytest-xdist: the session that started it counts.
    unexpected = [
        report
        for report in reporter.stats.get("skipped", [])
        if not any(variable in str(report.longrepr) for variable in OPTIONAL)
    ]
    for report in unexpected:
        reporter.write_line(f"must not skip in CI: {report.nodeid}: {report.longrepr}", red=True)
    if unexpected:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
