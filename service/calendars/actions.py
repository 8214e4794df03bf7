"""What is done to the calendar: paste a year's notice, say when school is held, note that it will be hot."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit, outbox
from service.calendars import queries
from service.calendars.models import (
    ONE_TERM_AT_A_TIME,
    HeatWarning,
    HolidayNotice,
    HolidayNoticeDay,
    QuietHours,
    SchoolTerm,
)
from service.calendars.notice import Notice
from service.calendars.quiet import Quiet
from service.db import refusing
from service.events import CalendarChanged, HeatWarningChanged
from service.places.models import Area
from service.terms import HeatLevel


class TermsOverlap(Exception):
    """The area has another term at that time."""


def save_notice(session: Session, notice: Notice, *, text: str, now: datetime, account_id: int | None) -> HolidayNotice:
    """Keep a year's notice; an earlier one for the same year gives way. What depends on it follows the event."""
    session.execute(delete(HolidayNoticeDay).where(HolidayNoticeDay.year == notice.year))
    kept = session.merge(HolidayNotice(year=notice.year, text=text, saved_at=now, saved_by=account_id))
    session.flush()
    for day in notice.days:
        session.merge(HolidayNoticeDay(on_date=day.on_date, year=notice.year, is_work=day.is_work, name=day.name))
    session.flush()
    for area_id in session.scalars(select(Area.id).where(Area.parent_id.is_(None))):
        outbox.record(session, CalendarChanged(area_id))
    audit.note(session, verb="saved_notice", subject=("holiday_notice", notice.year), account_id=account_id, now=now)
    return kept


def add_term(
    session: Session,
    *,
    area_id: int,
    name: str,
    from_on: date,
    until_on: date,
    now: datetime,
    account_id: int | None,
) -> SchoolTerm:
    """Say when school is held in an area and all below it. Raises TermsOverlap."""
    term = SchoolTerm(area_id=area_id, name=name, from_on=from_on, until_on=until_on)
    refusal = TermsOverlap(f"area {area_id} has another term between {from_on} and {until_on}")
    with refusing(session, ONE_TERM_AT_A_TIME, refusal):
        session.add(term)
    _changed(session, term, verb="added_term", now=now, account_id=account_id)
    return term


def drop_term(session: Session, term: SchoolTerm, *, now: datetime, account_id: int | None) -> None:
    """Take a term back."""
    _changed(session, term, verb="dropped_term", now=now, account_id=account_id)
    session.delete(term)
    session.flush()


def _changed(session: Session, term: SchoolTerm, *, verb: str, now: datetime, account_id: int | None) -> None:
    outbox.record(session, CalendarChanged(term.area_id))
    audit.note_about(session, verb, term, account_id=account_id, now=now)


#: People have to be reachable for so long each day: who is asked must hear of it in time.
LEAST_AWAKE = timedelta(hours=8)


class NeverAwake(Exception):
    """So long a night would leave too little of the day in which people can be written to."""


def choose_quiet_hours(session: Session, quiet: Quiet, *, account_id: int | None, now: datetime) -> None:
    """From now on nobody is written to in these hours; equal ends mean none. Raises NeverAwake.

    What was to go out then waits for the morning; what is urgent does not.
    """
    if quiet.awake < LEAST_AWAKE:
        raise NeverAwake(f"only {quiet.awake} of the day would be left")
    if quiet == queries.quiet_hours(session):
        return
    said = {"begins": quiet.begins, "ends": quiet.ends, "account_id": account_id, "chosen_at": now}
    row = insert(QuietHours).values(id=1, **said)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=said))
    audit.note(
        session,
        verb="chose_quiet_hours",
        subject=("quiet_hours", None),
        account_id=account_id,
        now=now,
        begins=f"{quiet.begins:%H:%M}",
        ends=f"{quiet.ends:%H:%M}",
    )


def warn_of_heat(
    session: Session,
    *,
    area_id: int,
    level: HeatLevel,
    from_on: date,
    until_on: date,
    now: datetime,
    account_id: int,
) -> HeatWarning:
    """Note a warning of high temperature for an area and all below it.

    From now on nobody is placed outdoors in the hours that are too hot for her (`heat.heat_in`). Whoever has a place
    keeps it: she is told what follows for her, and the roster and the desk tell whom it concerns.
    """
    warning = HeatWarning(
        area_id=area_id, level=level, from_on=from_on, until_on=until_on, noted_by=account_id, noted_at=now
    )
    session.add(warning)
    session.flush()
    _note_heat(session, warning, verb="warned_of_heat", now=now, account_id=account_id)
    return warning


def withdraw_heat_warning(session: Session, warning: HeatWarning, *, now: datetime, account_id: int) -> None:
    """It does not hold any more. Twice is harmless."""
    if warning.withdrawn_at is None:
        warning.withdrawn_at, warning.withdrawn_by = now, account_id
        _note_heat(session, warning, verb="withdrew_heat_warning", now=now, account_id=account_id)


def restore_heat_warning(session: Session, warning: HeatWarning, *, now: datetime, account_id: int) -> None:
    """It holds after all. Twice is harmless."""
    if warning.withdrawn_at is not None:
        warning.withdrawn_at = warning.withdrawn_by = None
        _note_heat(session, warning, verb="restored_heat_warning", now=now, account_id=account_id)


def _note_heat(session: Session, warning: HeatWarning, *, verb: str, now: datetime, account_id: int) -> None:
    session.flush()
    outbox.record(session, HeatWarningChanged(warning.id))
    audit.note_about(
        session,
        verb,
        warning,
        account_id=account_id,
        now=now,
        level=HeatLevel(warning.level).value,
        from_on=warning.from_on.isoformat(),
        until_on=warning.until_on.isoformat(),
    )
