"""What can be done about a risk notice: confirm it; and nobody takes a place before she has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity
from service.risks.models import RiskConfirmation
from service.risks.queries import Risk, unconfirmed_in
from service.terms import RiskDoor


class RiskUnconfirmed(Exception):
    """She has said yes, and has not confirmed the risk notice as it is now: nothing was done."""

    def __init__(self, risk: Risk) -> None:
        super().__init__(f"volunteer {risk.volunteer_id} has not confirmed notice {risk.version} of {risk.activity_id}")
        self.risk = risk


def confirm(
    session: Session,
    *,
    volunteer_id: int,
    activity_id: int,
    version: int,
    door: RiskDoor,
    now: datetime,
    recorded_by: int | None = None,
) -> bool:
    """She knows what is dangerous there. Twice keeps the first; False for a version that is no longer the notice.

    `recorded_by` is the coordinator who read it out to her.
    """
    activity = session.get_one(Activity, activity_id)
    if not activity.must_confirm_risk or version != activity.risk_version:
        return False
    confirmed = session.execute(
        insert(RiskConfirmation)
        .values(
            activity_id=activity_id,
            version=version,
            volunteer_id=volunteer_id,
            door=door,
            confirmed_at=now,
            recorded_by=recorded_by,
        )
        .on_conflict_do_nothing()
        .returning(RiskConfirmation.version)
    )
    if confirmed.scalar() is not None and recorded_by is not None:
        audit.note(
            session,
            verb="confirmed_risk_for",
            subject=("volunteer", volunteer_id),
            account_id=recorded_by,
            area_id=activity.area_id,
            now=now,
            activity_id=activity_id,
            version=version,
        )
    return True


def require(session: Session, *, volunteer_id: int, shift_id: int) -> None:
    """Who takes a place in this shift knows what is dangerous there. Raises RiskUnconfirmed."""
    if risk := unconfirmed_in(session, volunteer_id=volunteer_id, shift_id=shift_id):
        raise RiskUnconfirmed(risk)
