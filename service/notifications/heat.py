"""It is too hot outdoors for somebody who is to come: she is told so, and told again when it is not any more."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.db import one_of
from service.notifications.gaps import GAP_PATIENCE
from service.notifications.models import Notification
from service.notifications.subjects import ASSIGNMENTS
from service.notifications.wanted import To, Wanted, notify_all, plan_anew, rewrite
from service.roster.heat import awaited_in, awaited_under, heat_for, places_ahead
from service.roster.models import Assignment
from service.terms import NotificationKind, NotificationState, UnsentReason
from service.volunteers.queries import lock_all

HOT, OVER, MOVED = NotificationKind.SHIFT_TOO_HOT, NotificationKind.SHIFT_HEAT_OVER, NotificationKind.SHIFT_MOVED


def tell_heat(session: Session, *, heat_warning_id: int, now: datetime) -> None:
    """A warning was noted, taken back, or holds after all."""
    _tell(session, awaited_under(session, heat_warning_id, now=now), now=now)


def tell_heat_in(
    session: Session, *, now: datetime, shift_id: int | None = None, activity_id: int | None = None
) -> None:
    """A shift was moved, or an activity has gone outdoors or indoors."""
    _tell(session, awaited_in(session, shift_id=shift_id, activity_id=activity_id, now=now), now=now)


def _tell(session: Session, volunteer_ids: Collection[int], *, now: datetime) -> None:
    """Tell these people what has changed for them, of all their places in one message.

    It counts whether it is too hot for her there by all warnings together, and what she heard last of it: a second
    warning that changes nothing for her says nothing, and that it is over hears only who was told of it. A warning may
    be taken back at once, so it waits GAP_PATIENCE, and goes only if it is still true then. What waits still is
    written anew with what has come since: people are locked, so that of two changes at once the later sees the earlier.
    """
    lock_all(session, volunteer_ids)
    ahead = places_ahead(session, volunteer_ids, now=now)
    hot = heat_for(session, [place.id for place, _shift in ahead])
    heard = _heard(session, volunteer_ids)
    wanted = list(_wanted(ahead, hot.keys(), heard, now=now))
    made = notify_all(session, wanted, now=now)
    before = [one for one in wanted if one.key not in made]
    rewrite(session, before)
    plan_anew(session, before, now=now)


@dataclass(slots=True)
class _Heard:
    """What one person was told, or is being told this moment: of each place the last, and how many messages in all.

    Of a place of which she heard that it is too hot, and then another time, it is that other time she heard last.
    """

    last: dict[int, NotificationKind] = field(default_factory=dict)
    settled: Counter[NotificationKind] = field(default_factory=Counter)

    def hear(self, kind: NotificationKind, place_ids: Sequence[int]) -> None:
        for one in place_ids:
            if kind != MOVED or self.last.get(one) == HOT:
                self.last[one] = kind

    def next(self, place_id: int, *, is_hot: bool) -> NotificationKind | None:
        """What is to be said of a place now."""
        last = self.last.get(place_id)
        if is_hot:
            return HOT if last != HOT else None
        return OVER if last in (HOT, MOVED) else None


def _heard(session: Session, volunteer_ids: Collection[int]) -> defaultdict[int, _Heard]:
    """By person. News of a move counts from when it is to go: what is said of heat after that is of the new time."""
    is_out = (Notification.state == NotificationState.SENT) | (Notification.leased_until > func.now())
    rows = session.execute(
        select(Notification, is_out)
        .where(one_of(Notification.volunteer_id, volunteer_ids), Notification.kind.in_((HOT, OVER, MOVED)))
        .order_by(func.coalesce(Notification.settled_at, Notification.send_at), Notification.id)
        .execution_options(populate_existing=True)
    )
    heard: defaultdict[int, _Heard] = defaultdict(_Heard)
    for one, is_told in rows:
        hers, waits = heard[one.volunteer_id or 0], one.state == NotificationState.PLANNED
        if is_told or (waits and one.kind == MOVED):
            hers.hear(one.kind, one.subject_ids.get(ASSIGNMENTS, ()))
        if is_told or not (waits or one.unsent_reason == UnsentReason.SUPERSEDED):
            hers.settled[one.kind] += 1
    return heard


def _wanted(
    ahead: Sequence[tuple[Assignment, Shift]],
    hot: Collection[int],
    heard: defaultdict[int, _Heard],
    *,
    now: datetime,
) -> Iterator[Wanted]:
    """One message for each person and each of the two things to be said, about all the places of which it is true."""
    together: defaultdict[tuple[int, NotificationKind], list[tuple[Assignment, Shift]]] = defaultdict(list)
    for place, shift in ahead:
        if kind := heard[place.volunteer_id].next(place.id, is_hot=place.id in hot):
            together[place.volunteer_id, kind].append((place, shift))
    for (volunteer_id, kind), places in together.items():
        first, shift = places[0]
        yield Wanted(
            kind=kind,
            key=f"{kind}:{volunteer_id}:{heard[volunteer_id].settled[kind]}",
            to=To(volunteer_id=volunteer_id),
            subject_ids={ASSIGNMENTS: [place.id for place, _shift in places]},
            area_id=first.area_id,
            starts_at=shift.starts_at,
            not_before=now + GAP_PATIENCE,
        )
