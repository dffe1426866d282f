"""`network accept`: which run is meant, and what came of it, printed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from network.acceptance import watchdog
from network.acceptance.gate import Refusal, Standing, refusals, standing, strangers, versions
from network.acceptance.journal import BusyRunError, Journal, Row, folder_of, held, journals
from network.acceptance.perform import Performance
from network.acceptance.ranges import NoRangeError, free, taken
from network.acceptance.run import ID, Run, new_id, now
from network.acceptance.stack import config as stack_of_run
from network.acceptance.steps import SWEEPING
from network.acceptance.sweep import Sweep, look
from network.acceptance.things import runs_in
from network.cli import exits, findings
from network.cli.files import stop
from network.cli.project import root
from network.config.load import check
from network.credentials.account import AccountToken
from network.digitalocean_api import TOKEN_VARIABLES
from network.live.account import Account
from network.live.changes import ChangeError, Changes
from network.live.finding import CannotLookError, Finding, status

Form = Literal["text", "json"]


@dataclass(frozen=True)
class Wanted:
    """What a new run was asked for by."""

    team: str | None
    zone: str | None
    email: str | None
    dollars: str | None
    until: datetime | None
    region: str
    api_from: tuple[str, ...]
    pod_range: str | None


def begin(wanted: Wanted, pause: float, form: Form) -> NoReturn:
    """Carry a new run out, once all is agreed to, and end the command."""
    account, project = account_of_token(), root()
    if not (wanted.zone and wanted.email):
        stop("give --zone and --email: the run serves a host, and Let's Encrypt issues its certificate")
    if shutil.which("pulumi") is None:
        stop("there is no `pulumi` on PATH, by which the run's stack is made")
    there = _standing(account, wanted.region)
    _refuse(
        refusals(
            there,
            team=wanted.team,
            dollars=wanted.dollars,
            begin=now(),
            until=wanted.until,
            region=wanted.region,
            test_zone=wanted.zone,
        )
    )
    run = _run(account, there, wanted, wanted.zone, wanted.email)
    _valid(run)
    folder = folder_of(run.id)
    with _held(folder) as lock:
        journal = Journal(folder, run)
        journal.save()
        _say(f"run {run.id}, until {run.until}; if it is killed: network accept --resume, or --sweep")
        watchdog.start(journal)
        Performance(journal, account, project, lock, _say, pause).go()
    _told(journal, [each for found in journal.findings.values() for each in found], form)


def resume(team: str | None, run: str | None, pause: float, form: Form) -> NoReturn:
    """Go on with a run, and end the command."""
    account, project, journal = account_of_token(), root(), _journal(run)
    _refuse_strangers(account, team)
    with _held(journal.folder) as lock:
        journal = Journal.read(journal.folder)
        watchdog.start(journal)
        Performance(journal, account, project, lock, _say, pause).go()
    _told(journal, [each for found in journal.findings.values() for each in found], form)


def sweep(team: str | None, run: str | None, pause: float, form: Form, *, at_deadline: bool) -> NoReturn:
    """Remove what a run has left, and end the command; `at_deadline` once its time is over, and again until
    nothing is left."""
    account = account_of_token()
    if run is not None and not ID.fullmatch(run):
        stop(f"{run} is no id of a run: one is like {new_id()}")
    journal = next((each for each in journals() if each.run.id == run), None)
    if at_deadline and (journal is None or not watchdog.wait(journal)):
        raise typer.Exit
    _refuse_strangers(account, team)
    if journal is None:
        _sweep_by_name(account, run, pause, form)
    with _held(journal.folder, end_owner=at_deadline) as lock:
        journal = Journal.read(journal.folder)
        performance = Performance(journal, account, root(), lock, _say, pause)
        performance.go(SWEEPING)
        while at_deadline and not journal.over:
            time.sleep(watchdog.AGAIN)
            performance.go(SWEEPING)
    _told(journal, [each for step in SWEEPING for each in journal.findings[step.name]], form)


def _sweep_by_name(account: Account, run: str | None, pause: float, form: Form) -> NoReturn:
    """Sweep a run that this machine has no journal of."""
    changes = Changes(account)
    if run is None:
        found = runs_in(look(changes, None).things)
        known = ", ".join(found) or "of none: nothing has the name of one"
        stop(f"name a run by --run. In the account are things {'of ' * bool(found)}{known}")
    _end([*Sweep(changes, run, None, say=_say, pause=pause).sweep()], (), None, form)


def _run(account: Account, there: Standing, wanted: Wanted, zone: str, email: str) -> Run:
    first_and_next = versions(there.versions)
    assert first_and_next is not None, "refused before"
    assert wanted.until is not None, "likewise"
    try:
        used = taken(
            account.list("/v2/vpcs", "vpcs"),
            account.list("/v2/kubernetes/clusters", "kubernetes_clusters"),
        )
        ranges = free(used, pods=wanted.pod_range)
    except CannotLookError as error:
        stop(f"{error.source}: {error}; {error.remedy}")
    except (NoRangeError, ValueError) as error:
        stop(f"no range for the run: {error}")
    return Run(
        new_id(), there.team, wanted.region, zone, email, ranges, *first_and_next,
        wanted.api_from, now().isoformat(), wanted.until.isoformat(), wanted.dollars or "",
    )  # fmt: skip


def _valid(run: Run) -> None:
    """End the command where the program would refuse the run's stack, before anything is made."""
    layers = {key: each for key, each in stack_of_run(run).items() if key.startswith("network:")}
    given = {key: json.dumps(each) for key, each in layers.items()}
    problems = check({**given, "network:dnsToken": "known-when-it-is-made"}).problems
    if problems:
        stop("\n".join(str(each) for each in problems))


