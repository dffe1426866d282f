"""`network check`: everything that is wrong with a stack file, from the file alone."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from network.cli.placeholders import missing_secrets, secret_findings, with_placeholders
from network.config import StackConfig, provider_secrets
from network.config.certificates import Certificates
from network.config.cluster import Cluster
from network.config.errors import Problem, config_path, shown
from network.config.global_entry.load import Checked as CheckedEntry
from network.config.load import NAMESPACE, Checked, check
from network.config.model import Finding, Location
from network.config.stack import SECRETS
from network.plan.certificates import renewal
from network.plan.observability import series, sizes
from network.stack_file import StackFile, read

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One thing to say about a line of a stack file."""

    line: int
    where: str
    """Path and value."""
    rule: str
    fix: str


@dataclass(frozen=True)
class Report:
    """What a check found."""

    path: Path
    problems: tuple[Line, ...]
    warnings: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    """What the file cannot show and the reader should know."""
    config: StackConfig | None = None
    """The configuration with placeholders for secrets; None if there is a problem."""
    readable: bool = True
    """Whether the file is a stack file at all; if not, its problem is the first that its reader came to."""
    lines: Mapping[Location, int] = field(default_factory=dict[Location, int])
    """Line of each of this project's keys."""
    entry: CheckedEntry | None = None
    """What the file says of a global load balancer, if that is what it is about."""

    @property
    def stack(self) -> str:
        """The stack's name; of a global load balancer it has its folder in front."""
        name = stack_of(self.path)
        return name if self.entry is None else f"{self.path.parent.name}/{name}"

    def line(self, location: Location) -> int:
        """Return the line of the location, or of the nearest thing around it."""
        return StackFile(None, (), self.lines).line(location)


def stack_of(path: Path) -> str:
    """Return the name of the stack that a file is of."""
    return path.name.removeprefix("Pulumi.").removesuffix(".yaml")


def check_file(path: Path, today: date | None = None) -> Report:
    """Check a stack file; nothing is decrypted and no API is asked.

    `today` decides which announced changes are still to come. Raises OSError if there is no file to read.
    """
    file = read(path)
    faults = [Line(fault.line, fault.where, fault.rule, fault.fix) for fault in file.faults]
    if file.document is None:
        return Report(path, tuple(faults), (), readable=False)
    secrets = [*secret_findings(file.layers), *provider_secrets.findings(file.others)]
    checked = check(config_map(with_placeholders(file.layers)))
    told = {found.location for found in secrets if found.location[0] not in SECRETS}
    others = [p for p in checked.problems if not file.is_doubtful(p.location) and p.location not in told]
    problems = by_line(faults + _of_findings(file, secrets) + at_lines(file, others))
    return Report(
        path,
        problems=problems,
        warnings=by_line(at_lines(file, checked.warnings) + _of_sizes(file, checked)),
        notes=tuple(_notes(file.layers, checked, path, today or date.today())),
        config=None if problems else checked.config,
        lines=file.lines,
    )


def _of_findings(file: StackFile, findings: Iterable[Finding]) -> list[Line]:
    return [
        Line(file.line(found.location), config_path(found.location), found.rule, found.fix)
        for found in findings
    ]


def _of_sizes(file: StackFile, checked: Checked) -> list[Line]:
    """Return what the plan of a valid stack outgrows."""
    return [] if checked.config is None else _of_findings(file, sizes.findings(checked.config))


def by_line(lines: list[Line]) -> tuple[Line, ...]:
    """Return what is said in the order of the file."""
    return tuple(sorted(lines, key=lambda line: line.line))


def config_map(layers: Mapping[str, Any]) -> dict[str, str]:
    """Return the layers as Pulumi hands them to the program: structures as JSON, texts as they are."""
    return {
        NAMESPACE + key: value if isinstance(value, str) else json.dumps(value)
        for key, value in layers.items()
    }


def at_lines(file: StackFile, problems: Iterable[Problem]) -> list[Line]:
    """Return problems with the lines at which they stand."""
    return [Line(file.line(p.location), f"{p.path}: {_shown(file, p)}", p.rule, p.fix) for p in problems]


def _shown(file: StackFile, problem: Problem) -> str:
    """Return the value as it stands in the file, where the problem shows that value."""
    text = file.texts.get(problem.location)
    if text is None or problem.value in ("absent", "[secret]", shown(problem.location[-1])):
        return problem.value
    return text


def _notes(layers: Mapping[str, Any], checked: Checked, path: Path, today: date) -> Iterator[str]:
    stack = stack_of(path)
    missing = missing_secrets(layers)
    for secret in missing:
        yield f"not in the file; before the first `up`: pulumi config set --secret {secret} --stack {stack}"
    if checked.config is None:
        return
    if missing:
        yield _about_default_vpc(checked.config.environment.region)
    yield _about_version(checked.config.cluster)
    yield from _about_lifetimes(checked.config.certificates, today)
    yield from _about_series(checked.config)


def _about_default_vpc(region: str) -> str:
    """Return what holds for a fresh account only, which the file cannot show."""
    return (
        f"the first VPC that an account makes in {region} becomes the region's default and can never be "
        "deleted: make one by hand before the first `up` (see: doctl vpcs list)"
    )


def _about_version(cluster: Cluster) -> str:
    """Return what only a live cluster could tell: its version, which the file's must not precede."""
    if cluster.auto_upgrade:
        return f"cluster.version {cluster.version} counts at creation only: autoUpgrade moves it on"
    return (
        f"cluster.version {cluster.version}: `preview` and `up` refuse it where the running cluster is newer "
        "already (compare: doctl kubernetes cluster list)"
    )


def _about_series(config: StackConfig) -> Iterator[str]:
    """Yield what the stack makes Prometheus keep, where it runs one."""
    if config.observability is not None:
        made = series.estimate(config)
        yield (
            f"observability: about {made.total:,} series in Prometheus, {made.by_job['traefik']:,} of them "
            "Traefik's; each host of a route and each latency that is promised adds some"
        )


def _about_lifetimes(certificates: Certificates, today: date) -> Iterator[str]:
    """Yield what Let's Encrypt has announced that moves the day of renewal."""
    for change in renewal.changes(certificates.profile, certificates.renew_before_percentage, today):
        yield (
            f"certificates.profile {certificates.profile}: from {change.since} on certificates live "
            f"{change.life / ONE_DAY:g} days, and are renewed after {change.after / ONE_DAY:.0f} days "
            f"instead of {change.before / ONE_DAY:.0f}; nothing to do (staging changes about a month earlier)"
        )
