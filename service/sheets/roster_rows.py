"""Who serves where, as rows; and whom and which place a row means, in one reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import wording
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.calendars.rules import instant, local
from service.places.queries import within
from service.roster.models import ON_THE_ROSTER, Assignment
from service.sheets.lines import Circumstances, Line, Value
from service.signups.queries import OpeningRow, openings
from service.terms import ActivityState, AssignmentState, RowRefusal
from service.volunteers.models import Volunteer
from service.volunteers.queries import tail_digest

#: How far ahead the roster goes out: as far as shifts exist.
AHEAD = timedelta(days=36)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a row speaks of: the place and the person, as far as they are clear, and what is doubtful."""

    row: OpeningRow | None
    person: Volunteer | None
    doubts: tuple[RowRefusal, ...] = ()


class RosterRows:
    """Places and people of one reach, between rows and what is stored."""

    def __init__(self, session: Session, given: Circumstances) -> None:
        self.session, self.given = session, given

    def meant(self, lines: Sequence[Line]) -> list[Meant]:
        """Place and person of each row."""
        spans = [_starts_at(line) for line in lines if not line.faults]
        if not spans:
            return [Meant(None, None)] * len(lines)
        roles = self._roles(min(spans), max(spans))
        return [Meant(None, None) if line.faults else self._meant(line, roles) for line in lines]

    def listed(self) -> list[Mapping[str, Value]]:
        """Everybody on the roster, or drafted for it, from this Monday on. Who lives elsewhere has no whole name."""
        today = local(self.given.now).date()
        monday = instant(today - timedelta(days=today.isoweekday() - 1), time.min)
        rows = self.session.execute(
            _placed()
            .where(within(Shift.area_id, self.given.scope_ids))
            .where(Shift.starts_at >= monday, Shift.starts_at < self.given.now + AHEAD)
            .where(Assignment.state.in_((*ON_THE_ROSTER, AssignmentState.DRAFTED)))
            .order_by(Shift.starts_at, Activity.title, Shift.id, ActivityRole.id, Volunteer.pinyin, Assignment.id)
        ).all()
        return [self._told(row) for row in rows]

    @cached_property
    def people(self) -> Mapping[int, Volunteer]:
        """Everybody who serves in reach, by number."""
        here = select(Volunteer).where(within(Volunteer.area_id, self.given.scope_ids), Volunteer.left_at.is_(None))
        return {person.id: person for person in self.session.scalars(here.order_by(Volunteer.id))}

    @cached_property
    def by_name(self) -> Mapping[str, list[Volunteer]]:
        """People of the same name together."""
        found: dict[str, list[Volunteer]] = defaultdict(list)
        for person in self.people.values():
            found[person.name].append(person)
        return found

    def _told(self, row: Any) -> Mapping[str, Value]:
        assignment, person, shift, activity, role = row
        is_here = person.id in self.people
        starts = local(shift.starts_at)
        return {
            "on": starts.date().isoformat(),
            "starts": f"{starts:%H:%M}",
            "title": activity.title,
            "activity_id": activity.id,
            "role": role.name,
            "name": person.name if is_here else wording.masked_name(person.name),
            "person_id": person.id if is_here else None,
            "state": AssignmentState(assignment.state).value,
            "places": assignment.places if assignment.places > 1 else None,
            "stand_by": True if assignment.is_stand_by else None,
        }

    def _roles(self, from_at: datetime, until_at: datetime) -> Mapping[tuple[datetime, str], list[OpeningRow]]:
        """Roles of published shifts in reach that start in this time, by start and title."""
        ids = self.session.scalars(
            select(ShiftRole.id)
            .join(Shift, Shift.id == ShiftRole.shift_id)
            .join(Activity, Activity.id == Shift.activity_id)
            .where(within(Shift.area_id, self.given.scope_ids), Activity.state == ActivityState.PUBLISHED)
            .where(Shift.starts_at >= from_at, Shift.starts_at <= until_at)
        ).all()
        found: dict[tuple[datetime, str], list[OpeningRow]] = defaultdict(list)
        for row in openings(self.session, ids).values():
            found[row.Shift.starts_at, row.Activity.title].append(row)
        return found

    def _meant(self, line: Line, roles: Mapping[tuple[datetime, str], list[OpeningRow]]) -> Meant:
        there = roles.get((_starts_at(line), line.text("title") or ""), [])
        if (number := line.whole("activity_id")) is not None:
            there = [row for row in there if row.Activity.id == number]
        row, doubt = _place(there, line.text("role"))
        person, doubts = self._person(line, there)
        return Meant(row, person, (*([doubt] if doubt else []), *doubts))

    def _person(self, line: Line, there: Iterable[OpeningRow]) -> tuple[Volunteer | None, list[RowRefusal]]:
        """By number; else by name, with the last digits of the telephone where several have it."""
        name, number, tail = line.text("name") or "", line.whole("person_id"), line.text("tail")
        if number is not None:
            person = self.people.get(number)
            return (person, []) if person and person.name == name else (None, [RowRefusal.PERSON_UNKNOWN])
        if "*" in name:
            return self._masked(name, there)
        namesakes = self.by_name.get(name, [])
        if tail is not None:
            namesakes = [person for person in namesakes if person.phone_tail == tail_digest(tail)]
        if len(namesakes) == 1:
            return namesakes[0], []
        return None, [RowRefusal.PERSON_UNCLEAR if namesakes else RowRefusal.PERSON_UNKNOWN]

    def _masked(self, name: str, there: Iterable[OpeningRow]) -> tuple[Volunteer | None, list[RowRefusal]]:
        """Who lives elsewhere is known only where she is on the roster already."""
        roles = [row.ShiftRole.id for row in there]
        placed = self.session.scalars(
            select(Volunteer)
            .join(Assignment, Assignment.volunteer_id == Volunteer.id)
            .where(Assignment.shift_role_id.in_(roles))
            .where(Assignment.state.in_((*ON_THE_ROSTER, AssignmentState.DRAFTED)))
            .order_by(Assignment.id)
        )
        alike = [person for person in placed if wording.masked_name(person.name) == name]
        return (alike[0], []) if alike else (None, [RowRefusal.PERSON_UNKNOWN])


def _starts_at(line: Line) -> datetime:
    day = line.day("on")
    if day is None:
        raise LookupError(f"row {line.number} was read without a date")
    return instant(day, time.fromisoformat(line.text("starts") or "00:00"))


def _place(there: Sequence[OpeningRow], role: str | None) -> tuple[OpeningRow | None, RowRefusal | None]:
    """The one role that is meant, or why none is."""
    if len({row.Shift.id for row in there}) != 1:
        return None, RowRefusal.SHIFT_UNCLEAR if there else RowRefusal.SHIFT_UNKNOWN
    named = [row for row in there if role in (None, row.ActivityRole.name)]
    if len(named) != 1:
        return None, RowRefusal.ROLE_MISSING if role is None else RowRefusal.ROLE_UNKNOWN
    return named[0], None


def _placed() -> Any:
    return (
        select(Assignment, Volunteer, Shift, Activity, ActivityRole)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ShiftRole, ShiftRole.id == Assignment.shift_role_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )
