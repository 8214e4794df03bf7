"""Over which channel the people of a rung are asked: as its coordinator says, and by the others if that fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.backfill import actions as backfill
from service.backfill.rules import RungPlan
from service.db import transaction
from service.notifications import habits, sending
from service.notifications.habits import Owner
from service.notifications.models import Delivery, Notification
from service.terms import Channel, NotificationKind, Rung, Topic
from tests.factories import NOW
from tests.service.backfill.lane import Lane
from tests.service.notifications.conftest import Postbox, Turn, postbox, turn

__all__ = ["postbox", "turn"]

ASKINGS = (NotificationKind.SUBSTITUTE_WANTED, NotificationKind.SUBSTITUTE_CALL)


def asked_over(channel: Channel | None, *, email: str | None, prefers: Channel | None = None) -> list[tuple[str, ...]]:
    """A place falls free, one member of the team is asked; (kind, channel, error) of every attempt."""
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1))
        plan = RungPlan(rung=Rung.TEAM, wait=30, at_once=5, channel=channel)
        backfill.set_ladder(session, lane.row().Activity, plans=[plan], account_id=1, now=NOW)
        person = lane.member("李队员")
        person.email = email
        if prefers is not None:
            habits.choose(session, Owner(volunteer_id=person.id), topic=Topic.ASKINGS, channel=prefers, now=NOW)
        [signup] = lane.filled(lane.member("陈退出"))
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        assert list(lane.asked()) == ["李队员"]
        clock.turn_to(session, instant=lane.now)
    sending.send_due()
    with transaction() as session:
        rows = session.execute(
            select(Notification.kind, Delivery.channel, Delivery.error)
            .join(Delivery, Delivery.notification_id == Notification.id)
            .where(Notification.kind.in_(ASKINGS))
            .order_by(Delivery.id)
        )
        return [(str(kind), str(over), str(error or "")) for kind, over, error in rows]


def test_as_each_person_prefers(postbox: Postbox) -> None:
    assert asked_over(None, email="li@example.cn") == [("substitute_wanted", "file", "")]


def test_over_the_channel_of_the_rung(postbox: Postbox) -> None:
    assert asked_over(Channel.EMAIL, email="li@example.cn") == [("substitute_wanted", "email", "")]
    assert len(postbox.mails) == 1


def test_who_has_no_address_is_asked_as_usual(postbox: Postbox) -> None:
    assert asked_over(Channel.EMAIL, email=None) == [("substitute_wanted", "file", "")]


def test_what_fails_is_made_up_for(postbox: Postbox) -> None:
    tried = asked_over(Channel.EMAIL, email="gone@example.cn")
    assert tried == [("substitute_wanted", "email", "550 gone"), ("substitute_wanted", "file", "")]


def test_her_own_wish_goes_first(postbox: Postbox) -> None:
    tried = asked_over(Channel.EMAIL, email="li@example.cn", prefers=Channel.CALL_LIST)
    assert tried == [("substitute_wanted", "call_list", "")]


@pytest.mark.parametrize("email", [None, "li@example.cn"])
def test_by_telephone(turn: Turn, email: str | None) -> None:
    assert asked_over(Channel.CALL_LIST, email=email) == [("substitute_call", "call_list", "")]
