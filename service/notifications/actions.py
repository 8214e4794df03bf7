"""What can be asked of notifications: tell somebody something, once. Sending is another matter (sending.py).

Each message has a key, and a key exists once: telling twice tells once. Whether a message is still true is
looked at when it is sent, so nothing here asks twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.accounts.models import LoginCode
from service.activities.models import Shift, ShiftRole
from service.backfill import queries as backfill
from service.backfill.models import BackfillStep, Invitation
from service.calendars.quiet import quiet_hours
from service.calendars.rules import local
from service.notifications import calls, queries
from service.notifications.models import Notification
from service.notifications.rules import timing
from service.notifications.subjects import INVITATIONS, SWAP_ASKINGS
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.swaps import queries as swaps
from service.swaps.models import Swap
from service.terms import (
    AssignmentState,
    NotificationKind,
    NotificationState,
    ReleaseReason,
    Rung,
    RungOutcome,
    ShiftState,
    SignUpState,
    SwapState,
    UnsentReason,
)
from service.tracing import request_id
from service.watches import queries as watches

#: A freed place is first offered to those who wait; only if it is still free after this is the coordinator told.
GAP_PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Who a message is for: exactly one of them."""

    volunteer_id: int | None = None
    account_id: int | None = None
    phone_sealed: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A message to be sent: `starts_at` of the shift it is about, `not_before` the earliest time to send it."""

    kind: NotificationKind
    key: str
    to: To
    subject_ids: Mapping[str, Sequence[int]]
    area_id: int | None = None
    starts_at: datetime | None = None
    not_before: datetime | None = None


def notify(session: Session, wanted: Wanted, *, now: datetime) -> int | None:
    """Ask for one message; its id, or None when it was asked for before."""
    return notify_all(session, [wanted], now=now).get(wanted.key)


def notify_all(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> dict[str, int]:
    """Ask for many messages; the ids of those not asked for before, by key.

    In quiet hours they wait for the morning, unless pressing (rules.timing); what would come after the start is
    written down as unsent with that reason.
    """
    if not wanted:
        return {}
    rows = [_row(one, now=now) for one in wanted]
    statement = insert(Notification).on_conflict_do_nothing(index_elements=["key"])
    made = session.execute(statement.returning(Notification.key, Notification.id), rows)
    return dict(made.all())


def _row(wanted: Wanted, *, now: datetime) -> dict[str, Any]:
    earliest = max(now, wanted.not_before or now)
    when = timing(wanted.kind, now=earliest, quiet=quiet_hours(), starts_at=wanted.starts_at)
    is_unsent = when.unsent_reason is not None
    return {
        **asdict(wanted.to),
        "kind": wanted.kind,
        "key": wanted.key,
        "subject_ids": {name: list(ids) for name, ids in wanted.subject_ids.items()},
        "area_id": wanted.area_id,
        "send_at": when.send_at,
        "is_urgent": when.is_urgent,
        "state": NotificationState.UNSENT if is_unsent else NotificationState.PLANNED,
        "unsent_reason": when.unsent_reason,
        "settled_at": now if is_unsent else None,
        "request_id": request_id(),
    }


def tell_login_code(session: Session, *, login_code_id: int, now: datetime) -> None:
    """Send six digits to the number they were asked for."""
    code = session.get_one(LoginCode, login_code_id)
    wanted = Wanted(
        kind=NotificationKind.LOGIN_CODE,
        key=f"login_code:{code.id}",
        to=To(phone_sealed=code.phone_sealed),
        subject_ids={"login_code_ids": [code.id]},
    )
    notify(session, wanted, now=now)


def tell_signed_up(session: Session, *, signup_id: int, now: datetime) -> None:
    """Say what came of a sign-up: received, confirmed or on the waitlist; nothing if it is over already."""
    signup = session.get_one(SignUp, signup_id)
    kind = {
        SignUpState.PENDING: NotificationKind.SIGN_UP_RECEIVED,
        SignUpState.CONFIRMED: NotificationKind.SIGN_UP_CONFIRMED,
        SignUpState.WAITLISTED: NotificationKind.SIGN_UP_WAITLISTED,
    }.get(signup.state)
    if kind is not None:
        notify(session, _about_signup(session, signup, kind=kind, key=f"signed_up:{signup.id}"), now=now)


def tell_waitlisted(session: Session, *, signup_id: int, now: datetime) -> None:
    """Say that a plan had no place for a sign-up and that it waits now; nothing if it does not wait any more."""
    signup = session.get_one(SignUp, signup_id)
    if signup.state == SignUpState.WAITLISTED:
        key = f"waitlisted:{signup.id}"
        notify(session, _about_signup(session, signup, kind=NotificationKind.SIGN_UP_WAITLISTED, key=key), now=now)


def tell_withdrawn(session: Session, *, signup_id: int, now: datetime) -> None:
    """Confirm a withdrawal, each one of a sign-up that was withdrawn, undone and withdrawn again."""
    signup = session.get_one(SignUp, signup_id)
    if signup.state == SignUpState.WITHDRAWN and signup.withdrawn_at is not None:
        key = f"withdrawn:{signup.id}:{signup.withdrawn_at.timestamp():.0f}"
        notify(session, _about_signup(session, signup, kind=NotificationKind.SIGN_UP_WITHDRAWN, key=key), now=now)


def tell_sign_up_declined(session: Session, *, signup_id: int, now: datetime) -> None:
    """Say that a sign-up came to nothing: because the shift was called off, or because others got the places."""
    signup = session.get_one(SignUp, signup_id)
    if session.get_one(Shift, signup.shift_id).state == ShiftState.CANCELLED:
        kind, key = NotificationKind.SHIFT_CANCELLED, _cancelled_key(signup)
    else:
        kind, key = NotificationKind.SIGN_UP_DECLINED, f"declined:{signup.id}"
    notify(session, _about_signup(session, signup, kind=kind, key=key), now=now)


def tell_offered(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Ask somebody whether she takes the place kept for her."""
    assignment = session.get_one(Assignment, assignment_id)
    kind, key = NotificationKind.PLACE_OFFERED, calls.offer_keys(assignment.id)[0]
    notify(session, _about_assignment(session, assignment, kind=kind, key=key), now=now)


