"""Named reads of risk notices and their confirmations."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.activities.models import Activity, Shift
from service.risks.models import RiskConfirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A notice that a person has not confirmed as it is now."""

    volunteer_id: int
    activity_id: int
    title: str
    version: int
    text: str


def unconfirmed(session: Session, *, volunteer_id: int, activity_id: int) -> Risk | None:
    """What she must confirm before she takes a place in the activity; None where there is nothing to confirm."""
    return _risk(session, _of_activity(volunteer_id).where(Activity.id == activity_id), volunteer_id)


def unconfirmed_in(session: Session, *, volunteer_id: int, shift_id: int) -> Risk | None:
    """The same for the activity of a shift."""
    its = _of_activity(volunteer_id).join(Shift, Shift.activity_id == Activity.id).where(Shift.id == shift_id)
    return _risk(session, its, volunteer_id)


def is_unconfirmed(volunteer_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether the activity's notice must be confirmed and she has not confirmed it as it is now."""
    confirmed = exists().where(
        RiskConfirmation.activity_id == Activity.id,
        RiskConfirmation.version == Activity.risk_version,
        RiskConfirmation.volunteer_id == volunteer_id,
    )
    return Activity.must_confirm_risk & ~confirmed


def _of_activity(volunteer_id: int) -> Select[Activity]:
    return select(Activity).where(is_unconfirmed(volunteer_id))


def _risk(session: Session, statement: Select[Activity], volunteer_id: int) -> Risk | None:
    activity = session.scalar(statement)
    if activity is None:
        return None
    return Risk(
        volunteer_id=volunteer_id,
        activity_id=activity.id,
        title=activity.title,
        version=activity.risk_version,
        text=activity.risk_notice,
    )
