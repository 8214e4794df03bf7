"""A place taken, or a place in the queue: the one statement by which no shift is oversold, once per sign-up of a rush.

What a sign-up is judged by before is in asking.py; whatever raced since is refused here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached

from service import bell
from service.activities.models import Shift
from service.db import after_commit, fetch
from service.roster.models import ONE_PLACE_AT_A_TIME
from service.signups.models import SignUp
from service.signups.rules import Opening, Party
from service.terms import Refusal, ShiftState
from service.tracing import request_id


def take_or_queue(
    session: Session, opening: Opening, *, party: Party, now: datetime, **asked: object
) -> SignUp | Refusal:
    """The new sign-up of all in the party; or why there is none: the shift was cancelled or filled meanwhile, or she
    has another duty at that time by now. `asked` are further columns: who asks, and how."""
    values = {
        "shift_id": opening.shift_id,
        "shift_role_id": opening.shift_role_id,
        "is_instant": opening.is_instant,
        "has_waitlist": opening.has_waitlist,
        "places": party.places,
        "with_adults": party.with_adults,
        "with_children": party.with_children,
        "guardian_consent_at": now if party.with_children else None,
        "now": now,
        "request_id": request_id(),
    }
    try:
        row = fetch(session, _TAKE_OR_QUEUE, {**values, **asked})
    except IntegrityError as error:
        if any(name in str(error.orig) for name in ONE_PLACE_AT_A_TIME):
            return Refusal.OVERLAP
        raise
    if row is None:
        is_open = session.scalar(select(Shift.state).where(Shift.id == opening.shift_id)) == ShiftState.OPEN
        return Refusal.FULL if is_open else Refusal.SHIFT_CANCELLED
    after_commit(session, bell.ring)
    return _stored(session, SignUp(**row._asdict()))


def _stored(session: Session, signup: SignUp) -> SignUp:
    """A sign-up that is in the database already, put into the session as if it had been read."""
    make_transient_to_detached(signup)
    session.add(signup)
    return signup


_SIGN_UP = SignUp.__table__.columns
#: One statement, so that the hot row is locked as shortly as can be. FOR SHARE makes it wait for a
#: cancellation under way, and see it. The guard `taken + places <= max_needed` takes no lock once it is full, and
#: gives a family all its places or none. A place that was freed belongs to whoever waits and has room in it: nobody new
#: takes it before them.
_TAKE_OR_QUEUE = f"""
WITH open_shift AS (
    SELECT id, area_id, starts_at, ends_at, rest_after FROM shift
    WHERE id = %(shift_id)s AND state = 'open' FOR SHARE
), place AS (
    UPDATE shift_role SET taken = taken + %(places)s FROM open_shift
    WHERE %(is_instant)s AND shift_role.id = %(shift_role_id)s AND shift_role.shift_id = open_shift.id
      AND taken + %(places)s <= max_needed
      AND NOT EXISTS (SELECT FROM signup w WHERE w.shift_role_id = %(shift_role_id)s AND w.state = 'waitlisted'
                         AND taken + 1 + w.with_adults + w.with_children <= max_needed)
    RETURNING shift_role.id
), asked AS (
    INSERT INTO signup (area_id, shift_id, shift_role_id, volunteer_id, state, rank, note, via,
                        asked_by, asked_how, typed_by, signed_up_at, with_adults, with_children, guardian_consent_at)
    SELECT area_id, id, %(shift_role_id)s, %(volunteer_id)s,
           CASE WHEN NOT %(is_instant)s THEN 'pending'
                WHEN EXISTS (SELECT FROM place) THEN 'confirmed' ELSE 'waitlisted' END,
           %(rank)s, %(note)s, %(via)s, %(asked_by)s, %(asked_how)s, %(typed_by)s, %(now)s,
           %(with_adults)s, %(with_children)s, %(guardian_consent_at)s
    FROM open_shift
    WHERE NOT %(is_instant)s OR %(has_waitlist)s OR EXISTS (SELECT FROM place)
    RETURNING {", ".join(_SIGN_UP.keys())}
), assigned AS (
    INSERT INTO assignment (area_id, shift_id, shift_role_id, volunteer_id, signup_id, state, occupies,
                            assigned_at, answered_at, decline_reason, version, places)
    SELECT open_shift.area_id, open_shift.id, %(shift_role_id)s, %(volunteer_id)s, asked.id, 'confirmed',
           tstzrange(starts_at, ends_at + make_interval(mins => rest_after)), %(now)s, %(now)s, '', 1, %(places)s
    FROM asked, open_shift WHERE asked.state = 'confirmed'
    RETURNING id
), told AS (
    INSERT INTO outbox_event (kind, payload, request_id)
    SELECT 'SignedUp', jsonb_build_object('signup_id', id), %(request_id)s FROM asked
    UNION ALL
    SELECT 'AssignmentConfirmed', jsonb_build_object('assignment_id', id), %(request_id)s FROM assigned
)
SELECT * FROM asked
"""  # noqa: S608 (only our own names go in)
