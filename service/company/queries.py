"""Named reads of who serves with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.activities.queries import IS_PLANNED, PLANNED
from service.calendars.rules import instant, local
from service.company.models import Bond, CompanyRule, CrewActivity
from service.company.rules import Rule, Server, faults
from service.db import one_of
from service.places.models import Area
from service.places.queries import community_of, within
from service.pupils import queries as pupils
from service.roster.models import HOLDING, ON_THE_ROSTER, SURE, Assignment
from service.terms import BondKind, CompanyFault, ShiftState
from service.volunteers.models import Volunteer
from service.volunteers.rules import OF_AGE, age_on


def rule_of(session: Session, activity_id: int) -> Rule:
    """What the activity asks of those on duty together, as it was typed."""
    kept = session.get(CompanyRule, activity_id)
    return Rule(**{one.name: getattr(kept, one.name) for one in fields(Rule)}) if kept is not None else Rule()


def rules_on(session: Session, activity_id: int, shift_ids: Collection[int]) -> dict[int, Rule]:
    """What it asks in each of these shifts of it: the children are those enrolled on that day, or, where nobody is
    enrolled, as many as were typed."""
    typed, enrolled = rule_of(session, activity_id), pupils.counted_on(session, shift_ids)
    return {shift_id: replace(typed, children=enrolled.get(shift_id, typed.children)) for shift_id in shift_ids}


def crews_of(session: Session, activity_ids: Iterable[int]) -> dict[int, int]:
    """Activity → its crew, of all that are in a crew with one of these."""
    named = select(CrewActivity.crew_id).where(CrewActivity.activity_id.in_(sorted(activity_ids)))
    rows = select(CrewActivity.activity_id, CrewActivity.crew_id).where(CrewActivity.crew_id.in_(named))
    return dict(session.execute(rows.order_by(CrewActivity.activity_id)).all())


def held_with(session: Session, activity_id: int) -> Sequence[Activity]:
    """The other activities of its crew, whoever coordinates them."""
    ids = crews_of(session, [activity_id]).keys() - {activity_id}
    return session.scalars(select(Activity).where(Activity.id.in_(sorted(ids))).order_by(Activity.id)).all()


def could_be_held_with(session: Session, activity: Activity, *, scope_ids: Sequence[int]) -> Sequence[Activity]:
    """What in scope can be held together with the activity: planned, published, of the same community; and what is in
    its crew already, whatever became of it. Nothing where its own places are not planned."""
    if activity.mode not in PLANNED:
        return []
    community = community_of(session, session.get_one(Area, activity.area_id))
    is_held = Activity.id.in_([one.id for one in held_with(session, activity.id)])
    return session.scalars(
        select(Activity)
        .where(within(Activity.area_id, scope_ids), within(Activity.area_id, [community.id]))
        .where(Activity.id != activity.id, or_(IS_PLANNED, is_held))
        .order_by(Activity.id)
    ).all()


def crew_in_scope(session: Session, activity: Activity, *, scope_ids: Sequence[int]) -> bool:
    """Whether all that is held together with the activity belongs to the scopes."""
    ids = crews_of(session, [activity.id]).keys() - {activity.id}
    here = session.scalars(select(Activity.id).where(Activity.id.in_(sorted(ids)), within(Activity.area_id, scope_ids)))
    return ids == set(here)


def bonds_with(session: Session, volunteer_ids: Collection[int]) -> dict[tuple[int, int], BondKind]:
    """The bonds of these people with whomever, by (lower id, higher id): a partner may not be among them."""
    is_theirs = or_(one_of(Bond.person_id, volunteer_ids), one_of(Bond.other_id, volunteer_ids))
    theirs = select(Bond).where(is_theirs).order_by(Bond.id)
    return {(bond.person_id, bond.other_id): BondKind(bond.kind) for bond in session.scalars(theirs)}


def bonds_of(session: Session, volunteer_id: int) -> Sequence[Row[Bond, Volunteer]]:
    """(bond, the other one) of a person, by the other's pinyin."""
    is_other = or_(
        and_(Bond.person_id == volunteer_id, Bond.other_id == Volunteer.id),
        and_(Bond.other_id == volunteer_id, Bond.person_id == Volunteer.id),
    )
    return session.execute(select(Bond, Volunteer).join(Volunteer, is_other).order_by(Volunteer.pinyin, Bond.id)).all()


