"""What the audit holds, as an administrator searches it: by who did it, whom or what it is about, and when.

Lines of an area are shown to who administers it. Lines of no area are the whole house's: only who administers the top
of the tree sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from service import audit
from service.accounts.models import Account
from service.activities.models import Activity
from service.audit import AuditEntry
from service.calendars.rules import instant
from service.places.models import Area
from service.places.queries import within
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.teams.models import Team
from service.volunteers.models import Volunteer
from service.volunteers.queries import is_called


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. Empty: everything. `about` is part of a volunteer's name, or the beginning of its pinyin."""

    by: str = ""
    about: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def wanted(*, by: str, about: str, since: date | None, until: date | None, verb: str = "") -> Wanted:
    """As it is asked for: whole days here, both of them included."""
    return Wanted(
        by=by,
        about=about,
        verb=verb,
        since=instant(since, time.min) if since else None,
        until=instant(until + timedelta(days=1), time.min) if until else None,
    )


def note_search(session: Session, *, account_id: int, area_id: int, found: int, now: datetime) -> None:
    """Somebody was looked for in the audit, which is a look at her."""
    audit.note(
        session,
        verb="searched_audit",
        subject=("audit", None),
        account_id=account_id,
        area_id=area_id,
        now=now,
        found=found,
    )


def entries(
    session: Session, asked: Wanted, *, scope_ids: Sequence[int], before_id: int | None = None, limit: int = 50
) -> Sequence[Row[AuditEntry, str | None]]:
    """(entry, name of who did it; None for the system itself), newest first."""
    statement = (
        select(AuditEntry, Account.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .where(_is_theirs(session, scope_ids), *_conditions(asked, scope_ids))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        statement = statement.where(AuditEntry.id < before_id)
    return session.execute(statement).all()


def names(session: Session, found: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """What each subject is called, by its kind and id; subjects without a name of their own are left out."""
    ids: dict[str, set[int]] = {}
    for entry in found:
        if entry.subject_id is not None:
            ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    return {
        (kind, row_id): name
        for kind, row_ids in ids.items()
        if kind in _NAMED
        for row_id, name in session.execute(_NAMED[kind].where(_ID[kind].in_(row_ids)))
    }


def _is_theirs(session: Session, scope_ids: Sequence[int]) -> ColumnElement[bool]:
    own = within(AuditEntry.area_id, scope_ids)
    tops = select(Area.id).where(Area.id.in_(scope_ids), Area.parent_id.is_(None)).limit(1)
    return or_(own, AuditEntry.area_id.is_(None)) if session.scalar(tops) is not None else own


def _conditions(asked: Wanted, scope_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.by:
        conditions.append(Account.name.contains(asked.by, autoescape=True))
    if asked.about:
        conditions.append(_concerns(asked.about, scope_ids))
    if asked.verb:
        conditions.append(AuditEntry.verb == asked.verb)
    if asked.since is not None:
        conditions.append(AuditEntry.at >= asked.since)
    if asked.until is not None:
        conditions.append(AuditEntry.at < asked.until)
    return conditions


def _concerns(text: str, scope_ids: Sequence[int]) -> ColumnElement[bool]:
    """The line is about somebody of these areas with such a name: herself, her account, her sign-ups, her places."""
    people = select(Volunteer.id).where(is_called(text), within(Volunteer.area_id, scope_ids))
    about = {
        "volunteer": people,
        "account": select(Account.id).where(
            or_(Account.volunteer_id.in_(people), Account.name.contains(text, autoescape=True))
        ),
        "signup": select(SignUp.id).where(SignUp.volunteer_id.in_(people)),
        "assignment": select(Assignment.id).where(Assignment.volunteer_id.in_(people)),
    }
    return or_(*(and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(ids)) for kind, ids in about.items()))


_ID = {
    "volunteer": Volunteer.id,
    "account": Account.id,
    "signup": SignUp.id,
    "assignment": Assignment.id,
    "area": Area.id,
    "team": Team.id,
    "activity": Activity.id,
}
_NAMED = {
    "volunteer": select(Volunteer.id, Volunteer.name),
    "account": select(Account.id, Account.name),
    "signup": select(SignUp.id, Volunteer.name).join(Volunteer, Volunteer.id == SignUp.volunteer_id),
    "assignment": select(Assignment.id, Volunteer.name).join(Volunteer, Volunteer.id == Assignment.volunteer_id),
    "area": select(Area.id, Area.name),
    "team": select(Team.id, Team.name),
    "activity": select(Activity.id, Activity.title),
}
