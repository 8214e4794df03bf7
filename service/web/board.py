"""An activity's shifts with their people, as the roster page and its print show them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row

from service.activities.models import ActivityRole, Shift, ShiftRole
from service.calendars.rules import local
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState, ShiftState, SignUpState
from service.volunteers.models import Volunteer
from service.web.heat import Cell

SURE = (AssignmentState.CONFIRMED, AssignmentState.CHECKED_IN, AssignmentState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody who holds a place, or is drafted for one."""

    assignment: Assignment
    person: Volunteer


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who asked for a place: on the waitlist at `position`, or (None) awaiting the matcher."""

    signup: SignUp
    person: Volunteer
    position: int | None


@dataclass(frozen=True, slots=True)
class RoleBoard:
    """One role of one shift with its people."""

    places: ShiftRole
    placed: tuple[Placed, ...]
    waiting: tuple[Waiting, ...]
    is_open: bool

    @property
    def name(self) -> str:
        return self.places.definition.name

    @property
    def free(self) -> int:
        """Places nobody has been given or offered, nor can still take back."""
        return self.places.max_needed - self.places.taken

    @property
    def queue(self) -> tuple[Waiting, ...]:
        """The waitlist, first come first."""
        return tuple(one for one in self.waiting if one.position is not None)

    @property
    def asking(self) -> tuple[Waiting, ...]:
        """Those who await the matcher."""
        return tuple(one for one in self.waiting if one.position is None)

    @property
    def cover(self) -> Cell:
        """How it stands, in the words of the coverage table."""
        confirmed = sum(one.assignment.state in SURE for one in self.placed)
        offered = sum(one.assignment.state == AssignmentState.OFFERED for one in self.placed)
        least = self.places.min_needed
        return Cell(
            day=date.min,
            shifts=1,
            needed=least,
            confirmed=confirmed,
            offered=offered,
            gap=max(0, least - confirmed - offered),
        )


@dataclass(frozen=True, slots=True)
class ShiftBoard:
    """One shift with its roles."""

    shift: Shift
    roles: tuple[RoleBoard, ...]

    @property
    def day(self) -> date:
        """The local day it starts on."""
        return local(self.shift.starts_at).date()


def boards(
    shifts: Iterable[Shift],
    *,
    roster: Sequence[Row[Assignment, Volunteer, Shift, ActivityRole]],
    waiting: Sequence[Row[SignUp, Volunteer]],
) -> list[ShiftBoard]:
    """The shifts in their order, each role with those who hold a place in it and those who wait for one."""
    placed: dict[int, list[Placed]] = defaultdict(list)
    for assignment, person, _shift, _role in roster:
        placed[assignment.shift_role_id].append(Placed(assignment, person))
    asked: dict[int, list[Row[SignUp, Volunteer]]] = defaultdict(list)
    for row in waiting:
        asked[row.SignUp.shift_role_id].append(row)
    return [
        ShiftBoard(
            shift,
            tuple(
                RoleBoard(role, tuple(placed[role.id]), _queued(asked[role.id]), is_open=shift.state == ShiftState.OPEN)
                for role in shift.roles
            ),
        )
        for shift in shifts
    ]


def _queued(rows: Iterable[Row[SignUp, Volunteer]]) -> tuple[Waiting, ...]:
    waiting, position = [], 0
    for signup, person in rows:
        is_queued = signup.state == SignUpState.WAITLISTED
        position += is_queued
        waiting.append(Waiting(signup, person, position if is_queued else None))
    return tuple(waiting)