def account_of_token() -> Account:
    """Return the account of the token in the environment; ends the command where there is none."""
    name = next((each for each in TOKEN_VARIABLES if os.environ.get(each)), None)
    if name is None:
        stop(f"{TOKEN_VARIABLES[0]} is not set: the account of its token is the one that is used")
    return Account(AccountToken(os.environ[name], name))


def _standing(account: Account, region: str) -> Standing:
    """Return what an account says of itself; ends the command where it does not."""
    try:
        return standing(
            {
                "account": account.get("/v2/account"),
                "droplets": account.list("/v2/droplets", "droplets"),
                "sizes": account.list("/v2/sizes", "sizes"),
                "domains": account.list("/v2/domains", "domains"),
                "vpcs": account.list("/v2/vpcs", "vpcs"),
                "options": account.get("/v2/kubernetes/options"),
            },
            region,
        )
    except CannotLookError as error:
        stop(f"{error.source}: {error}; {error.remedy}")


def _refuse_strangers(account: Account, team: str | None) -> None:
    """End the command where the token is of another team than the one that was meant."""
    try:
        told = Changes(account).patiently("GET /v2/account", lambda: account.get("/v2/account"))
        own = told["account"]["team"]
    except ChangeError as error:
        stop(str(error))
    _refuse(strangers(own["uuid"], own["name"], team))


def _refuse(found: Iterable[Refusal]) -> None:
    """Print why nothing is done, and end the command."""
    all_found = [*found]
    for each in all_found:
        typer.echo(str(each), err=True)
    if all_found:
        raise typer.Exit(exits.UNUSABLE)


def _journal(run: str | None) -> Journal:
    """Return the journal of a run; of the only one that is not over, if none is named. Ends the command where
    there is none, or more than one."""
    found = [each for each in journals() if (each.run.id == run if run else not each.over)]
    if not found and run:
        stop(f"no journal of run {run} on this machine: only `--sweep` does without")
    if not found:
        stop("no run of this machine is under way")
    if len(found) > 1:
        stop(f"more than one is under way: name one by --run: {', '.join(each.run.id for each in found)}")
    return found[0]


@contextmanager
def _held(folder: Path, *, end_owner: bool = False) -> Generator[int]:
    try:
        with held(folder, end_owner=end_owner) as lock:
            yield lock
    except BusyRunError as error:
        stop(f"run {folder.name}: {error}")


def _told(journal: Journal, found: Sequence[Finding], form: Form) -> NoReturn:
    _end(found, [*journal.rows.values()], journal, form)


def _end(found: Sequence[Finding], rows: Sequence[Row], journal: Journal | None, form: Form) -> NoReturn:
    """Print what a run, or a sweep of one, found, and end the command with its status."""
    if form == "json":
        document: dict[str, Any] = {
            "run": journal.run.as_dict() if journal else None,
            "over": journal.over if journal else None,
            **findings.document(found),
            "questions": [asdict(row) for row in rows],
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        if rows:
            _print_rows(rows)
        findings.show(found)
    raise typer.Exit(status(found))


def _say(text: str) -> None:
    """Tell whoever waits; the report alone goes to standard output."""
    print(f"{now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def _print_rows(rows: Sequence[Row]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    width = max(len(row.code) for row in rows)
    for row in rows:
        code = f"{row.code:{width}}  "
        at = (f"  {row.at[:10]}{f', {row.version}' if row.version else ''}", "dim")
        if row.result is not None:
            console.print(Text.assemble((code, "green"), row.result, at))
        else:
            console.print(Text.assemble((code, "yellow"), f"could not be answered: {row.why}", at))
    console.print()
