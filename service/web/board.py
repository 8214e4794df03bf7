"""An activity's shifts with their people, as the roster page and its print show them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row

from service.activities.models import ActivityRole, Shift, ShiftRole
from service.calendars.heat import Heat
from service.calendars.rules import local
from service.roster.models import SURE, Assignment
from service.signups.models import SignUp
from service.signups.rules import Held, Refused, lacking_tags, too_hot, unqualified
from service.terms import AssignmentState, Mode, ShiftState, SignUpState
from service.volunteers.models import Volunteer
from service.web.heat import Cell


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody who holds a place, or is drafted for one; `lacks`: what stands against her there by now."""

    assignment: Assignment
    person: Volunteer
    lacks: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who asked: which one of how many on the waitlist, or of those who await the matcher."""

    signup: SignUp
    person: Volunteer
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class RoleBoard:
    """One role of one shift with its people."""

    places: ShiftRole
    placed: tuple[Placed, ...]
    stand_bys: tuple[Placed, ...]
    waiting: tuple[Waiting, ...]

    @property
    def name(self) -> str:
        return self.places.definition.name

    @property
    def free(self) -> int:
        """Places nobody has been given or offered, nor can still take back."""
        return self.places.max_needed - self.places.taken

    @property
    def queue(self) -> tuple[Waiting, ...]:
        """The head of the waitlist, first come first."""
        return tuple(one for one in self.waiting if one.signup.state == SignUpState.WAITLISTED)

    @property
    def asking(self) -> tuple[Waiting, ...]:
        """The first of those who await the matcher."""
        return tuple(one for one in self.waiting if one.signup.state == SignUpState.PENDING)

    @property
    def cover(self) -> Cell:
        """How it stands, in the words of the coverage table."""
        confirmed = sum(one.assignment.places for one in self.placed if one.assignment.state in SURE)
        offered = sum(one.assignment.places for one in self.placed if one.assignment.state == AssignmentState.OFFERED)
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

    @property
    def heat(self) -> Heat | None:
        """For whom it will be too hot, unless it cannot wait."""
        return _heat(self.shift)


@dataclass(frozen=True, slots=True)
class Grid:
    """The week at a glance: a column for each shift that is held, a row for each role, a cell where a shift has it."""

    shifts: tuple[ShiftBoard, ...]
    rows: tuple[tuple[str, tuple[RoleBoard | None, ...]], ...]


def grid(week: Iterable[ShiftBoard]) -> Grid:
    """The shifts of the week beside each other, roles in the order in which they first appear."""
    shifts = tuple(board for board in week if board.shift.state == ShiftState.OPEN)
    names = {role.places.activity_role_id: role.name for board in shifts for role in board.roles}
    cells = [{role.places.activity_role_id: role for role in board.roles} for board in shifts]
    return Grid(shifts, tuple((name, tuple(cell.get(role_id) for cell in cells)) for role_id, name in names.items()))


@dataclass(frozen=True, slots=True)
class PersonsWeek:
    """What somebody does in the shifts of a grid: in each her role and place, or nothing; and how long in all."""

    person: Volunteer
    cells: tuple[tuple[RoleBoard, Placed] | None, ...]
    length: timedelta


def by_person(week: Grid) -> tuple[PersonsWeek, ...]:
    """The same week, a row for each of its people, by name."""
    people: dict[int, Volunteer] = {}
    places: dict[tuple[int, int], tuple[RoleBoard, Placed]] = {}
    for board in week.shifts:
        for role in board.roles:
            for one in (*role.placed, *role.stand_bys):
                people[one.person.id] = one.person
                places[one.person.id, board.shift.id] = (role, one)
    return tuple(
        PersonsWeek(
            person,
            tuple(places.get((person.id, board.shift.id)) for board in week.shifts),
            sum(
                (one.shift.ends_at - one.shift.starts_at for one in week.shifts if (person.id, one.shift.id) in places),
                timedelta(),
            ),
        )
        for person in sorted(people.values(), key=lambda one: (one.pinyin, one.id))
    )


def boards(
    shifts: Iterable[Shift],
    *,
    roster: Sequence[Row[Assignment, Volunteer, Shift, ActivityRole]],
    waiting: Sequence[Row[SignUp, Volunteer, int, int]],
    papers: Mapping[int, Sequence[Held]] | None = None,
) -> list[ShiftBoard]:
    """The shifts in their order, each role with those who hold a place in it and those who wait for one.

    `papers`: the verified qualifications of people; without them none is asked for.
    """
    placed: dict[int, list[Placed]] = defaultdict(list)
    for assignment, person, shift, role in roster:
        lacks = list(lacking_tags(person.tags, role.tags))
        if papers is not None:
            lacks += unqualified(papers.get(person.id, ()), role.requires, on=local(shift.starts_at).date())
        if (heat := _heat(shift)) is not None and not heat.is_for_all:
            lacks += too_hot(person.birth_on, heat, on=local(shift.starts_at).date())
        placed[assignment.shift_role_id].append(Placed(assignment, person, tuple(lacks)))
    asked: dict[int, list[Waiting]] = defaultdict(list)
    for signup, person, position, total in waiting:
        asked[signup.shift_role_id].append(Waiting(signup, person, position, total))
    return [
        ShiftBoard(
            shift,
            tuple(_role_board(role, placed[role.id], asked[role.id]) for role in shift.roles),
        )
        for shift in shifts
    ]


def _heat(shift: Shift) -> Heat | None:
    return shift.heat if shift.activity.mode != Mode.CALL_OUT else None


def _role_board(places: ShiftRole, placed: Iterable[Placed], asked: Iterable[Waiting]) -> RoleBoard:
    """Who holds a place, and beside them who stands by."""
    by_kind: dict[bool, list[Placed]] = {True: [], False: []}
    for one in placed:
        by_kind[one.assignment.is_stand_by].append(one)
    return RoleBoard(places, tuple(by_kind[False]), tuple(by_kind[True]), tuple(asked))
