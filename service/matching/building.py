"""From rows to a problem: everything a plan of one or several activities may depend on, read once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import Shift, ShiftRole
from service.activities.queries import IS_PLANNED
from service.availability.queries import said
from service.availability.rules import Said
from service.calendars.rules import is_night, local
from service.company import queries as company
from service.company.rules import Held, Rule, crews
from service.db import one_of
from service.matching import queries
from service.matching.problem import (
    LOAD_WEEKS,
    UNASKED,
    Bond,
    Commitment,
    Draft,
    Opening,
    Person,
    Pin,
    Problem,
    minute,
)
from service.matching.weighing import weights_for
from service.matching.wishes import Askings, standing, who_asked, wishes
from service.roster.models import HOLDING, SURE, Assignment
from service.signups.asking import candidates
from service.signups.queries import OpeningRow, all_openings
from service.signups.rules import Candidate
from service.terms import AssignmentState, BondKind, ShiftState
from service.volunteers.rules import OF_AGE, age_on, is_elder

#: What one head of a minimum counts: a shift without its doctor is not held.
PLAIN_WEIGHT, QUALIFIED_WEIGHT = 1, 2


def build_problem(
    session: Session, *, activity_ids: Collection[int], from_at: datetime, until_at: datetime, now: datetime
) -> Problem:
    """The activities' shifts that start in [from_at, until_at) and after `now`, with all a plan may depend on.

    They are of one community. Wishes are the sign-ups that wait for an answer; in a rota also the team's members of
    the day, unasked. What an activity asks of those on duty together it asks in its own shifts.
    Whose partner did not ask does not come either. Who holds a place already is pinned there, and whom the desk has
    pencilled in. What an earlier plan drafted and nobody published is to be bettered.
    """
    begin = max(from_at, now)
    rows = _openings(session, activity_ids, from_at=from_at, until_at=until_at, now=now)
    held = queries.pinned(session, [row.ShiftRole.id for row in rows])
    pinned = {(assignment.volunteer_id, assignment.shift_id) for assignment in held}
    shift_of = {row.ShiftRole.id: row.Shift.id for row in rows}
    asked = {key: how for key, how in who_asked(session, rows).items() if (key[0], shift_of[key[1]]) not in pinned}
    people = {volunteer_id for volunteer_id, _ in asked} | {assignment.volunteer_id for assignment in held}
    bonds = _bonds(session, people)
    people = people.union(*((bond.person_id, bond.other_id) for bond in bonds))
    known = candidates(session, people, around=begin, until=until_at)
    heard, loads = said(session, people), _loads(session, people, before=begin)
    rules, crew_of = _rules(session, rows), _crews(session, rows)
    had = _had(session, rows, rules, people, before=begin)
    holders = Counter(assignment.shift_role_id for assignment in held if assignment.state in HOLDING)
    return Problem(
        from_minute=minute(begin),
        until_minute=minute(until_at),
        persons=tuple(
            _person(person, heard[number], load_minutes=loads.get(number, 0), on=local(begin).date())
            for number, person in known.items()
        ),
        openings=tuple(
            _opening(row, rules[row.Shift.id], holders=holders[row.ShiftRole.id], crew=crew_of.get(row.Shift.id, 0))
            for row in rows
        ),
        commitments=tuple(duty for person in known.values() for duty in _commitments(person, pinned)),
        wishes=wishes(session, rows, asked, known=known, heard=heard, had=had),
        pins=tuple(_pins(held, rows, had)),
        bonds=bonds,
        drafts=tuple(_drafted(session, rows, asked)),
        weights=weights_for(session, activity_ids, has_unasked=any(how.rank == UNASKED for how in asked.values())),
    )


def _openings(
    session: Session, activity_ids: Collection[int], *, from_at: datetime, until_at: datetime, now: datetime
) -> Sequence[OpeningRow]:
    return session.execute(
        all_openings()
        .where(one_of(Shift.activity_id, activity_ids), Shift.state == ShiftState.OPEN)
        .where(IS_PLANNED)
        .where(Shift.starts_at >= from_at, Shift.starts_at > now, Shift.starts_at < until_at)
        .order_by(Shift.starts_at, ShiftRole.id)
        .execution_options(populate_existing=True)
    ).all()


def _bonds(session: Session, people: Collection[int]) -> tuple[Bond, ...]:
    """Of these people with each other; and with a partner who is not among them, who has to come along."""
    found = company.bonds_with(session, people)
    return tuple(
        Bond(person_id=one, other_id=other, kind=kind)
        for (one, other), kind in found.items()
        if kind == BondKind.TOGETHER or (one in people and other in people)
    )


def _loads(session: Session, people: Collection[int], *, before: datetime) -> dict[int, int]:
    """Minutes each person served in the weeks before, in whatever activity."""
    lasted = func.extract("epoch", Shift.ends_at - Shift.starts_at) / 60
    served = session.execute(
        select(Assignment.volunteer_id, func.sum(lasted))
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(one_of(Assignment.volunteer_id, people), Assignment.state.in_(SURE))
        .where(Shift.starts_at >= before - timedelta(weeks=LOAD_WEEKS), Shift.starts_at <= before)
        .group_by(Assignment.volunteer_id)
    )
    return {volunteer_id: int(minutes) for volunteer_id, minutes in served}


def _rules(session: Session, rows: Sequence[OpeningRow]) -> dict[int, Rule]:
    """Shift → what its activity asks of those on duty together on that day."""
    shifts: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        shifts[row.Shift.activity_id].add(row.Shift.id)
    return {
        shift_id: rule
        for number, ids in sorted(shifts.items())
        for shift_id, rule in company.rules_on(session, number, ids).items()
    }


def _crews(session: Session, rows: Sequence[OpeningRow]) -> dict[int, int]:
    """Shift → its crew, of those whose activity is held together with others."""
    shifts = {row.Shift.id: row.Shift for row in rows}.values()
    held = [Held(shift.id, shift.activity_id, local(shift.starts_at).date()) for shift in shifts]
    return crews(held, company.crews_of(session, {shift.activity_id for shift in shifts}))


def _had(
    session: Session,
    rows: Sequence[OpeningRow],
    rules: Mapping[int, Rule],
    people: Collection[int],
    *,
    before: datetime,
) -> dict[int, dict[int, int]]:
    """Activity → how many shifts of it each person has served, of the activities that pair newcomers with guides."""
    guided = {row.Shift.activity_id for row in rows if rules[row.Shift.id].pairs_newcomers}
    return {number: company.served(session, number, people, before=before) for number in sorted(guided)}


def _person(person: Candidate, heard: Said, *, load_minutes: int, on: date) -> Person:
    """What is known of her today, and how much she will."""
    years = age_on(person.birth_on, on) if person.birth_on is not None else OF_AGE
    is_old = is_elder(person.birth_on, on)
    return Person(
        id=person.volunteer_id,
        max_minutes=60 * person.weekly_hours,
        load_minutes=load_minutes,
        most_a_day=heard.most_a_day,
        most_a_week=heard.most_a_week,
        most_at_a_stretch=heard.stretch(is_elder=is_old),
        is_adult=years >= OF_AGE,
        is_elder=is_old,
    )


def _opening(row: OpeningRow, rule: Rule, *, holders: int, crew: int) -> Opening:
    role, shift = row.ShiftRole, row.Shift
    return Opening(
        id=role.id,
        shift_id=shift.id,
        starts=minute(shift.starts_at),
        ends=minute(shift.ends_at),
        rest_after=shift.rest_after,
        week=_week(shift.starts_at),
        min_needed=role.min_needed,
        max_needed=role.max_needed,
        kept=max(0, role.taken - holders),
        weight=QUALIFIED_WEIGHT if row.ActivityRole.requires else PLAIN_WEIGHT,
        area=shift.area_id,
        is_night=is_night(shift.starts_at, shift.ends_at),
        is_hot=shift.heat is not None,
        children=rule.children,
        per_adult=rule.per_adult,
        crew=crew or (shift.id if rule.held_together else 0),
        visit=shift.place_id if rule.most_faces else 0,
        most_faces=rule.most_faces,
        stand_bys=role.stand_bys - role.standing_by,
    )


def _commitments(person: Candidate, pinned: set[tuple[int, int]]) -> list[Commitment]:
    """Her duties that are not pinned: in shifts outside the problem, and where she stands by."""
    return [
        Commitment(
            person_id=person.volunteer_id,
            shift_id=duty.shift_id,
            starts=minute(duty.starts_at),
            ends=minute(duty.ends_at),
            rest_after=duty.rest_after // timedelta(minutes=1),
            week=_week(duty.starts_at),
        )
        for duty in person.commitments
        if (person.volunteer_id, duty.shift_id) not in pinned
    ]


def _pins(
    held: Iterable[Assignment], rows: Sequence[OpeningRow], had: Mapping[int, Mapping[int, int]]
) -> Iterable[Pin]:
    activity_of = {row.ShiftRole.id: row.Shift.activity_id for row in rows}
    return (
        Pin(
            person_id=assignment.volunteer_id,
            opening_id=assignment.shift_role_id,
            is_confirmed=assignment.state in SURE,
            **standing(had, assignment.volunteer_id, activity_of[assignment.shift_role_id]),
        )
        for assignment in held
    )


def _drafted(session: Session, rows: Sequence[OpeningRow], asked: Askings) -> Iterable[Draft]:
    """What the plans before proposed and nobody was told of, as far as it can still be proposed."""
    drafted = session.execute(
        select(Assignment.volunteer_id, Assignment.shift_role_id)
        .where(one_of(Assignment.shift_role_id, [row.ShiftRole.id for row in rows]))
        .where(Assignment.state == AssignmentState.DRAFTED, Assignment.match_run_id.is_not(None))
        .where(Assignment.is_stand_by.is_(False))
        .distinct()
    )
    return (Draft(person_id=key[0], opening_id=key[1]) for row in drafted if (key := (row[0], row[1])) in asked)


def _week(instant: datetime) -> int:
    year, week, _ = local(instant).isocalendar()
    return 100 * year + week