def ask_again(session: Session, *, assignment_id: int, now: datetime) -> None:
    """She has not answered: the same question once more, and the time after that on the coordinator's call list.

    Whoever is to be called about it anyway is on that list already.
    """
    assignment = session.get_one(Assignment, assignment_id, populate_existing=True)
    if assignment.state != AssignmentState.OFFERED or calls.is_open(session, calls.offer_keys(assignment_id)):
        return
    _first, again, by_phone = calls.offer_keys(assignment_id)
    is_call = assignment.asked_again > 1
    kind = NotificationKind.OFFER_CALL if is_call else NotificationKind.PLACE_OFFERED
    notify(session, _about_assignment(session, assignment, kind=kind, key=by_phone if is_call else again), now=now)


def tell_released(session: Session, *, assignment_id: int, now: datetime) -> None:
    """Tell somebody that she is no longer expected, if she ever was. Who withdrew is told by her withdrawal."""
    assignment = session.get_one(Assignment, assignment_id)
    reason = assignment.release_reason
    never_asked = assignment.answer_by is None and assignment.answered_at is None
    if assignment.state != AssignmentState.RELEASED or reason == ReleaseReason.WITHDREW or never_asked:
        return
    if reason in (ReleaseReason.SHIFT_CANCELLED, ReleaseReason.ACTIVITY_CANCELLED):
        kind, key = NotificationKind.SHIFT_CANCELLED, _cancelled_key(assignment)
    else:
        kind, key = NotificationKind.PLACE_RELEASED, f"released:{assignment.id}"
    notify(session, _about_assignment(session, assignment, kind=kind, key=key), now=now)


