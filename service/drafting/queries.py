"""Who could be pencilled in, best first, and what stands against the others; who is pencilled in already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, ScalarSelect, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.availability.queries import said
from service.backfill.candidates import load, pool
from service.matching.models import MatchRun
from service.places.queries import within
from service.roster.models import HOLDING, Assignment
from service.signups import asking
from service.signups.models import STANDING, SignUp
from service.signups.queries import OpeningRow, as_opening, openings
from service.signups.rules import Candidate, Commitment, Refused, closed, unfit
from service.terms import ActivityState, AssignmentState, Availability, MatchRunState, Refusal, Rung, ShiftState
from service.volunteers.models import Volunteer
from service.volunteers.queries import is_called

#: In which order people are proposed, by what they say of the time.
ORDER = tuple(Availability)
#: People looked at for one place: beyond that, one searches by name.
MOST = 60


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody who might take the place: what speaks for her, what she says of the time, all that stands in the way.

    `load` is how many places she holds from twelve weeks before the shift to four weeks after it.
    """

    person: Volunteer
    asked_herself: bool
    is_member: bool
    load: int
    availability: Availability
    refusals: tuple[Refused, ...]

    @property
    def can(self) -> bool:
        return not self.refusals


def ranked(
    session: Session, row: OpeningRow, *, scope_ids: Sequence[int], now: datetime, text: str = "", limit: int = MOST
) -> list[Ranked]:
    """People for the opening `row`: who can before who cannot, by what they say of that time, who asked before who did
    not, members, the least loaded.

    Without `text` those who asked for the shift, the team and who served there; with it everybody in scope whose name
    fits. Who holds a place in the shift, or is pencilled in for it, is left out.
    """
    is_member, asked_at = pool(session, Rung.TEAM, row), _asked_at(row)
    asked = asked_at.is_not(None)
    among = is_called(text) if text else or_(is_member, asked)
    rows = session.execute(
        select(Volunteer, asked_at.label("asked_at"), is_member.label("is_member"), load(row.Shift).label("load"))
        .where(within(Volunteer.area_id, scope_ids), Volunteer.left_at.is_(None), among, not_(_is_there(row.Shift.id)))
        .order_by(asked.desc(), is_member.desc(), load(row.Shift), Volunteer.pinyin, Volunteer.id)
        .limit(limit)
    ).all()
    shift: Shift = row.Shift
    ids = [person.id for person, *_ in rows]
    known, heard = asking.candidates(session, ids, around=shift.starts_at, until=shift.starts_at), said(session, ids)
    judged = [
        Ranked(
            person=person,
            asked_herself=when is not None,
            is_member=is_hers,
            load=held,
            availability=heard[person.id].of(
                shift.starts_at, shift.ends_at, activity_id=shift.activity_id, asked_at=when
            ),
            refusals=tuple(against(known[person.id], row, now=now)),
        )
        for person, when, is_hers, held in rows
    ]
    return sorted(judged, key=lambda one: (not one.can, ORDER.index(one.availability)))


def pencilled(
    session: Session, activity_id: int, *, from_at: datetime, until_at: datetime
) -> Sequence[Row[Assignment, Shift]]:
    """Drafts written by hand, not by a match run, in shifts that start in [from_at, until_at)."""
    return session.execute(
        select(Assignment, Shift)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Assignment.state == AssignmentState.DRAFTED, Assignment.match_run_id.is_(None))
        .where(Shift.activity_id == activity_id, Shift.starts_at >= from_at, Shift.starts_at < until_at)
        .order_by(Shift.starts_at, Assignment.id)
    ).all()


def elsewhere(
    session: Session, draft: Assignment, rows: Sequence[OpeningRow], *, now: datetime
) -> list[tuple[OpeningRow, list[Refused]]]:
    """Each of these openings with all that stands between it and the person of the draft, as if the draft were not."""
    if not rows:
        return []
    starts = [row.Shift.starts_at for row in rows]
    known = asking.candidates(session, [draft.volunteer_id], around=min(starts), until=max(starts))
    return [(row, against(known[draft.volunteer_id], row, now=now)) for row in rows]


def to_reveal(session: Session, *, now: datetime, limit: int) -> Sequence[Assignment]:
    """Drafts for unannounced checks, written by hand or of a plan that was published, that may be known by now."""
    reveals_at = Shift.starts_at - func.make_interval(0, 0, 0, 0, 0, Activity.reveal_before)
    published_runs = select(MatchRun.id).where(MatchRun.state == MatchRunState.PUBLISHED)
    return session.scalars(
        select(Assignment)
        .join(Shift, Shift.id == Assignment.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Assignment.state == AssignmentState.DRAFTED, Activity.reveal_before.is_not(None))
        .where(or_(Assignment.match_run_id.is_(None), Assignment.match_run_id.in_(published_runs)))
        .where(Activity.state == ActivityState.PUBLISHED, Shift.state == ShiftState.OPEN)
        .where(reveals_at <= now, Shift.starts_at > now)
        .order_by(Shift.starts_at, Assignment.id)
        .limit(limit)
    ).all()


def doubts(session: Session, drafts: Sequence[Row[Assignment, Shift]], *, now: datetime) -> dict[int, list[Refused]]:
    """What stands against each draft by now, by its id: what came in between, and other drafts of the same person."""
    if not drafts:
        return {}
    starts = [shift.starts_at for _draft, shift in drafts]
    people = {draft.volunteer_id for draft, _shift in drafts}
    known = asking.candidates(session, people, around=min(starts), until=max(starts))
    rows = openings(session, {draft.shift_role_id for draft, _shift in drafts})
    found: dict[int, list[Refused]] = {}
    for draft, _shift in drafts:
        row = rows[draft.shift_role_id]
        person = known[draft.volunteer_id]
        others = tuple(
            _as_commitment(rows[other.shift_role_id])
            for other, _ in drafts
            if other.volunteer_id == draft.volunteer_id and other.id != draft.id
        )
        person = replace(person, commitments=person.commitments + others)
        if reasons := against(person, row, now=now):
            found[draft.id] = reasons
    return found


def against(person: Candidate, row: OpeningRow, *, now: datetime) -> list[Refused]:
    """All that stands between a person and the place for a coordinator: closed sign-up is no matter to her."""
    place = as_opening(row)
    shut = [one for one in closed(place, now) if one.reason != Refusal.SIGN_UP_CLOSED]
    return [*shut, *unfit(person, place)]


def _as_commitment(row: OpeningRow) -> Commitment:
    shift: Shift = row.Shift
    rest = timedelta(minutes=shift.rest_after)
    return Commitment(shift.id, row.Activity.title, shift.starts_at, shift.ends_at, rest)


def _asked_at(row: OpeningRow) -> ScalarSelect[datetime]:
    """When she asked for a place in the shift, if she did: at most one asking stands."""
    return (
        select(SignUp.signed_up_at)
        .where(SignUp.shift_id == row.Shift.id, SignUp.volunteer_id == Volunteer.id, SignUp.state.in_(STANDING))
        .scalar_subquery()
    )


def _is_there(shift_id: int) -> ColumnElement[bool]:
    return exists().where(
        Assignment.shift_id == shift_id,
        Assignment.volunteer_id == Volunteer.id,
        Assignment.state.in_((*HOLDING, AssignmentState.DRAFTED)),
    )
