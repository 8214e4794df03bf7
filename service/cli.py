"""The command line of the house: `./lunzhi --help`."""

from __future__ import annotations

import json
import os
import sys
from typing import IO

import click

SERVERS = ("postgres", "redis")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Lunzhi 轮值: neighbourhood volunteers take turns.

    Commands work on the service the environment names (DATABASE_URL …), else on the one `lunzhi up` runs from here.
    """
    from service.launcher.house import running_settings
    from service.launcher.programs import CHECKOUT

    if "DATABASE_URL" not in os.environ and not set(sys.argv) & {"up"}:
        for name, value in running_settings(CHECKOUT).items():
            os.environ.setdefault(name, value)


@cli.command()
@click.option(
    "--only", default="", metavar="postgres,redis", help="Start only these servers and print their addresses."
)
def up(only: str) -> None:
    """Run everything on this machine until Ctrl-C."""
    from service import launcher

    chosen = [name for name in only.split(",") if name]
    if unknown := [name for name in chosen if name not in SERVERS]:
        raise click.BadParameter(f"{unknown[0]} is not one of {', '.join(SERVERS)}", param_hint="--only")
    sys.exit(launcher.up(chosen))


@cli.command()
@click.option("--demo", is_flag=True, help="Also load the demo neighbourhoods into an empty database.")
def migrate(demo: bool) -> None:
    """Bring the database up to date."""
    from service import migrations

    migrations.upgrade()
    if demo:
        from service import demo as neighbourhoods

        if not neighbourhoods.is_loaded():
            neighbourhoods.load()


@cli.command()
def web() -> None:
    """Become the web server (HOST, PORT, WEB_PROCESSES, WEB_THREADS)."""
    _become("web")


@cli.command()
def worker() -> None:
    """Become a Celery worker (WORKER_PROCESSES)."""
    _become("worker")


@cli.command()
def beat() -> None:
    """Become Celery's clock, which rings the sweeps."""
    _become("beat")


@cli.command()
def relay() -> None:
    """Become the outbox relay, which rings the worker."""
    _become("relay")


@cli.group(invoke_without_command=True)
@click.pass_context
def demo(context: click.Context) -> None:
    """The demo neighbourhoods; without a command, play their story."""
    if context.invoked_subcommand is None:
        with play.make_context("play", [], parent=context) as playing:
            play.invoke(playing)


@demo.command()
def load() -> None:
    """Put the demo neighbourhoods into the database, unless they are there."""
    from service import demo as neighbourhoods

    click.echo("loaded" if neighbourhoods.load() else "there already")


@demo.command()
@click.option(
    "--address",
    envvar="PUBLIC_URL",
    default=lambda: f"http://127.0.0.1:{os.environ.get('PORT') or 8000}",
    show_default="PUBLIC_URL, or this machine at PORT",
    help="Where the service answers.",
)
def play(address: str) -> None:
    """Play the story on the running service, over HTTP, and print what happens."""
    from service.demo import story

    try:
        story.play(address, click.echo)
    except story.StoryStopped as stopped:
        raise click.ClickException(str(stopped)) from stopped


@cli.group()
def match() -> None:
    """Look into the plans the matcher made."""


@match.command()
@click.argument("run", type=int)
def replay(run: int) -> None:
    """Solve the stored problem of match run RUN again; fails unless the plan comes out the same."""
    from sqlalchemy.exc import NoResultFound

    from service.db import transaction
    from service.matching import record

    with transaction() as session:
        try:
            again = record.replay(session, run)
        except (NoResultFound, record.NotSolved, record.UnknownSolver) as error:
            raise click.ClickException(str(error)) from error
    for name, then, now in again.versions:
        click.echo(f"match run {run}: made with {name} {then}, replayed with {now}")
    if not again.is_identical:
        raise click.ClickException(f"match run {run} came out otherwise: {', '.join(again.differences)}")
    click.echo(f"match run {run}: identical, {len(again.solution.placements)} placements, {again.solution.solver}")