def tell_moved(session: Session, *, shift_id: int, now: datetime) -> None:
    """Tell whoever holds or awaits a place the new time; news of an earlier move still unsent is superseded."""
    shift = session.get_one(Shift, shift_id)
    wanted = [
        Wanted(
            kind=NotificationKind.SHIFT_MOVED,
            key=f"moved:{shift_id}:{volunteer_id}:{shift.version}",
            to=To(volunteer_id=volunteer_id),
            subject_ids={subject: [subject_id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
        )
        for volunteer_id, subject, subject_id in queries.people_of(session, shift_id)
    ]
    _supersede(session, prefix=f"moved:{shift_id}:", but={one.key for one in wanted}, now=now)
    notify_all(session, wanted, now=now)


def tell_gap(session: Session, *, shift_role_id: int, now: datetime) -> None:
    """Tell the nearest coordinators, once a day, that a role has fewer people than it needs.

    The place may yet be taken from the waitlist: the message waits GAP_PATIENCE, and goes only if the gap is still
    there. A gap that closed by itself and opens again the same day is told after all.
    """
    role = session.get_one(ShiftRole, shift_role_id, populate_existing=True)
    shift = session.get_one(Shift, role.shift_id)
    if role.taken >= role.min_needed or shift.state == ShiftState.CANCELLED or now >= shift.starts_at:
        return
    wanted = [
        Wanted(
            kind=NotificationKind.GAP_OPENED,
            key=f"gap:{role.id}:{account_id}:{local(now).date()}",
            to=To(account_id=account_id),
            subject_ids={"shift_role_ids": [role.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
        for account_id in queries.coordinators(session, shift.area_id)
    ]
    made = notify_all(session, wanted, now=now)
    _ask_again(session, [one for one in wanted if one.key not in made], now=now)


def tell_place_free(session: Session, *, shift_role_id: int, now: datetime) -> None:
    """Tell whoever watches for it that a place fell free, once for each shift, if it still is after GAP_PATIENCE."""
    role = session.get_one(ShiftRole, shift_role_id)
    shift = session.get_one(Shift, role.shift_id)
    wanted = [
        Wanted(
            kind=NotificationKind.PLACE_FREE,
            key=f"place_free:{shift.id}:{one.volunteer_id}",
            to=To(volunteer_id=one.volunteer_id),
            subject_ids={"shift_role_ids": [shift_role_id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
        for one in watches.to_be_told(session, shift_role_id)
    ]
    notify_all(session, wanted, now=now)


def ask_to_step_in(session: Session, *, invitation_id: int, now: datetime) -> None:
    """Ask somebody to take the place of who cannot come: over her own channel, or by telephone if her rung says so.

    In quiet hours only where her rung may wake people; else it waits for the morning.
    """
    invitation = session.get_one(Invitation, invitation_id)
    starts_at = backfill.opening_of_search(session, invitation.backfill_id).Shift.starts_at
    wanted = Wanted(
        kind=NotificationKind.SUBSTITUTE_CALL if invitation.by_phone else NotificationKind.SUBSTITUTE_WANTED,
        key=calls.asking_key(invitation.id),
        to=To(volunteer_id=invitation.volunteer_id),
        subject_ids={INVITATIONS: [invitation.id]},
        area_id=invitation.area_id,
        starts_at=starts_at if invitation.wakes else None,
    )
    notify(session, wanted, now=now)


def call_unanswered(session: Session, *, backfill_step_id: int, now: datetime) -> None:
    """The last rung: whoever was asked and has not answered is to be called, unless she is on the list already."""
    step = session.get_one(BackfillStep, backfill_step_id)
    if step.rung != Rung.CALLS or step.outcome != RungOutcome.CLIMBED:
        return
    asked = backfill.unanswered(session, step.backfill_id)
    listed = calls.listed(session, [one.id for one in asked])
    wanted = [
        Wanted(
            kind=NotificationKind.SUBSTITUTE_CALL,
            key=calls.calling_key(one.id),
            to=To(volunteer_id=one.volunteer_id),
            subject_ids={INVITATIONS: [one.id]},
            area_id=one.area_id,
        )
        for one in asked
        if one.id not in listed
    ]
    notify_all(session, wanted, now=now)


def ask_to_swap(session: Session, *, swap_id: int, now: datetime) -> None:
    """Ask those who could take the place. It is a favour: nobody is woken for it."""
    shift = _given_shift(session, session.get_one(Swap, swap_id))
    wanted = [
        Wanted(
            kind=NotificationKind.SWAP_WANTED,
            key=calls.swap_key(one.id),
            to=To(volunteer_id=one.volunteer_id),
            subject_ids={SWAP_ASKINGS: [one.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
        )
        for one in swaps.unanswered(session, swap_id)
    ]
    notify_all(session, wanted, now=now)


def tell_to_approve(session: Session, *, swap_id: int, now: datetime) -> None:
    """Two have agreed to a swap: the nearest coordinators are to say yes or no."""
    shift = _given_shift(session, session.get_one(Swap, swap_id))
    asking = swaps.accepted(session, swap_id)
    if asking is None:
        return
    wanted = [
        Wanted(
            kind=NotificationKind.SWAP_TO_APPROVE,
            key=f"swap_to_approve:{swap_id}:{account_id}",
            to=To(account_id=account_id),
            subject_ids={SWAP_ASKINGS: [asking.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
        )
        for account_id in queries.coordinators(session, shift.area_id)
    ]
    notify_all(session, wanted, now=now)


def tell_swap_closed(session: Session, *, swap_id: int, now: datetime) -> None:
    """Done: each is told of her new place; of the one she gave away, by its release. Not done: that all stays as it is.

    Who took it back knows, and so does whoever was asked and had not said yes.
    """
    swap = session.get_one(Swap, swap_id)
    if swap.state == SwapState.DONE:
        wanted = [
            _about_assignment(session, new, kind=NotificationKind.SWAP_DONE, key=f"swapped:{new.id}")
            for new in swaps.taken(session, swap)
        ]
    else:
        wanted = _about_nothing(session, swap)
    notify_all(session, wanted, now=now)


def _about_nothing(session: Session, swap: Swap) -> list[Wanted]:
    """To the giver, unless it was her doing, and to whoever had agreed."""
    given, asking = session.get_one(Assignment, swap.assignment_id), swaps.accepted(session, swap.id)
    kind, key = NotificationKind.SWAP_OFF, f"swap_off:{swap.id}:"
    wanted = []
    if swap.state != SwapState.TAKEN_BACK:
        wanted.append(_about_assignment(session, given, kind=kind, key=f"{key}{given.volunteer_id}"))
    if asking is not None:
        about = _about_assignment(session, given, kind=kind, key=f"{key}{asking.volunteer_id}")
        wanted.append(replace(about, to=To(volunteer_id=asking.volunteer_id), subject_ids={SWAP_ASKINGS: [asking.id]}))
    return wanted


def _given_shift(session: Session, swap: Swap) -> Shift:
    return session.get_one(Shift, session.get_one(Assignment, swap.assignment_id).shift_id)


def _about_signup(session: Session, signup: SignUp, *, kind: NotificationKind, key: str) -> Wanted:
    return Wanted(
        kind=kind,
        key=key,
        to=To(volunteer_id=signup.volunteer_id),
        subject_ids={"signup_ids": [signup.id]},
        area_id=signup.area_id,
        starts_at=session.get_one(Shift, signup.shift_id).starts_at,
    )


def _about_assignment(session: Session, assignment: Assignment, *, kind: NotificationKind, key: str) -> Wanted:
    return Wanted(
        kind=kind,
        key=key,
        to=To(volunteer_id=assignment.volunteer_id),
        subject_ids={"assignment_ids": [assignment.id]},
        area_id=assignment.area_id,
        starts_at=session.get_one(Shift, assignment.shift_id).starts_at,
    )


def _cancelled_key(concerned: SignUp | Assignment) -> str:
    """One message a person and shift, whether she hears of it through her sign-up or her place."""
    return f"shift_cancelled:{concerned.shift_id}:{concerned.volunteer_id}"


def _supersede(session: Session, *, prefix: str, but: Collection[str], now: datetime) -> None:
    """Planned messages with such keys will not be sent, but for those being sent this moment."""
    session.execute(
        update(Notification)
        .where(Notification.key.startswith(prefix, autoescape=True), Notification.key.not_in(but))
        .where(Notification.state == NotificationState.PLANNED)
        .where(or_(Notification.leased_until.is_(None), Notification.leased_until < func.now()))
        .values(state=NotificationState.UNSENT, unsent_reason=UnsentReason.SUPERSEDED, settled_at=now)
    )


def _ask_again(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> None:
    """Plan messages anew that were found superfluous when they were about to be sent."""
    for one in wanted:
        row = _row(one, now=now)
        session.execute(
            update(Notification)
            .where(Notification.key == one.key, Notification.unsent_reason == UnsentReason.SUPERSEDED)
            .values({name: row[name] for name in ("state", "unsent_reason", "settled_at", "send_at")})
        )
