"""In CI no test may skip that could run there: an unexpected skip fails the run."""

import os

import pytest
from hypothesis import settings

# Examples are slow while other things share the machine, and none is wrong for that.
settings.register_profile("network", deadline=None)
settings.load_profile("network")

OPTIONAL = {"TRAEFIK_CHART", "CONTRACTS"}
"""Environment variables that name what a fresh machine cannot have, such as a downloaded chart."""


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
