"""It is too hot outdoors for somebody who is to come: she is told so, and told again when it is not any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service.notifications.gaps import GAP_PATIENCE
from service.notifications.models import Notification
from service.notifications.subjects import ASSIGNMENTS
from service.notifications.wanted import To, Wanted, notify_all, plan_anew
from service.roster.heat import heat_for, places_under
from service.terms import NotificationKind, NotificationState

#: What is said of the heat in one place, in turns.
IN_TURNS = (NotificationKind.SHIFT_TOO_HOT, NotificationKind.SHIFT_HEAT_OVER)


def tell_heat(session: Session, *, heat_warning_id: int, now: datetime) -> None:
    """Tell whoever is asked or has said yes to a shift on the days of this warning what has changed for her.

    It counts whether it is too hot for her there by all warnings together, and what she heard last of it: a second
    warning that changes nothing for her says nothing, and that it is over hears only who was told of it. A warning may
    be taken back at once, so it waits GAP_PATIENCE, and goes only if it is still true then.
    """
    places = places_under(session, heat_warning_id, now=now)
    hot = heat_for(session, [place.id for place, _shift in places])
    told = _told(session, {place.volunteer_id for place, _shift in places})
    wanted = [
        Wanted(
            kind=_next(told[place.id]),
            key=f"heat:{place.id}:{told[place.id]}",
            to=To(volunteer_id=place.volunteer_id),
            subject_ids={ASSIGNMENTS: [place.id]},
            area_id=place.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
        for place, shift in places
        if (place.id in hot) == (_next(told[place.id]) == NotificationKind.SHIFT_TOO_HOT)
    ]
    made = notify_all(session, wanted, now=now)
    plan_anew(session, [one for one in wanted if one.key not in made], now=now)


def _next(told: int) -> NotificationKind:
    """What can be said after so many messages."""
    return IN_TURNS[told % 2]


def _told(session: Session, volunteer_ids: Collection[int]) -> Counter[int]:
    """Place → how many messages about its heat were sent, or are being sent this moment."""
    is_out = or_(Notification.state == NotificationState.SENT, Notification.leased_until > func.now())
    sent = session.scalars(
        select(Notification.subject_ids).where(
            Notification.volunteer_id.in_(sorted(volunteer_ids)), Notification.kind.in_(IN_TURNS), is_out
        )
    )
    return Counter(place_id for subject_ids in sent for place_id in subject_ids[ASSIGNMENTS])
