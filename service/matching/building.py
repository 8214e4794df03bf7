"""From rows to a problem: everything a plan of one activity may depend on, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.calendars.rules import local
from service.matching.blockers import Blocker, Hindrance
from service.matching.problem import LOAD_WEEKS, UNASKED, Commitment, Draft, Opening, Person, Pin, Problem, Wish, minute
from service.matching.queries import has_place
from service.roster.models import HOLDING, Assignment
from service.signups.asking import candidates
from service.signups.models import STANDING, SignUp
from service.signups.queries import OpeningRow, as_opening
from service.signups.rules import Candidate, unfit
from service.teams.queries import members_on
from service.terms import (
    ActivityState,
    AssignmentState,
    Mode,
    Refusal,
    ReleaseReason,
    ShiftState,
    SignUpState,
)
from service.volunteers.rules import age_on

#: What one head of a minimum counts: a shift without its doctor is not held.
PLAIN_WEIGHT, QUALIFIED_WEIGHT = 1, 2
#: Years from which one is of age, and from which the rules for elders hold.
ADULT, ELDER = 18, 70
#: Hours in China between which it is night.
NIGHT, MORNING = 22, 5
#: States in which somebody served, or surely will.
SERVED = (AssignmentState.CONFIRMED, AssignmentState.CHECKED_IN, AssignmentState.COMPLETED)

#: (volunteer, role) → (rank, sign-up)
_Asked: TypeAlias = dict[tuple[int, int], tuple[int, int | None]]


def build_problem(
    session: Session, *, activity_id: int, from_at: datetime, until_at: datetime, now: datetime
) -> Problem:
    """The activity's shifts that start in [from_at, until_at) and after `now`, with all a plan may depend on.

    Wishes are the sign-ups that wait for an answer; in a rota also the team's members of the day, unasked.
    Who holds a place already is pinned there. What an earlier plan drafted and nobody published is to be bettered.
    """
    begin = max(from_at, now)
    rows = _openings(session, activity_id, from_at=from_at, until_at=until_at, now=now)
    held = _held(session, rows)
    asked = _signed_up(session, rows) | _members(session, rows)
    people = {volunteer_id for volunteer_id, _ in asked} | {assignment.volunteer_id for assignment in held}
    known = candidates(session, people, around=begin, until=until_at)
    loads = _loads(session, people, before=begin)
    inside = {row.Shift.id for row in rows}
    pinned = {(assignment.volunteer_id, assignment.shift_id) for assignment in held}
    return Problem(
        from_minute=minute(begin),
        until_minute=minute(until_at),
        persons=tuple(
            _person(person, load_minutes=loads.get(number, 0), on=local(begin).date())
            for number, person in known.items()
        ),
        openings=tuple(_opening(row, held) for row in rows),
        commitments=tuple(duty for person in known.values() for duty in _commitments(person, pinned)),
        wishes=tuple(_wishes(rows, asked, known, said_no=_said_no(session, inside))),
        pins=tuple(
            Pin(
                person_id=assignment.volunteer_id,
                opening_id=assignment.shift_role_id,
                is_confirmed=assignment.state != AssignmentState.OFFERED,
            )
            for assignment in held
        ),
        drafts=tuple(_drafted(session, rows, asked)),
    )


def _openings(
    session: Session, activity_id: int, *, from_at: datetime, until_at: datetime, now: datetime
) -> Sequence[OpeningRow]:
    return session.execute(
        select(ShiftRole, Shift, Activity, ActivityRole)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
        .where(Shift.activity_id == activity_id, Shift.state == ShiftState.OPEN)
        .where(Activity.state == ActivityState.PUBLISHED, Activity.mode.in_((Mode.MATCHED, Mode.ROTA)))
        .where(Shift.starts_at >= from_at, Shift.starts_at > now, Shift.starts_at < until_at)
        .order_by(Shift.starts_at, ShiftRole.id)
        .execution_options(populate_existing=True)
    ).all()


def _held(session: Session, rows: Sequence[OpeningRow]) -> Sequence[Assignment]:
    role_ids = [row.ShiftRole.id for row in rows]
    return session.scalars(
        select(Assignment)
        .where(Assignment.shift_role_id.in_(role_ids), Assignment.state.in_(HOLDING))
        .where(Assignment.is_stand_by.is_(False))
        .order_by(Assignment.id)
    ).all()


def _drafted(session: Session, rows: Sequence[OpeningRow], asked: _Asked) -> Iterable[Draft]:
    """What the plans before proposed and nobody was told of, as far as it can still be proposed."""
    drafted = session.execute(
        select(Assignment.volunteer_id, Assignment.shift_role_id)
        .where(Assignment.shift_role_id.in_([row.ShiftRole.id for row in rows]))
        .where(Assignment.state == AssignmentState.DRAFTED, Assignment.match_run_id.is_not(None))
        .distinct()
    )
    return (Draft(person_id=key[0], opening_id=key[1]) for row in drafted if (key := (row[0], row[1])) in asked)


def _signed_up(session: Session, rows: Sequence[OpeningRow]) -> _Asked:
    """Sign-ups that wait for the matcher: pending, or waiting from an earlier run, without a place in the shift."""
    role_ids = [row.ShiftRole.id for row in rows]
    waiting = session.execute(
        select(SignUp.volunteer_id, SignUp.shift_role_id, SignUp.rank, SignUp.id).where(
            SignUp.shift_role_id.in_(role_ids),
            SignUp.state.in_((SignUpState.PENDING, SignUpState.WAITLISTED)),
            ~has_place(),
        )
    )
    return {(volunteer_id, role_id): (rank, signup_id) for volunteer_id, role_id, rank, signup_id in waiting}


def _members(session: Session, rows: Sequence[OpeningRow]) -> _Asked:
    """In a rota, whoever is in the team on the day of a shift and neither holds a place in it nor asked for one."""
    if not rows or rows[0].Activity.mode != Mode.ROTA or rows[0].Activity.team_id is None:
        return {}
    shift_ids = [row.Shift.id for row in rows]
    spoken_for = {
        *session.execute(
            select(SignUp.volunteer_id, SignUp.shift_id).where(
                SignUp.shift_id.in_(shift_ids), SignUp.state.in_(STANDING)
            )
        ),
        *session.execute(
            select(Assignment.volunteer_id, Assignment.shift_id).where(
                Assignment.shift_id.in_(shift_ids), Assignment.state.in_(HOLDING)
            )
        ),
    }
    days = {local(row.Shift.starts_at).date() for row in rows}
    team = _team_by_day(session, rows[0].Activity.team_id, days)
    return {
        (volunteer_id, row.ShiftRole.id): (UNASKED, None)
        for row in rows
        for volunteer_id in team[local(row.Shift.starts_at).date()]
        if (volunteer_id, row.Shift.id) not in spoken_for
    }


def _team_by_day(session: Session, team_id: int, days: Iterable[date]) -> dict[date, list[int]]:
    return {day: [member.id for member in members_on(session, team_id, day=day)] for day in days}


def _loads(session: Session, people: Iterable[int], *, before: datetime) -> dict[int, int]:
    """Minutes each person served in the weeks before, in whatever activity."""
    lasted = func.extract("epoch", Shift.ends_at - Shift.starts_at) / 60
    served = session.execute(
        select(Assignment.volunteer_id, func.sum(lasted))
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.volunteer_id.in_(sorted(people)), Assignment.state.in_(SERVED))
        .where(Shift.starts_at >= before - timedelta(weeks=LOAD_WEEKS), Shift.starts_at <= before)
        .group_by(Assignment.volunteer_id)
    )
    return {volunteer_id: int(minutes) for volunteer_id, minutes in served}


def _said_no(session: Session, shift_ids: Iterable[int]) -> set[tuple[int, int]]:
    """(volunteer, shift) of whoever declined, let an offer run out or withdrew: nobody is asked twice unasked."""
    gone = or_(
        Assignment.state == AssignmentState.DECLINED,
        and_(
            Assignment.state == AssignmentState.RELEASED,
            Assignment.release_reason.in_((ReleaseReason.WITHDREW, ReleaseReason.OFFER_EXPIRED)),
        ),
    )
    ids = sorted(shift_ids)
    declined = select(Assignment.volunteer_id, Assignment.shift_id).where(Assignment.shift_id.in_(ids), gone)
    withdrew = select(SignUp.volunteer_id, SignUp.shift_id).where(
        SignUp.shift_id.in_(ids), SignUp.state == SignUpState.WITHDRAWN
    )
    return {*session.execute(declined), *session.execute(withdrew)}


def _person(person: Candidate, *, load_minutes: int, on: date) -> Person:
    """What is known of her today. Nobody says yet how many shifts she will, who is new, and who goes with whom."""
    years = age_on(person.birth_on, on) if person.birth_on is not None else ADULT
    return Person(
        id=person.volunteer_id,
        max_minutes=60 * person.weekly_hours,
        load_minutes=load_minutes,
        is_adult=years >= ADULT,
        is_elder=years >= ELDER,
    )


def is_night(shift: Shift) -> bool:
    """Whether any of it lies between ten in the evening and five in the morning, in China."""
    first, last = local(shift.starts_at), local(shift.ends_at - timedelta(minutes=1))
    return first.hour < MORNING or first.hour >= NIGHT or last.date() > first.date() or last.hour >= NIGHT


def _opening(row: OpeningRow, held: Sequence[Assignment]) -> Opening:
    role, shift = row.ShiftRole, row.Shift
    holders = sum(assignment.shift_role_id == role.id for assignment in held)
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
        is_night=is_night(shift),
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


def _week(instant: datetime) -> int:
    year, week, _ = local(instant).isocalendar()
    return 100 * year + week


def _wishes(
    rows: Sequence[OpeningRow], asked: _Asked, known: dict[int, Candidate], *, said_no: set[tuple[int, int]]
) -> Iterable[Wish]:
    by_role = {row.ShiftRole.id: row for row in rows}
    for (volunteer_id, role_id), (rank, signup_id) in asked.items():
        barred = _barred(known[volunteer_id], by_role[role_id])
        if rank == UNASKED and (volunteer_id, by_role[role_id].Shift.id) in said_no:
            barred = (*barred, Blocker(Hindrance.SAID_NO))
        yield Wish(person_id=volunteer_id, opening_id=role_id, rank=rank, signup_id=signup_id, barred=barred)


def _barred(person: Candidate, row: OpeningRow) -> tuple[Blocker, ...]:
    """What the rules of a sign-up say about the person alone; about her time the plan itself decides."""
    reasons = unfit(replace(person, commitments=()), as_opening(row))
    return tuple(Blocker.from_refused(refused) for refused in reasons if refused.reason != Refusal.WEEKLY_HOURS)
