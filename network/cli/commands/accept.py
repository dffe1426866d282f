"""The command `network accept`."""

from datetime import datetime
from typing import Annotated

import typer

from network.cli import files
from network.cli.options import Form


def _print_questions(wanted: bool) -> None:
    if not wanted:
        return
    from network.acceptance.questions import table_of_questions

    typer.echo(table_of_questions())
    raise typer.Exit


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment: write it like 2026-12-01T18:00Z") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone: write it like 2026-12-01T18:00Z")
    return moment


def accept(
    api_from: Annotated[
        list[str],
        typer.Option(
            "--api-from",
            default_factory=list,
            show_default=False,
            help="A range that may reach the Kubernetes API; may be repeated. Everybody if absent.",
        ),
    ],
    account: Annotated[
        str | None,
        typer.Option("--account", help="Id of the team whose account it is.", show_default=False),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone", help="A zone of the account; the run makes one of its own below it.", show_default=False
        ),
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", help="Whom Let's Encrypt writes to.", show_default=False)
    ] = None,
    dollars: Annotated[
        str | None,
        typer.Option(
            "--dollars", help="What the run costs at most, which it says itself.", show_default=False
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            help="When what is left is destroyed, such as 2026-12-01T18:00Z.",
            show_default=False,
        ),
    ] = None,
    region: Annotated[str, typer.Option("--region", help="Where it takes place.")] = "ams3",
    pod_range: Annotated[
        str | None,
        typer.Option(
            "--pod-range", help="Of the pods; a free range of the account if absent.", show_default=False
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was killed, from the step it had begun.")
    ] = False,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Remove what a run has left, by its name alone.")
    ] = False,
    run: Annotated[
        str | None, typer.Option("--run", help="Id of the run that is meant.", show_default=False)
    ] = None,
    pause: Annotated[
        float, typer.Option("--pause", min=0.01, help="Seconds between two looks at what takes its time.")
    ] = 5.0,
    form: Form = "text",
    at_deadline: Annotated[bool, typer.Option("--at-deadline", hidden=True)] = False,
    questions: Annotated[  # noqa: ARG001  answered by its callback
        bool,
        typer.Option("--questions", callback=_print_questions, is_eager=True, help="List the questions."),
    ] = False,
) -> None:
    """Prove the platform on a real account, and clean up: brings the smallest stack up, answers what only an
    account answers, replaces nodes and upgrades under load, destroys, and sweeps until the account is as
    before (docs/acceptance.md).

    It costs money, and says how much before: nothing is made without the account's team, the sum and an end.
    Exits 0 if all is as planned, 1 if something differs or is left, 2 if something could not be done or
    looked at, or if nothing was agreed to.
    """
    from network.cli import accept as command

    if sweep and resume:
        files.stop("give one of --resume and --sweep")
    if sweep:
        command.sweep(account, run, pause, form, at_deadline=at_deadline)
    if resume:
        command.resume(account, run, pause, form)
    command.begin(
        command.Wanted(account, zone, email, dollars, _moment(until), region, tuple(api_from), pod_range),
        pause,
        form,
    )
