"""`network doctor`: asks what somebody wants to know, looks, and reports."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import typer

from network.cli import exits, files, global_entry
from network.cli.check import Report, check_file
from network.cli.findings import Form, lines_of, report
from network.cli.project import chosen, root
from network.cli.report import print_report
from network.diagnosis.paths import questions, workflows
from network.diagnosis.paths.questions import UnknownQuestionError
from network.diagnosis.paths.stack import Stack
from network.diagnosis.paths.workflows import About
from network.diagnosis.read import dns
from network.diagnosis.read.look import Eyes, look
from network.diagnosis.walk import Path as Links
from network.diagnosis.walk import walk
from network.live.account import Account
from network.live.cluster import Cluster
from network.live.finding import Finding, Verdict
from network.reachability.ask import UnknownNameError

_WORST: Sequence[Verdict] = ("differs", "could not look", "as planned", "not reached")


def diagnosed(
    words: Sequence[str],
    about: About | None,
    stack: str | None,
    file: Path | None,
    context: str | None,
    form: Form,
    *,
    everything: bool,
) -> None:
    """Answer one question, or all of one kind, or all; ends the command."""
    given = chosen([stack] if stack else [], [file] if file else [])
    if len(given) != 1:
        files.stop(f"which stack? --stack {' or '.join(check_file(each).stack for each in given)}")
    checked = check_file(given[0])
    if checked.config is None:
        print_report(checked)
        raise typer.Exit(exits.UNUSABLE)
    asked = Stack.of(checked.config, global_entry.hosts_of(given[0].resolve().parent, checked.stack))
    try:
        paths = list(_paths(asked, words, about, everything=everything))
    except (UnknownQuestionError, UnknownNameError) as error:
        files.stop(str(error))
    eyes = Eyes(Cluster(context), _account_of(checked), dns.resolvers())
    facts = look(asked.wants, eyes)
    findings = [finding for path in paths for finding in walk(path, facts)]
    place = lines_of(given[0].name, checked.lines)
    report(once(findings), form, place, brief=not words)


def _paths(asked: Stack, words: Sequence[str], about: About | None, *, everything: bool) -> list[Links]:
    if words:
        return [questions.path(asked, words)]
    kinds: Sequence[About] = get_args(About) if everything or about is None else (about,)
    return [path for kind in kinds for path in workflows.paths(asked, kind)]


def once(findings: Sequence[Finding]) -> list[Finding]:
    """Return each link once, by its worst verdict: many hosts share a load balancer. What was not reached on
    one way may have been on another."""
    found: dict[tuple[str, str], Finding] = {}
    for each in findings:
        key = each.code, each.subject
        if key not in found or _WORST.index(each.verdict) < _WORST.index(found[key].verdict):
            found[key] = each
    return list(found.values())


def _account_of(checked: Report) -> Callable[[], Account]:
    project = root()
    return lambda: Account.of_stack(project, checked.stack)
