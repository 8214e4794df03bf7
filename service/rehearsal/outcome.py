"""What a play came to, read from its shadows: plain values to be kept with the rehearsal.

`{"entries": [...], "gaps": [...], "failed": n}`, all instants in ISO 8601. An entry has `at` and `what`: a `message`
(kind, channel, text, or the reason why it was not sent), a `rung` (outcome, until when it waits, how many it asked) or
an `answer` (by assumption). Names in texts are masked; links, which would answer for somebody, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from service.accounts.models import Account
from service.activities.models import Activity, ActivityRole, Shift, ShiftRole
from service.backfill import queries as backfill
from service.backfill.models import Backfill, BackfillStep, Invitation
from service.notifications.models import Notification
from service.notifications.subjects import ASSIGNMENTS, INVITATIONS, SHIFT_ROLES, SIGNUPS, SWAP_ASKINGS
from service.outbox import OutboxReaction
from service.places.queries import within
from service.rehearsal.models import Rehearsal
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.swaps.models import Swap, SwapAsking
from service.terms import ActivityState, NotificationState, ShiftState
from service.volunteers.models import Volunteer
from service.wording import masked_name

Entry: TypeAlias = dict[str, Any]
LINK = re.compile(r"https?://[^\s。，）]+")


def outcome(session: Session, rehearsal: Rehearsal, *, until_at: datetime) -> dict[str, Any]:
    """Everything that happened in the area, or about the activity, from the beginning of the play to `until_at`."""
    entries = [*_messages(session, rehearsal), *_rungs(session, rehearsal), *_answers(session, rehearsal)]
    return {
        "entries": sorted(entries, key=lambda entry: (entry["at"], entry["what"], entry["id"])),
        "gaps": list(_gaps(session, rehearsal, until_at=until_at)),
        "failed": session.scalar(select(func.count()).where(OutboxReaction.dead_at.is_not(None))),
    }


def _messages(session: Session, rehearsal: Rehearsal) -> Iterator[Entry]:
    rows = session.execute(
        select(Notification, Volunteer.name, Account.name.label("account"))
        .outerjoin(Volunteer, Volunteer.id == Notification.volunteer_id)
        .outerjoin(Account, Account.id == Notification.account_id)
        .where(Notification.settled_at >= rehearsal.from_at, within(Notification.area_id, [rehearsal.area_id]))
        .where(Notification.state != NotificationState.PLANNED)
        .order_by(Notification.id)
    ).all()
    kept = _about(session, rehearsal, [row.Notification for row in rows])
    for notification, name, account in rows:
        if notification.id in kept:
            yield {
                "at": _iso(notification.settled_at),
                "what": "message",
                "id": notification.id,
                "kind": notification.kind,
                "volunteer_id": notification.volunteer_id,
                "name": masked_name(name) if name else account,
                "channel": notification.channel,
                "text": _shown(notification.text or "", name),
                "unsent": notification.unsent_reason,
            }


def _shown(text: str, name: str | None) -> str:
    return LINK.sub("……", text.replace(name, masked_name(name)) if name else text)


def _about(session: Session, rehearsal: Rehearsal, notifications: Sequence[Notification]) -> Collection[int]:
    """Which of them speak of the rehearsed activity; all of them where an area is rehearsed."""
    if rehearsal.activity_id is None:
        return {n.id for n in notifications}
    roles = _roles(rehearsal)
    subjects: dict[str, Select[Any]] = {
        ASSIGNMENTS: select(Assignment.id).where(Assignment.shift_role_id.in_(roles)),
        SIGNUPS: select(SignUp.id).where(SignUp.shift_role_id.in_(roles)),
        SHIFT_ROLES: roles,
        INVITATIONS: select(Invitation.id).join(Backfill).where(Backfill.shift_role_id.in_(roles)),
        SWAP_ASKINGS: select(SwapAsking.id).join(Swap).join(Assignment, Assignment.id == Swap.assignment_id)
        .where(Assignment.shift_role_id.in_(roles)),
    }  # fmt: skip
    ids = {name: set(session.scalars(statement)) for name, statement in subjects.items()}
    return {
        n.id
        for n in notifications
        if any(known.intersection(n.subject_ids.get(name, ())) for name, known in ids.items())
    }


def _roles(rehearsal: Rehearsal) -> Select[Any]:
    """Ids of the roles of all shifts rehearsed."""
    statement = select(ShiftRole.id).join(Shift, Shift.id == ShiftRole.shift_id)
    if rehearsal.activity_id is not None:
        return statement.where(Shift.activity_id == rehearsal.activity_id)
    return statement.where(within(Shift.area_id, [rehearsal.area_id]))


def _places(*columns: Any) -> Select[Any]:
    """What is read of a role whatever happened there."""
    return (
        select(Activity.title, ActivityRole.name.label("role"), Shift.id.label("shift_id"), Shift.starts_at, *columns)
        .select_from(ShiftRole)
        .join(Shift, Shift.id == ShiftRole.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(ActivityRole, ActivityRole.id == ShiftRole.activity_role_id)
    )


def _of(row: Row[Any]) -> Entry:
    return {"title": row.title, "role": row.role, "shift_id": row.shift_id, "starts_at": _iso(row.starts_at)}


def _rungs(session: Session, rehearsal: Rehearsal) -> Iterator[Entry]:
    asked = (
        select(func.count())
        .where(Invitation.backfill_id == BackfillStep.backfill_id, Invitation.rung == BackfillStep.rung)
        .scalar_subquery()
    )
    rows = session.execute(
        _places(BackfillStep, asked.label("asked"))
        .join(Backfill, Backfill.shift_role_id == ShiftRole.id)
        .join(BackfillStep, BackfillStep.backfill_id == Backfill.id)
        .where(ShiftRole.id.in_(_roles(rehearsal)), BackfillStep.climbed_at >= rehearsal.from_at)
        .order_by(BackfillStep.id)
    )
    for row in rows:
        step = row.BackfillStep
        yield _of(row) | {
            "at": _iso(step.climbed_at),
            "what": "rung",
            "id": step.id,
            "rung": step.rung,
            "outcome": step.outcome,
            "until_at": _iso(step.until_at) if step.until_at else None,
            "asked": row.asked,
        }


def _answers(session: Session, rehearsal: Rehearsal) -> Iterator[Entry]:
    roles = _roles(rehearsal)
    offers = (
        _places(Assignment.id, Assignment.answered_at, Assignment.state, Assignment.volunteer_id, Volunteer.name)
        .join(Assignment, Assignment.shift_role_id == ShiftRole.id)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
        .where(ShiftRole.id.in_(roles), Assignment.answered_at >= rehearsal.from_at)
        .where(Assignment.answer_by.is_not(None))
        .order_by(Assignment.id)
    )
    invitations = (
        _places(Invitation.id, Invitation.answered_at, Invitation.state, Invitation.volunteer_id, Volunteer.name)
        .join(Backfill, Backfill.shift_role_id == ShiftRole.id)
        .join(Invitation, Invitation.backfill_id == Backfill.id)
        .join(Volunteer, Volunteer.id == Invitation.volunteer_id)
        .where(ShiftRole.id.in_(roles), Invitation.answered_at >= rehearsal.from_at)
        .order_by(Invitation.id)
    )
    for statement in (offers, invitations):
        for row in session.execute(statement):
            yield _of(row) | {
                "at": _iso(row.answered_at),
                "what": "answer",
                "id": row.id,
                "volunteer_id": row.volunteer_id,
                "name": masked_name(row.name),
                "state": row.state,
            }


def _gaps(session: Session, rehearsal: Rehearsal, *, until_at: datetime) -> Iterator[Entry]:
    """Roles of shifts that begin meanwhile and have fewer people than they need who said yes."""
    rows = session.execute(
        _places(ShiftRole)
        .where(ShiftRole.id.in_(_roles(rehearsal)), Shift.state == ShiftState.OPEN)
        .where(Activity.state == ActivityState.PUBLISHED)
        .where(Shift.starts_at >= rehearsal.from_at, Shift.starts_at < until_at)
        .order_by(Shift.starts_at, ShiftRole.id)
    ).all()
    for row in rows:
        need = backfill.need(session, row.ShiftRole)
        if need.missing:
            yield _of(row) | {"missing": need.missing, "needed": need.min_needed, "offered": need.offered}


def _iso(instant: datetime | None) -> str:
    return instant.isoformat() if instant is not None else ""
