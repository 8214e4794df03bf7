"""Who is to come to an activity with a risk notice, and has she confirmed it as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.risks.models import RiskConfirmation
from service.risks.queries import is_unconfirmed
from service.roster.models import AWAITED, SURE, Assignment
from service.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is to come, next at `next_at`, with the newest confirmation of hers, perhaps of an older text."""

    person: Volunteer
    next_at: datetime
    confirmation: RiskConfirmation | None
    version: int

    @property
    def is_confirmed(self) -> bool:
        """Whether she has confirmed the text of this `version`, which is the newest."""
        return self.confirmation is not None and self.confirmation.version == self.version


def readers(session: Session, activity: Activity, *, now: datetime) -> list[Reader]:
    """Everybody who holds or is offered a place in a shift that is not over, those who have not confirmed in front."""
    coming = session.execute(
        select(Volunteer, func.min(Shift.starts_at))
        .join(Assignment, Assignment.volunteer_id == Volunteer.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(Shift.activity_id == activity.id, Shift.ends_at > now, Assignment.state.in_(AWAITED))
        .group_by(Volunteer.id)
        .order_by(func.min(Shift.starts_at), Volunteer.pinyin, Volunteer.id)
    ).all()
    newest = {
        one.volunteer_id: one
        for one in session.scalars(
            select(RiskConfirmation)
            .where(RiskConfirmation.activity_id == activity.id)
            .where(RiskConfirmation.volunteer_id.in_([person.id for person, _ in coming]))
            .order_by(RiskConfirmation.version)
        )
    }
    read = [Reader(person, next_at, newest.get(person.id), activity.risk_version) for person, next_at in coming]
    return sorted(read, key=lambda one: one.is_confirmed)


def to_confirm(session: Session, volunteer_id: int, *, now: datetime) -> Sequence[Activity]:
    """The activities she has said yes to whose notice is another since, or was not confirmed by her, by title."""
    return session.scalars(
        select(Activity)
        .join(Shift, Shift.activity_id == Activity.id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Assignment.volunteer_id == volunteer_id, Assignment.state.in_(SURE), Shift.ends_at > now)
        .where(is_unconfirmed(volunteer_id))
        .distinct()
        .order_by(Activity.title, Activity.id)
    ).all()
