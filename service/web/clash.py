"""Two people at one week: what one wanted beside how it is since the other, for the page that answers 409."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service import audit, wording
from service.accounts.queries import names
from service.activities.models import Shift
from service.language import Lazy, _
from service.roster.duties import of_person_between
from service.roster.models import Assignment
from service.volunteers.models import Volunteer
from service.web import words
from service.web.desk import Desk

#: Where else a person was put is looked for this long before and after.
AROUND = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Clash:
    """What was wanted, how it is, and who at a desk did that and when; empty when it was nobody at a desk."""

    wanted: str
    now: tuple[str, ...]
    by: str


def clash(desk: Desk, assignment: Assignment, *, wanted: str | Lazy) -> Clash:
    """How the place, and whoever holds or held it, stand now."""
    desk.db.refresh(assignment)
    shift = desk.db.get_one(Shift, assignment.shift_id)
    held = of_person_between(
        desk.db,
        assignment.volunteer_id,
        activity_id=shift.activity_id,
        from_at=shift.starts_at - AROUND,
        until_at=shift.starts_at + AROUND,
    )
    name = desk.db.get_one(Volunteer, assignment.volunteer_id).name
    places = [
        _(
            "{name}：{state}，{span}，{role}",
            name=name,
            state=words.ASSIGNMENT_STATES[row.Assignment.state],
            span=wording.span(row.Shift.starts_at, row.Shift.ends_at),
            role=row.ActivityRole.name,
        )
        for row in held
    ]
    gone = _("{name}：{state}", name=name, state=words.ASSIGNMENT_STATES[assignment.state])
    return Clash(str(wanted), tuple(places) or (gone,), _by(desk, assignment))


def _by(desk: Desk, assignment: Assignment) -> str:
    last = audit.newest_about(desk.db, subject=("assignment", assignment.id))
    if last is None or last.account_id is None:
        return ""
    who = names(desk.db, [last.account_id]).get(last.account_id, "")
    return _("{name}，{moment}", name=who, moment=wording.moment(last.at))
