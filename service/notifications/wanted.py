"""A message is wanted: write it down once, to be sent when its time comes (sending.py).

Each message has a key, and a key exists once: asked for twice, it is sent once. Whether it is still true is
looked at when it is sent, so nothing here asks twice.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.calendars.queries import quiet_hours
from service.db import fetch_all
from service.notifications.leasing import LEASE, Leased
from service.notifications.models import Notification
from service.notifications.timing import Timing, timing
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import NotificationKind, NotificationState, UnsentReason
from service.tracing import request_id


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Who a message is for: exactly one of them."""

    volunteer_id: int | None = None
    account_id: int | None = None
    phone_sealed: bytes | None = None
    group_id: int | None = None


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
    return _write_down(session, _timed(session, wanted, now=now), now=now, lease=None)


def take_in_hand(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> list[Leased]:
    """The same for messages that the caller sends as soon as this transaction has committed: they are leased to it.

    Should it die before, the lease runs out like any other, and the sweep sends them. Those not asked for before,
    as far as they may go now.
    """
    timed = _timed(session, wanted, now=now)
    made = _write_down(session, timed, now=now, lease=LEASE)
    return [
        Leased(
            id=made[one.key],
            key=one.key,
            kind=one.kind,
            area_id=one.area_id,
            volunteer_id=one.to.volunteer_id,
            account_id=one.to.account_id,
            phone_sealed=one.to.phone_sealed,
            group_id=one.to.group_id,
            subject_ids=one.subject_ids,
            is_urgent=when.is_urgent,
            send_at=when.send_at,
            attempts=1,
            request_id=request_id(about=_only_subject(one)),
        )
        for one, when in timed
        if one.key in made and when.unsent_reason is None and when.send_at <= now
    ]


def _timed(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> list[tuple[Wanted, Timing]]:
    """Each with when it goes. In the order of their keys, so that two who ask for the same cannot block each other."""
    quiet = quiet_hours(session)
    return [
        (one, timing(one.kind, now=max(now, one.not_before or now), quiet=quiet, starts_at=one.starts_at))
        for one in sorted(wanted, key=attrgetter("key"))
    ]


def _write_down(
    session: Session, timed: Sequence[tuple[Wanted, Timing]], *, now: datetime, lease: timedelta | None
) -> dict[str, int]:
    if not timed:
        return {}
    values = {
        "area_ids": [one.area_id for one, _ in timed],
        "volunteer_ids": [one.to.volunteer_id for one, _ in timed],
        "account_ids": [one.to.account_id for one, _ in timed],
        "phones": [one.to.phone_sealed for one, _ in timed],
        "group_ids": [one.to.group_id for one, _ in timed],
        "kinds": [str(one.kind) for one, _ in timed],
        "keys": [one.key for one, _ in timed],
        "subjects": [json.dumps({name: list(ids) for name, ids in one.subject_ids.items()}) for one, _ in timed],
        "are_urgent": [when.is_urgent for _, when in timed],
        "send_ats": [when.send_at.isoformat() for _, when in timed],
        "reasons": [when.unsent_reason and str(when.unsent_reason) for _, when in timed],
        "request_ids": [request_id(about=_only_subject(one)) for one, _ in timed],
    }
    return dict(fetch_all(session, _INSERT, values | {"now": now, "lease": lease}, of=lambda key, one: (key, one)))


_INSERT = """
INSERT INTO notification (area_id, volunteer_id, account_id, phone_sealed, group_id, kind, key, subject_ids, is_urgent,
                          send_at, state, unsent_reason, settled_at, request_id, attempts, leased_until)
SELECT area_id, volunteer_id, account_id, phone_sealed, group_id, kind, key, subject_ids, is_urgent, send_at,
       CASE WHEN reason IS NULL THEN 'planned' ELSE 'unsent' END, reason, CASE WHEN reason IS NOT NULL THEN %(now)s END,
       request_id, is_ours::int, CASE WHEN is_ours THEN now() + %(lease)s END
FROM (
    SELECT *, %(lease)s::interval IS NOT NULL AND reason IS NULL AND send_at <= %(now)s AS is_ours
    FROM unnest(%(area_ids)s::bigint[], %(volunteer_ids)s::bigint[], %(account_ids)s::bigint[], %(phones)s::bytea[],
                %(group_ids)s::bigint[], %(kinds)b::text[], %(keys)b::text[], %(subjects)b::text[]::jsonb[],
                %(are_urgent)b::boolean[], %(send_ats)b::text[]::timestamptz[], %(reasons)b::text[],
                %(request_ids)b::text[])
        AS t(area_id, volunteer_id, account_id, phone_sealed, group_id, kind, key, subject_ids, is_urgent, send_at,
             reason, request_id)
) AS wanted
ON CONFLICT (key) DO NOTHING RETURNING key, id"""


def _only_subject(wanted: Wanted) -> int | None:
    """The id of the one thing a message is about; None where there are several."""
    ids = [one for of_kind in wanted.subject_ids.values() for one in of_kind]
    return ids[0] if len(ids) == 1 else None


def about_signup(signup: SignUp, shift: Shift, *, kind: NotificationKind, key: str) -> Wanted:
    return Wanted(
        kind=kind,
        key=key,
        to=To(volunteer_id=signup.volunteer_id),
        subject_ids={"signup_ids": [signup.id]},
        area_id=signup.area_id,
        starts_at=shift.starts_at,
    )


def about_assignment(assignment: Assignment, shift: Shift, *, kind: NotificationKind, key: str) -> Wanted:
    return Wanted(
        kind=kind,
        key=key,
        to=To(volunteer_id=assignment.volunteer_id),
        subject_ids={"assignment_ids": [assignment.id]},
        area_id=assignment.area_id,
        starts_at=shift.starts_at,
    )


def supersede(session: Session, *, prefix: str, but: Collection[str], now: datetime) -> None:
    """Planned messages with such keys will not be sent, but for those being sent this moment."""
    session.execute(
        update(Notification)
        .where(Notification.key.startswith(prefix, autoescape=True), Notification.key.not_in(but))
        .where(Notification.state == NotificationState.PLANNED)
        .where(_is_free())
        .values(state=NotificationState.UNSENT, unsent_reason=UnsentReason.SUPERSEDED, settled_at=now)
    )


def rewrite(session: Session, wanted: Sequence[Wanted]) -> None:
    """Messages asked for before that have not gone out: they are about what is said here, and go when they are to."""
    for one in wanted:
        session.execute(
            update(Notification)
            .where(Notification.key == one.key, Notification.state != NotificationState.SENT, _is_free())
            .values(subject_ids={name: list(ids) for name, ids in one.subject_ids.items()}, area_id=one.area_id)
        )


def _is_free() -> ColumnElement[bool]:
    """Whether no sender has it in hand this moment."""
    return or_(Notification.leased_until.is_(None), Notification.leased_until < func.now())


def plan_anew(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> None:
    """Plan messages anew that were found superfluous when they were about to be sent."""
    for one, when in _timed(session, wanted, now=now):
        is_unsent = when.unsent_reason is not None
        session.execute(
            update(Notification)
            .where(Notification.key == one.key, Notification.unsent_reason == UnsentReason.SUPERSEDED)
            .values(
                state=NotificationState.UNSENT if is_unsent else NotificationState.PLANNED,
                unsent_reason=when.unsent_reason,
                settled_at=now if is_unsent else None,
                send_at=when.send_at,
            )
        )
