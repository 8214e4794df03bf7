"""Who asked, was offered, refused and served how much in the weeks before: what fairness goes by, person by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from service.activities.models import Shift, ShiftRole
from service.calendars.rules import is_night
from service.db import one_of
from service.matching.problem import LOAD_WEEKS
from service.roster.models import SURE, Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState, ReleaseReason
from service.volunteers.models import Volunteer

#: What counts as no.
_NO = (ReleaseReason.OFFER_EXPIRED, ReleaseReason.WITHDREW)


@dataclass(slots=True)
class Line:
    """One person over the LOAD_WEEKS before a day.

    `asked` counts sign-ups, `offered` places she was asked to take or given, `refused` those she declined, let run
    out or withdrew from, `served` and `nights` shifts, `minutes` their length. `unpopular` sums, over the shifts she
    served, how many of a hundred places nobody had asked for.
    """

    volunteer_id: int
    name: str
    asked: int = 0
    offered: int = 0
    refused: int = 0
    served: int = 0
    nights: int = 0
    minutes: int = 0
    unpopular: int = 0


def ledger(session: Session, volunteer_ids: Iterable[int], *, before: datetime) -> list[Line]:
    """Each of these people, who served most first."""
    ids = sorted(set(volunteer_ids))
    names = session.execute(select(Volunteer.id, Volunteer.name).where(one_of(Volunteer.id, ids)))
    lines = {volunteer_id: Line(volunteer_id, name) for volunteer_id, name in names}
    since = before - timedelta(weeks=LOAD_WEEKS)
    for volunteer_id, count in _asked(session, ids, since=since, before=before):
        lines[volunteer_id].asked = count
    places = _places(session, ids, since=since, before=before)
    wanted = _wanted(session, {role.id for _, _, role in places})
    for place, shift, role in places:
        _enter(lines[place.volunteer_id], place, shift, unpopular=_unpopular(role, wanted[role.id]))
    return sorted(lines.values(), key=lambda line: (-line.minutes, line.volunteer_id))


def _enter(line: Line, place: Assignment, shift: Shift, *, unpopular: int) -> None:
    line.offered += 1
    line.refused += place.state == AssignmentState.DECLINED or place.release_reason in _NO
    if place.state in SURE:
        line.served += 1
        line.nights += is_night(shift.starts_at, shift.ends_at)
        line.minutes += int((shift.ends_at - shift.starts_at).total_seconds()) // 60
        line.unpopular += unpopular


def _unpopular(role: ShiftRole, wanted: int) -> int:
    """How many of a hundred places nobody asked for."""
    return max(0, 100 * (role.max_needed - wanted) // max(1, role.max_needed))


def _asked(session: Session, ids: Sequence[int], *, since: datetime, before: datetime) -> Sequence[Row[int, int]]:
    return session.execute(
        select(SignUp.volunteer_id, func.count())
        .join(Shift, Shift.id == SignUp.shift_id)
        .where(one_of(SignUp.volunteer_id, ids), Shift.starts_at >= since, Shift.starts_at <= before)
        .group_by(SignUp.volunteer_id)
    ).all()


def _places(
    session: Session, ids: Sequence[int], *, since: datetime, before: datetime
) -> Sequence[Row[Assignment, Shift, ShiftRole]]:
    """Every place that one of them was asked about or given. A draft that was dropped is none."""
    was_told = Assignment.answer_by.is_not(None) | Assignment.answered_at.is_not(None) | Assignment.state.in_(SURE)
    return session.execute(
        select(Assignment, Shift, ShiftRole)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .where(one_of(Assignment.volunteer_id, ids), was_told, Assignment.state != AssignmentState.DRAFTED)
        .where(Assignment.is_stand_by.is_(False), Shift.starts_at >= since, Shift.starts_at <= before)
        .order_by(Assignment.id)
    ).all()


def _wanted(session: Session, role_ids: set[int]) -> dict[int, int]:
    """How many people asked for each role."""
    rows = session.execute(
        select(SignUp.shift_role_id, func.count())
        .where(one_of(SignUp.shift_role_id, role_ids))
        .group_by(SignUp.shift_role_id)
    )
    return defaultdict(int, rows.all())
