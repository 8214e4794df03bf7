"""Drafts: a plan's placements as rows that hold no place, until they become offers or are dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import outbox
from service.activities.models import Activity, Shift, ShiftRole
from service.activities.queries import share_shifts
from service.availability.queries import said
from service.availability.rules import Said
from service.db import one_of
from service.events import SignUpDeclined, SignUpWaitlisted
from service.matching import queries
from service.matching.blockers import Blocker, Hindrance
from service.matching.models import MatchRun
from service.matching.solution import Solution, Unplaced
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups.asking import candidate
from service.signups.models import STANDING, SignUp
from service.signups.queries import OpeningRow, as_opening, openings
from service.signups.rules import refusals, refusals_to_stand_by
from service.terms import AssignmentState, Availability, MatchRunState, Refusal, ReleaseReason, SignUpState


def write(session: Session, run: MatchRun, solution: Solution, *, now: datetime) -> None:
    """One drafted assignment for each placement, and for each who is to stand by."""
    proposed = [*((one, False) for one in solution.placements), *((one, True) for one in solution.stand_bys)]
    role_ids = {placement.opening_id for placement, _ in proposed}
    shifts = dict(
        session.execute(
            select(ShiftRole.id, Shift)
            .join(Shift, Shift.id == ShiftRole.shift_id)
            .where(one_of(ShiftRole.id, role_ids))
        ).all()
    )
    for placement, is_stand_by in proposed:
        shift = shifts[placement.opening_id]
        session.add(
            Assignment(
                area_id=shift.area_id,
                shift_id=shift.id,
                shift_role_id=placement.opening_id,
                volunteer_id=placement.person_id,
                signup_id=placement.signup_id,
                match_run_id=run.id,
                state=AssignmentState.DRAFTED,
                is_stand_by=is_stand_by,
                occupies=roster.occupied(shift),
                assigned_at=now,
            )
        )
    session.flush()


def lock_unpublished(session: Session, run: MatchRun) -> Sequence[MatchRun]:
    """Earlier plans in the run's way that were not published. Waits for a publishing under way."""
    return session.scalars(
        select(MatchRun)
        .where(queries.beside(run), MatchRun.state == MatchRunState.DRAFTED)
        .order_by(MatchRun.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def throw_away(session: Session, run: MatchRun) -> None:
    """Drop what is left of a run's drafts. Nobody was told of them, so nobody is told now."""
    for draft in queries.drafts(session, run.id):
        drop(draft)
    run.state = MatchRunState.DISCARDED


def offer_all(session: Session, drafts: Iterable[Assignment], *, now: datetime) -> list[Unplaced]:
    """Make each draft an offer, and all of one person one asking. Those that no longer fit are dropped and given back
    with all the reasons. Those for unannounced checks stay drafts until their time has come (`reveal_due`).

    The caller holds the locks of their people.
    """
    drafts, skipped = list(drafts), []
    heard = said(session, {draft.volunteer_id for draft in drafts})
    # Read at once, and held: a session forgets what nobody holds, and would read it again for each draft.
    rows = openings(session, {draft.shift_role_id for draft in drafts})
    share_shifts(session, {draft.shift_id for draft in drafts})
    first: dict[int, int] = {}
    for draft in drafts:
        row = rows[draft.shift_role_id]
        if row.Activity.is_hidden(row.Shift, now=now):
            continue
        if reasons := _offer(session, draft, row, heard[draft.volunteer_id], now=now):
            drop(draft)
            skipped.append(
                Unplaced(
                    person_id=draft.volunteer_id,
                    opening_id=draft.shift_role_id,
                    signup_id=draft.signup_id,
                    blockers=reasons,
                )
            )
        else:
            draft.asked_with_id = first.setdefault(draft.volunteer_id, draft.id)
    return skipped


def answer_unplaced(session: Session, signup_ids: Collection[int], *, now: datetime) -> tuple[int, int]:
    """Move sign-ups that still await the matcher to the waitlist, or decline them; how many of each.

    They are declined when the activity has no waitlist or the shift has begun. The caller holds their people's locks.
    """
    waitlisted = declined = 0
    rows = session.execute(
        select(SignUp, Shift.starts_at, Activity.has_waitlist)
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(one_of(SignUp.id, signup_ids), SignUp.state == SignUpState.PENDING, ~queries.has_place())
        .order_by(SignUp.id)
        .with_for_update(of=SignUp)
        .execution_options(populate_existing=True)
    )
    for signup, starts_at, has_waitlist in rows:
        if has_waitlist and now < starts_at:
            signup.move(SignUpState.WAITLISTED)
            outbox.record(session, SignUpWaitlisted(signup.id))
            waitlisted += 1
        else:
            signup.move(SignUpState.DECLINED)
            outbox.record(session, SignUpDeclined(signup.id))
            declined += 1
    return waitlisted, declined


def _offer(session: Session, draft: Assignment, row: OpeningRow, heard: Said, *, now: datetime) -> tuple[Blocker, ...]:
    """Turn a draft into an offer; the reasons if it cannot be, and then nothing has changed."""
    signup = _locked_sign_up(session, draft)
    if signup is not None and signup.state not in STANDING:
        return (Blocker(Hindrance.WITHDRAWN),)
    is_willing = draft.match_run_id is None or _says_she_can(heard, signup, row.Shift)
    if reasons := _reasons_against(session, draft, row, is_willing=is_willing, now=now):
        return reasons
    try:
        with session.begin_nested():
            offered = roster.offer(
                session,
                row=row,
                volunteer_id=draft.volunteer_id,
                now=now,
                assignment=draft,
                as_stand_by=draft.is_stand_by,
            )
    except roster.ConflictingDuty:
        return (Blocker(Refusal.OVERLAP),)
    if offered is None:
        return (Blocker(Refusal.FULL),)
    if draft.is_stand_by:
        # What she asked for is another thing, and answered by itself.
        draft.signup_id = None
    elif signup is not None and signup.state == SignUpState.WAITLISTED:
        signup.move(SignUpState.PENDING)
    return ()


def _locked_sign_up(session: Session, draft: Assignment) -> SignUp | None:
    return session.scalar(
        select(SignUp).where(SignUp.id == draft.signup_id).with_for_update().execution_options(populate_existing=True)
    )


def _reasons_against(
    session: Session, draft: Assignment, row: OpeningRow, *, is_willing: bool, now: datetime
) -> tuple[Blocker, ...]:
    """Everything that has come in between since the plan was made."""
    if not is_willing:
        return (Blocker(Hindrance.UNAVAILABLE),)
    person = candidate(session, draft.volunteer_id, around=row.Shift.starts_at)
    if any(duty.shift_id == draft.shift_id for duty in person.commitments):
        return (Blocker(Hindrance.SAME_SHIFT, shift_id=draft.shift_id),)
    ask = refusals_to_stand_by if draft.is_stand_by else refusals
    reasons = ask(person, as_opening(row), now)
    return tuple(Blocker.from_refused(refused) for refused in reasons if refused.reason != Refusal.SIGN_UP_CLOSED)


def _says_she_can(heard: Said, signup: SignUp | None, shift: Shift) -> bool:
    """What a coordinator pencilled in by hand she has her reasons for; a plan goes by what people say."""
    asked_at = signup.signed_up_at if signup is not None else None
    says = heard.of(shift.starts_at, shift.ends_at, activity_id=shift.activity_id, asked_at=asked_at)
    return says != Availability.CANNOT


def drop(draft: Assignment) -> None:
    """Take a draft away; nobody was told of it."""
    draft.move(AssignmentState.RELEASED)
    draft.release_reason = ReleaseReason.REPLANNED
