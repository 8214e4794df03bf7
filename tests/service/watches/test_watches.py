"""Who wants to hear of a free place hears of it: once a shift, if she could take it and nobody else had it first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.notifications.models import Notification
from service.settings import Settings
from service.signups.models import SignUp
from service.terms import Mode, NotificationKind
from service.volunteers.models import Volunteer
from service.watches import actions, queries
from service.watches.models import Watch
from tests import factories
from tests.at_once import committed, together
from tests.factories import NOW
from tests.service.backfill.lane import Lane

#: A Tuesday.
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def lane(session: Session) -> Lane:
    """A clinic with one place, which is taken; nobody is missing when it is given back."""
    return Lane(session, TOMORROW, least=0, most=1)


def taken(lane: Lane) -> SignUp:
    [signup] = lane.filled(factories.volunteer(lane.session, lane.area, "陈先来"))
    return signup


def watcher(lane: Lane, name: str = "李想来", **details: Any) -> Volunteer:
    person = factories.volunteer(lane.session, lane.area, name)
    watch = partial(actions.watch, lane.session, activity_id=lane.shift.activity_id, now=NOW)
    watch(volunteer_id=person.id, **details)
    return person


def told(lane: Lane) -> list[str]:
    rows = (
        select(Volunteer.name)
        .join(Notification, Notification.volunteer_id == Volunteer.id)
        .where(Notification.kind == NotificationKind.PLACE_FREE)
    )
    return list(lane.session.scalars(rows.order_by(Volunteer.name)))


@pytest.mark.parametrize(("weekday", "hears"), [(None, True), (2, True), (3, False)])
def test_she_hears_of_it_on_the_day_she_wants(lane: Lane, weekday: int | None, hears: bool) -> None:
    signup = taken(lane)
    watcher(lane, weekday=weekday)
    assert told(lane) == []
    lane.drop_out(signup)
    assert told(lane) == (["李想来"] if hears else [])


def test_two_minutes_are_left_for_whoever_waits_and_each_hears_once_a_shift(lane: Lane) -> None:
    signup = taken(lane)
    person = watcher(lane)
    actions.watch(lane.session, volunteer_id=person.id, activity_id=lane.shift.activity_id, weekday=2, now=NOW)
    lane.drop_out(signup)
    [again] = lane.filled(factories.volunteer(lane.session, lane.area, "赵又来"))
    lane.drop_out(again)
    [message] = lane.session.scalars(select(Notification).where(Notification.kind == NotificationKind.PLACE_FREE))
    assert message.send_at == NOW + timedelta(minutes=2)


def busy(lane: Lane, person: Volunteer) -> None:
    other = factories.shift_on(lane.session, lane.area, TOMORROW, title="别处")
    factories.sign_up(lane.session, person, factories.only_role(lane.session, other))


def unwilling(lane: Lane, person: Volunteer) -> None:
    [row] = queries.of_volunteer(lane.session, person.id)
    actions.unwatch(lane.session, row.Watch, now=NOW)


def waiting(lane: Lane, person: Volunteer) -> None:
    factories.sign_up(lane.session, person, lane.role)


NOT_TOLD: dict[str, Callable[[Lane, Volunteer], None]] = {
    "is elsewhere then": busy,
    "does not want to hear of it any more": unwilling,
    "waits for it, and is offered it": waiting,
}


@pytest.mark.parametrize("why", NOT_TOLD)
def test_she_does_not_hear_of_it_when_she(lane: Lane, why: str) -> None:
    signup = taken(lane)
    NOT_TOLD[why](lane, watcher(lane))
    lane.drop_out(signup)
    assert told(lane) == []


def test_who_gave_the_place_back_does_not_hear_of_it(lane: Lane) -> None:
    signup = taken(lane)
    actions.watch(lane.session, volunteer_id=signup.volunteer_id, activity_id=lane.shift.activity_id, now=NOW)
    lane.drop_out(signup)
    assert told(lane) == []


def test_where_others_arrange_the_places_nobody_is_told_to_come(session: Session) -> None:
    lane = Lane(session, TOMORROW, least=0, most=1, details={"mode": Mode.ROTA})
    watcher(lane)
    assert queries.to_be_told(session, lane.role.id) == []


def test_asking_twice_is_one_watch_and_taken_up_again_it_is_another(lane: Lane) -> None:
    person = watcher(lane)
    watcher(lane, "赵想来")
    ask = partial(actions.watch, lane.session, volunteer_id=person.id, activity_id=lane.shift.activity_id, now=NOW)
    first = ask()
    assert ask().id == first.id
    assert ask(weekday=3).id != first.id
    for _twice in range(2):
        actions.unwatch(lane.session, first, now=NOW)
    assert ask().id != first.id


def test_asking_twice_at_once_is_one_watch(at_now: Settings) -> None:
    def settle(session: Session) -> tuple[int, int]:
        lane = Lane(session, TOMORROW)
        return factories.volunteer(session, lane.area).id, lane.shift.activity_id

    volunteer_id, activity_id = committed(settle)
    ask = partial(actions.watch, volunteer_id=volunteer_id, activity_id=activity_id, now=NOW)
    made = together(*(lambda session: ask(session).id for _ in range(4)))
    assert len(set(made)) == 1
    assert committed(lambda session: session.scalar(select(func.count()).select_from(Watch))) == 1