def bond_in_scope(session: Session, bond_id: int, *, scope_ids: Sequence[int]) -> Bond | None:
    """The bond, if both people live in the scopes."""
    here = select(Volunteer.id).where(within(Volunteer.area_id, scope_ids))
    return session.scalar(select(Bond).where(Bond.id == bond_id, Bond.person_id.in_(here), Bond.other_id.in_(here)))


def served(session: Session, activity_id: int, volunteer_ids: Collection[int], *, before: datetime) -> dict[int, int]:
    """How many shifts of the activity, over by `before`, each of these people has served; without those of none."""
    counts = session.execute(
        select(Assignment.volunteer_id, func.count())
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.activity_id == activity_id, Shift.ends_at <= before)
        .where(one_of(Assignment.volunteer_id, volunteer_ids), Assignment.state.in_(SURE))
        .where(Assignment.is_stand_by.is_(False))
        .group_by(Assignment.volunteer_id)
    )
    return dict(counts.all())


def must_not_meet(shift: Shift) -> ColumnElement[bool]:
    """Of `Volunteer`: somebody holds a place whom she must not meet there, or who stays with the child meanwhile."""
    other = or_(
        and_(Bond.person_id == Volunteer.id, Bond.other_id == Assignment.volunteer_id),
        and_(Bond.other_id == Volunteer.id, Bond.person_id == Assignment.volunteer_id),
    )
    return (
        select(Bond.id)
        .join(Assignment, other)
        .where(Bond.kind.in_((BondKind.APART, BondKind.RELIEF)))
        .where(Assignment.shift_id == shift.id, Assignment.state.in_(HOLDING))
        .correlate(Volunteer)
        .exists()
    )


def faults_of(
    session: Session, activity_id: int, shifts: Iterable[Shift], *, now: datetime
) -> dict[int, list[CompanyFault]]:
    """What is wrong with who is on duty in each of these shifts of the activity, offers counted; by shift."""
    by_id = {shift.id: shift for shift in shifts}
    people: dict[int, list[Volunteer]] = defaultdict(list)
    rows = session.execute(
        select(Assignment.shift_id, Volunteer)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(Assignment.shift_id.in_(sorted(by_id)), Assignment.state.in_(ON_THE_ROSTER))
        .where(Assignment.is_stand_by.is_(False))
        .order_by(Assignment.id)
    )
    for shift_id, person in rows:
        people[shift_id].append(person)
    known = {person.id for those in people.values() for person in those}
    had = served(session, activity_id, known, before=now)
    bonds = bonds_with(session, known)
    rules, short = rules_on(session, activity_id, people), _short_crews(session, activity_id, by_id.values())
    return {
        shift_id: found
        for shift_id, those in people.items()
        if (
            found := list(
                faults(
                    rules[shift_id],
                    [_server(person, by_id[shift_id], had.get(person.id, 0)) for person in those],
                    bonds=bonds,
                    missing=[role.taken < role.min_needed for role in by_id[shift_id].roles],
                    is_crew_short=local(by_id[shift_id].starts_at).date() in short,
                )
            )
        )
    }


def _short_crews(session: Session, activity_id: int, shifts: Collection[Shift]) -> set[date]:
    """The days of these shifts on which any of what is held together with the activity is short of its minimum."""
    ids = crews_of(session, [activity_id])
    if not ids or not shifts:
        return set()
    days = [local(shift.starts_at).date() for shift in shifts]
    first, last = instant(min(days), time.min), instant(max(days) + timedelta(days=1), time.min)
    starts = session.scalars(
        select(Shift.starts_at)
        .join(ShiftRole, ShiftRole.shift_id == Shift.id)
        .where(Shift.activity_id.in_(ids), Shift.state == ShiftState.OPEN, ShiftRole.taken < ShiftRole.min_needed)
        .where(Shift.starts_at >= first, Shift.starts_at < last)
    )
    return {local(starts_at).date() for starts_at in starts}


def _server(person: Volunteer, shift: Shift, count: int) -> Server:
    """Who has no registered date of birth signed up as an adult."""
    on = local(shift.starts_at).date()
    is_adult = person.birth_on is None or age_on(person.birth_on, on) >= OF_AGE
    return Server(volunteer_id=person.id, is_adult=is_adult, served=count)
