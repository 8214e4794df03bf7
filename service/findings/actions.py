"""What can be done about findings: say where they are carried, note one, settle it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities.models import Activity, Shift
from service.calendars.rules import local
from service.events import FindingNoted, FindingSettled
from service.findings import queries
from service.findings.models import Carrying, Finding
from service.roster.queries import serves_in


class NothingKept(Exception):
    """The activity keeps no findings: nobody has said where they are carried."""


class NotHerShift(Exception):
    """Only who serves in the shift writes there, from its start until LATE after its end."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: a person who serves in the shift, or an account that coordinates there."""

    account_id: int | None
    volunteer_id: int | None = None


def carry(
    session: Session,
    activity: Activity,
    *,
    to: Activity,
    account_id: int | None,
    now: datetime,
    within_days: int | None = None,
) -> None:
    """From now on what the activity finds is on the agenda of `to`, which may be itself.

    With `within_days` each new finding has to be settled so many days after its own at the latest.
    """
    told = {"to_id": to.id, "within_days": within_days}
    row = insert(Carrying).values(activity_id=activity.id, **told)
    session.execute(row.on_conflict_do_update(index_elements=["activity_id"], set_=told))
    audit.note_about(session, "carries_findings", activity, account_id=account_id, now=now)


def stop_carrying(session: Session, activity: Activity, *, account_id: int | None, now: datetime) -> None:
    """The activity keeps no findings any more; those there are stay. Twice is harmless."""
    session.execute(delete(Carrying).where(Carrying.activity_id == activity.id))
    audit.note_about(session, "stopped_carrying_findings", activity, account_id=account_id, now=now)


def note(
    session: Session, shift: Shift, *, by: Writer, words: str, now: datetime, place_id: int | None = None
) -> Finding:
    """Write down what was found in a shift. Raises NothingKept, NotHerShift."""
    carrying = session.get(Carrying, shift.activity_id)
    if carrying is None:
        raise NothingKept(f"activity {shift.activity_id} keeps no findings")
    _check(session, shift, by=by, now=now)
    days = carrying.within_days
    made = Finding(
        area_id=shift.area_id,
        shift_id=shift.id,
        place_id=place_id,
        volunteer_id=by.volunteer_id,
        account_id=by.account_id if by.volunteer_id is None else None,
        words=words,
        found_at=now,
        due_on=None if days is None else local(now).date() + timedelta(days=days),
    )
    session.add(made)
    session.flush()
    outbox.record(session, FindingNoted(made.id))
    audit.note_about(session, "noted_finding", made, account_id=by.account_id, now=now)
    return made


def settle(
    session: Session, finding_id: int, *, by: Writer, outcome: str, now: datetime, shift: Shift | None = None
) -> Finding:
    """Say what came of it, in a shift to which it came or at the desk. The first answer stands; twice is harmless.

    Raises NotHerShift for a volunteer who does not serve in `shift`, or to whose shift it did not come.
    """
    finding = session.scalars(
        select(Finding).where(Finding.id == finding_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if by.volunteer_id is not None:
        if shift is None or finding.id not in {row.Finding.id for row in queries.agenda(session, shift)}:
            raise NotHerShift(f"finding {finding_id} is not on her agenda")
        _check(session, shift, by=by, now=now)
    if finding.settled_at is None:
        finding.outcome, finding.settled_at, finding.settled_by = outcome, now, by.account_id
        finding.settled_in_id = shift.id if shift is not None else None
        session.flush()
        outbox.record(session, FindingSettled(finding.id))
        audit.note_about(session, "settled_finding", finding, account_id=by.account_id, now=now)
    return finding


def can_write(session: Session, shift: Shift, *, volunteer_id: int, now: datetime) -> bool:
    """Whether she serves in the shift and it has begun, and is not long over."""
    is_time = shift.starts_at <= now < shift.ends_at + queries.LATE
    return is_time and serves_in(session, shift.id, volunteer_id=volunteer_id)


def _check(session: Session, shift: Shift, *, by: Writer, now: datetime) -> None:
    if by.volunteer_id is not None and not can_write(session, shift, volunteer_id=by.volunteer_id, now=now):
        raise NotHerShift(f"volunteer {by.volunteer_id} does not serve in shift {shift.id}, or not now")