@match.command(name="record")
@click.argument("run", type=int)
def show_record(run: int) -> None:
    """Tell how the plan of match run RUN was made: versions, parameters, passes, bounds, time and memory."""
    from sqlalchemy.exc import NoResultFound

    from service.db import transaction
    from service.matching import record
    from service.matching.models import MatchRun

    with transaction() as session:
        try:
            told = record.told(session.get_one(MatchRun, run))
        except (NoResultFound, record.NotSolved) as error:
            raise click.ClickException(str(error)) from error
    for line in told:
        click.echo(line)


@match.command(name="solve")
@click.argument("problem", type=click.File(encoding="utf-8"))
def solve_file(problem: IO[str]) -> None:
    """Solve the problem in file PROBLEM (docs/formats) and print the solution; needs no service."""
    from service.matching import files, record
    from service.matching.problem import MalformedProblem

    try:
        asked = files.read_problem(problem.read())
    except MalformedProblem as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(record.solver_for(asked)(asked).to_json()))


@match.command(name="check")
@click.argument("problem", type=click.File(encoding="utf-8"))
@click.argument("solution", type=click.File(encoding="utf-8"))
def check_files(problem: IO[str], solution: IO[str]) -> None:
    """Judge the placements in file SOLUTION, by whatever program, for the problem in file PROBLEM: the hard rules they
    break, and what they reach at each aim. Fails where a rule is broken."""
    from service.matching import files
    from service.matching.problem import MalformedProblem

    try:
        asked = files.read_problem(problem.read())
        violations, reached = files.judged(asked, files.read_placements(solution.read(), asked))
    except (MalformedProblem, files.MalformedSolution) as error:
        raise click.ClickException(str(error)) from error
    for level, value in reached.items():
        click.echo(f"level {level}: {value}")
    for one in violations:
        click.echo(f"broken {one.fault}: person {one.person_id or '-'}, opening {one.opening_id or '-'}")
    if violations:
        raise click.ClickException(f"{len(violations)} rules are broken")


@cli.group()
def outbox() -> None:
    """Events, the reactions to them, and those that failed for good."""


@outbox.command()
def state() -> None:
    """How many events are unread, reactions open, reactions dead."""
    from service import outbox as events
    from service.db import transaction

    with transaction() as session:
        for name, count in events.backlog(session).items():
            click.echo(f"{name:6} {count}")


@outbox.command()
@click.option("--limit", default=50, show_default=True)
def dead(limit: int) -> None:
    """The reactions given up, newest first, each with its cause."""
    from service import outbox as events
    from service.db import transaction

    with transaction() as session:
        for reaction in events.dead(session, limit=limit):
            cause = (reaction.last_error or "").strip().splitlines()[-1:] or ["no cause was recorded"]
            event = f"{reaction.event.kind} {reaction.event.payload}"
            click.echo(f"{reaction.id}  {reaction.dead_at:%Y-%m-%d %H:%M}  {reaction.reaction}  {event}  {cause[0]}")


@outbox.command()
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Every dead reaction.")
def retry(ids: tuple[int, ...], everything: bool) -> None:
    """Bring dead reactions IDS back to life."""
    from service import outbox as events
    from service.db import transaction

    if bool(ids) == everything:
        raise click.UsageError("name the reactions, or say --all")
    with transaction() as session:
        chosen = [reaction.id for reaction in events.dead(session, limit=10_000)] if everything else ids
        click.echo(f"{events.retry(session, reaction_ids=chosen)} revived")


def _become(program: str) -> None:
    """Replace this process: signals of a container or of systemd then reach the program itself."""
    from service.launcher import programs

    os.chdir(programs.CHECKOUT)
    argv = programs.PROGRAMS[program]()
    os.execve(argv[0], argv, programs.environment())  # noqa: S606 (no shell is the point)
