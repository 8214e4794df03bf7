"""The commands for what failed for good."""

from __future__ import annotations

from click.testing import CliRunner
from sqlalchemy import select

from service import outbox
from service.cli import cli
from service.db import transaction
from service.events import VolunteerRegistered
from service.settings import Settings


def test_dead_reactions_are_listed_with_their_cause_and_revived(database: Settings) -> None:
    with transaction() as session:
        outbox.record(session, VolunteerRegistered(7))
    with transaction() as session:
        outbox.fan_out(session, reactions={"VolunteerRegistered": ["greet"]})
    with transaction() as session:
        reaction = session.scalars(select(outbox.OutboxReaction)).one()
        dead_id = str(reaction.id)
        reaction.attempts = outbox.MAX_ATTEMPTS
        outbox.mark_failed(session, reaction.id, error="Traceback\nLookupError: no reaction 'greet'")
    run = CliRunner().invoke

    assert "no reaction 'greet'" in run(cli, ["outbox", "dead"]).output
    assert "dead   1" in run(cli, ["outbox", "state"]).output
    assert "1 revived" in run(cli, ["outbox", "retry", dead_id]).output
    assert "open   1" in run(cli, ["outbox", "state"]).output
    assert run(cli, ["outbox", "retry"]).exit_code == 2
