"""Askings to hold an activity together, as messages speak of them: read for a whole batch, when it is sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from service.activities.models import Activity
from service.notifications.occasions import senders
from service.partners import queries as partners
from service.partners.models import CoHost
from service.terms import ActivityState, CoHostState

#: How a notification names askings among its subjects.
CO_HOSTS = "co_host_ids"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Who is asked to hold what together with which community, from when on, with people for which roles."""

    host: str
    title: str
    community: str
    landline: str
    contact_name: str
    from_on: date
    is_once: bool
    roles: tuple[str, ...]
    state: CoHostState
    reason: str
    is_off: bool = False


def hostings(session: Session, co_host_ids: Collection[int]) -> dict[int, Hosting]:
    """Each of these askings that still is there, by its id."""
    if not co_host_ids:
        return {}
    rows = session.execute(
        select(CoHost, Activity)
        .join(Activity, Activity.id == CoHost.activity_id)
        .where(CoHost.id.in_(co_host_ids))
        .options(selectinload(Activity.series))
    ).all()
    names = {one.id: name for one, name in partners.co_hosts(session, {activity.id for _one, activity in rows})}
    roles = partners.roles_of(session, [one.id for one, _activity in rows])
    from_whom = senders(session, {activity.area_id for _one, activity in rows})
    return {
        one.id: Hosting(
            host=names[one.id],
            title=activity.title,
            community=from_whom[activity.area_id].community,
            landline=from_whom[activity.area_id].landline or activity.contact_phone,
            contact_name=activity.contact_name,
            from_on=min(series.from_on for series in activity.series),
            is_once=len(activity.series) == 1 and activity.series[0].plan.is_once,
            roles=tuple(role.name for role in roles.get(one.id, ())),
            state=CoHostState(one.state),
            reason=one.reason.rstrip("。"),
            is_off=activity.state == ActivityState.CANCELLED,
        )
        for one, activity in rows
    }
