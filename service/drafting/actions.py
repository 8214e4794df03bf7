"""What a coordinator does by hand: pencil somebody in, rub her out, publish what is pencilled in.

A draft holds no place: two coordinators may pencil in more people than there are places, and see it. Who gets the
place is settled when it is published, under the same locks and rules as every offer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.drafting import queries
from service.matching.drafts import drop, offer_all
from service.matching.solution import Unplaced
from service.roster.actions import locked, occupied
from service.roster.models import HOLDING, Assignment
from service.signups import asking
from service.signups.models import STANDING, SignUp
from service.signups.queries import OpeningRow
from service.signups.rules import Refused
from service.terms import AssignmentState
from service.volunteers.queries import lock, lock_all


class CannotServe(Exception):
    """All that stands between a person and the place; `refusals` may be empty: she is in this shift already."""

    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__([refused.reason for refused in refusals])
        self.refusals = refusals


class NotADraft(Exception):
    """It was published or rubbed out meanwhile."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many people are being asked now; the drafts that no longer fit, each with its reasons; how many were left."""

    offered: int
    skipped: tuple[Unplaced, ...]
    left: int


def pencil_in(session: Session, *, row: OpeningRow, volunteer_id: int, account_id: int, now: datetime) -> Assignment:
    """Write down that this person is meant for the opening `row`. Twice is harmless. Raises CannotServe."""
    lock(session, volunteer_id)
    there = _in_shift(session, row.Shift.id, volunteer_id)
    if there is not None:
        if there.state == AssignmentState.DRAFTED and there.shift_role_id == row.ShiftRole.id:
            return there
        raise CannotServe(())
    person = asking.candidate(session, volunteer_id, around=row.Shift.starts_at)
    if refusals := queries.against(person, row, now=now):
        raise CannotServe(refusals)
    draft = Assignment(
        area_id=row.Shift.area_id,
        shift_id=row.Shift.id,
        shift_role_id=row.ShiftRole.id,
        volunteer_id=volunteer_id,
        signup_id=_sign_up_of(session, row, volunteer_id),
        state=AssignmentState.DRAFTED,
        occupies=occupied(row.Shift),
        assigned_at=now,
    )
    session.add(draft)
    session.flush()
    _note(session, "pencilled_in", draft, account_id=account_id, now=now)
    return draft


def rub_out(session: Session, *, assignment_id: int, account_id: int, now: datetime) -> Assignment:
    """Take a draft away; nobody had heard of it. Raises NotADraft when it has been published, or is gone."""
    draft = locked(session, assignment_id)
    if draft.state != AssignmentState.DRAFTED:
        raise NotADraft(f"assignment {assignment_id} is {draft.state}")
    drop(draft)
    _note(session, "rubbed_out", draft, account_id=account_id, now=now)
    return draft


def put(session: Session, *, assignment_id: int, row: OpeningRow, account_id: int, now: datetime) -> Assignment:
    """Rub a draft out and pencil the same person in for the opening `row`; the new draft.

    A draft that is somewhere else is another draft: whoever still holds the old one by its id has not seen that it was
    moved. Raises NotADraft, CannotServe: then the caller takes the whole of it back.
    """
    draft = rub_out(session, assignment_id=assignment_id, account_id=account_id, now=now)
    session.flush()
    return pencil_in(session, row=row, volunteer_id=draft.volunteer_id, account_id=account_id, now=now)


def publish(
    session: Session,
    *,
    activity_id: int,
    from_at: datetime,
    until_at: datetime,
    account_id: int,
    now: datetime,
    seen: Collection[int] | None = None,
) -> Published:
    """Ask everybody who is pencilled in for the activity's shifts of the window. Twice is harmless.

    With `seen`, only those drafts: what somebody else pencilled in meanwhile is hers to publish. A draft that no longer
    fits, or finds the place taken, is dropped and given back with its reasons.
    """
    found = queries.pencilled(session, activity_id, from_at=from_at, until_at=until_at)
    chosen = [draft for draft, _shift in found if seen is None or draft.id in seen]
    drafts, skipped = _offer(session, chosen, now=now)
    asked = [draft for draft in drafts if draft.state == AssignmentState.OFFERED]
    for draft in asked:
        _note(session, "published_draft", draft, account_id=account_id, now=now)
    return Published(len(asked), tuple(skipped), len(found) - len(chosen))


def ask(session: Session, draft: Assignment, *, account_id: int, now: datetime) -> bool:
    """Ask who is in this draft whether she comes; False where it no longer fits, and is dropped. One for an
    unannounced check stays a draft until its time has come."""
    still, skipped = _offer(session, [draft], now=now)
    for one in still:
        if one.state == AssignmentState.OFFERED:
            _note(session, "published_draft", one, account_id=account_id, now=now)
    return bool(still) and not skipped


def reveal_due(session: Session, *, now: datetime, limit: int = 50) -> int:
    """Ask those who are meant for an unannounced check whose time to be told has come; how many drafts were settled.

    One that no longer fits is dropped, as ever; the gap is seen on the desk, and others may be sought from now on.
    """
    drafts = queries.to_reveal(session, now=now, limit=limit)
    _offer(session, drafts, now=now)
    return len(drafts)


def _offer(session: Session, drafts: Sequence[Assignment], *, now: datetime) -> tuple[list[Assignment], list[Unplaced]]:
    """Lock their people, and offer what is still a draft then: those, and the ones among them that no longer fit."""
    lock_all(session, [draft.volunteer_id for draft in drafts])
    still = [draft for one in drafts if (draft := locked(session, one.id)).state == AssignmentState.DRAFTED]
    return still, offer_all(session, still, now=now)


def _in_shift(session: Session, shift_id: int, volunteer_id: int) -> Assignment | None:
    return session.scalar(
        select(Assignment)
        .where(Assignment.shift_id == shift_id, Assignment.volunteer_id == volunteer_id)
        .where(Assignment.state.in_((*HOLDING, AssignmentState.DRAFTED)))
        .execution_options(populate_existing=True)
    )


def _sign_up_of(session: Session, row: OpeningRow, volunteer_id: int) -> int | None:
    """The sign-up by which she asked for this very place, so that it is settled with the offer."""
    return session.scalar(
        select(SignUp.id).where(
            SignUp.shift_role_id == row.ShiftRole.id,
            SignUp.volunteer_id == volunteer_id,
            SignUp.state.in_(STANDING),
        )
    )


def _note(session: Session, verb: str, draft: Assignment, *, account_id: int, now: datetime) -> None:
    audit.note_about(session, verb, draft, account_id=account_id, now=now, volunteer_id=draft.volunteer_id)
