"""What can be done about demands: say what a line covers, note one, give it to a line, let it rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service import audit
from service.demands import queries
from service.demands.models import Demand, LineCover
from service.teams.models import Programme, Team
from service.terms import Audience, DemandState


class AlreadyDecided(Exception):
    """It was given to a line already, or let rest."""


class NoLineHere(Exception):
    """The line is of no approved team that serves there."""


def declare(
    session: Session,
    programme: Programme,
    *,
    audiences: Collection[Audience],
    words: Sequence[str],
    account_id: int | None,
    now: datetime,
) -> LineCover:
    """Say whom the line is for and by which words it is asked for; in place of what was said before."""
    cover = session.get(LineCover, programme.id) or LineCover(programme_id=programme.id)
    cover.audiences = sorted(one.value for one in audiences)
    cover.words = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    session.add(cover)
    session.flush()
    area_id = session.get_one(Team, programme.team_id).area_id
    subject = ("programme", programme.id)
    audit.note(session, verb="declared_line", subject=subject, account_id=account_id, area_id=area_id, now=now)
    return cover


def note(
    session: Session, *, area_id: int, audience: Audience, words: str, account_id: int | None, now: datetime
) -> Demand:
    """Something is asked for. The words name nobody: whose need it is stands elsewhere, if anywhere."""
    demand = Demand(area_id=area_id, audience=audience, words=words, account_id=account_id, asked_at=now)
    session.add(demand)
    session.flush()
    audit.note_about(session, "noted_demand", demand, account_id=account_id, now=now)
    return demand


def give(session: Session, demand: Demand, *, programme_id: int, account_id: int | None, now: datetime) -> None:
    """A desk gives it to a line, one of those found or another that serves there. `demand` is locked.

    Raises AlreadyDecided, NoLineHere.
    """
    _check_open(demand)
    around = {line.programme_id for line in queries.lines_around(session, demand.area_id)}
    if programme_id not in around:
        raise NoLineHere(f"line {programme_id} does not serve in area {demand.area_id}")
    demand.state, demand.programme_id = DemandState.GIVEN, programme_id
    _decide(session, "gave_demand", demand, account_id=account_id, now=now)


def let_rest(session: Session, demand: Demand, *, account_id: int | None, now: datetime) -> None:
    """No line is for it, or it came to nothing. `demand` is locked. Raises AlreadyDecided."""
    _check_open(demand)
    demand.state = DemandState.RESTS
    _decide(session, "let_demand_rest", demand, account_id=account_id, now=now)


def _check_open(demand: Demand) -> None:
    if demand.state != DemandState.OPEN:
        raise AlreadyDecided(f"demand {demand.id} is {demand.state}")


def _decide(session: Session, verb: str, demand: Demand, *, account_id: int | None, now: datetime) -> None:
    demand.decided_by, demand.decided_at = account_id, now
    session.flush()
    audit.note_about(session, verb, demand, account_id=account_id, now=now)
