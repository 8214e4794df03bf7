"""A message is wanted: write it down once, to be sent when its time comes (sending.py).

Each message has a key, and a key exists once: asked for twice, it is sent once. Whether it is still true is
looked at when it is sent, so nothing here asks twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.calendars.quiet import quiet_hours
from service.notifications.models import Notification
from service.notifications.rules import timing
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
    if not wanted:
        return {}
    # In the order of their keys, so that two who ask for the same messages cannot block each other for good.
    rows = [_row(one, now=now) for one in sorted(wanted, key=attrgetter("key"))]
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
        "request_id": request_id(about=_only_subject(wanted)),
    }


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
        .where(or_(Notification.leased_until.is_(None), Notification.leased_until < func.now()))
        .values(state=NotificationState.UNSENT, unsent_reason=UnsentReason.SUPERSEDED, settled_at=now)
    )


def plan_anew(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> None:
    """Plan messages anew that were found superfluous when they were about to be sent."""
    for one in wanted:
        row = _row(one, now=now)
        session.execute(
            update(Notification)
            .where(Notification.key == one.key, Notification.unsent_reason == UnsentReason.SUPERSEDED)
            .values({name: row[name] for name in ("state", "unsent_reason", "settled_at", "send_at")})
        )
