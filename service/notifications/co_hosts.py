"""What is said about holding an activity together: to who is asked, and to who asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.calendars.rules import local
from service.notifications import queries
from service.notifications.hosting import CO_HOSTS
from service.notifications.wanted import To, Wanted, notify_all
from service.partners import queries as partners
from service.partners.models import CoHost
from service.terms import CoHostState, NotificationKind


def tell_asked(session: Session, *, co_host_id: int, now: datetime) -> None:
    """Ask the coordinators nearest to the co-host and those who lead it, but not who asks. Once for each asking."""
    co_host = session.get(CoHost, co_host_id)
    if co_host is None or co_host.state != CoHostState.ASKED or co_host.asked_at is None:
        return
    key = f"co_host:{co_host.id}:{co_host.asked_at.timestamp():.0f}"
    wanted = [
        Wanted(
            kind=NotificationKind.CO_HOST_ASKED,
            key=f"{key}:{whom}",
            to=to,
            subject_ids={CO_HOSTS: [co_host.id]},
            area_id=session.get_one(Activity, co_host.activity_id).area_id,
        )
        for whom, to in _who_answers(session, co_host, now=now)
    ]
    notify_all(session, wanted, now=now)


def _who_answers(session: Session, co_host: CoHost, *, now: datetime) -> Iterator[tuple[str, To]]:
    """A lead who coordinates there as well is asked once, as a coordinator."""
    accounts = queries.coordinators(session, partners.host_area(session, co_host))
    for account_id in accounts:
        if account_id != co_host.account_id:
            yield f"a{account_id}", To(account_id=account_id)
    told = queries.volunteers_behind(session, [*accounts, *filter(None, [co_host.account_id])])
    for volunteer_id in partners.leads(session, co_host, day=local(now).date()):
        if volunteer_id not in told:
            yield f"v{volunteer_id}", To(volunteer_id=volunteer_id)


def tell_answered(session: Session, *, co_host_id: int, now: datetime) -> None:
    """Tell who asked what came of it, unless she typed the answer herself; once for each answer."""
    co_host = session.get(CoHost, co_host_id)
    if co_host is None or co_host.answered_at is None:
        return
    area_id = session.get_one(Activity, co_host.activity_id).area_id
    asked_by = [co_host.account_id] if co_host.account_id else queries.coordinators(session, area_id)
    wanted = [
        Wanted(
            kind=NotificationKind.CO_HOST_ANSWERED,
            key=f"co_host_answered:{co_host.id}:{co_host.answered_at.timestamp():.0f}:a{account_id}",
            to=To(account_id=account_id),
            subject_ids={CO_HOSTS: [co_host.id]},
            area_id=area_id,
        )
        for account_id in asked_by
        if account_id != co_host.answered_by
    ]
    notify_all(session, wanted, now=now)
