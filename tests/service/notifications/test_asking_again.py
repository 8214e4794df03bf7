"""An offer that is not answered: asked again, then called, by the same person once; an answer ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.db import transaction
from service.notifications import sending
from service.notifications.models import Call, Notification
from service.roster import actions as roster
from service.roster import overdue
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.queries import opening
from service.terms import CallOutcome, Channel, Mode
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW
from tests.outbox import drain


@pytest.fixture
def offer(at_now: Settings) -> int:
    """The id of an offer with a day to answer."""
    with transaction() as session:
        area = factories.community(session)
        shift = factories.shift_on(session, area, NOW + timedelta(days=5), mode=Mode.ROTA)
        row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
        assert row is not None
        made = roster.offer(session, row=row, volunteer_id=factories.volunteer(session, area).id, now=NOW)
        assert made is not None
        assert made.answer_by == NOW + timedelta(days=1)
        return made.id


def pass_to(instant: datetime) -> None:
    """Turn the clock, and let everything due by then happen."""
    with transaction() as session:
        clock.turn_to(session, instant=instant)
    drain()
    with transaction() as session:
        overdue.ask_again(session, now=instant)
    drain()
    sending.send_due()


def keys() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Notification.key).order_by(Notification.id)))


def calls() -> list[CallOutcome]:
    with transaction() as session:
        return list(session.scalars(select(Call.outcome).order_by(Call.id)))


#: Half of the day falls into the night: the message waits for the morning, and is written all the same.
HALF, MOST = NOW + timedelta(hours=12, minutes=1), NOW + timedelta(hours=22, minutes=30)


def test_the_question_comes_again_and_then_a_call(offer: int) -> None:
    pass_to(NOW)
    pass_to(HALF)
    assert keys() == [f"offered:{offer}", f"offered_again:{offer}"]
    assert calls() == []
    pass_to(MOST)
    assert keys() == [f"offered:{offer}", f"offered_again:{offer}", f"offer_call:{offer}"]
    assert calls() == [CallOutcome.OPEN]
    with transaction() as session:
        text = session.scalars(select(Notification.text).where(Notification.key == f"offered_again:{offer}")).one()
        script = session.scalars(select(Call.script)).one()
    assert "还没有等到您的答复，再问一声" in (text or "")
    assert "给您发过消息，还没有等到答复" in script


def test_an_answer_takes_the_call_off_the_list(offer: int) -> None:
    for instant in (NOW, HALF, MOST):
        pass_to(instant)
    with transaction() as session:
        roster.accept(session, assignment_id=offer, now=MOST)
    drain()
    assert calls() == [CallOutcome.NOT_NEEDED]


def test_who_is_called_to_begin_with_is_on_the_list_once(offer: int) -> None:
    with transaction() as session:
        person_id = session.get_one(Assignment, offer).volunteer_id
        session.get_one(Volunteer, person_id).channel = Channel.CALL_LIST
    for instant in (NOW, HALF, MOST):
        pass_to(instant)
    assert keys() == [f"offered:{offer}"]
    assert calls() == [CallOutcome.OPEN]


def test_who_says_no_is_asked_no_more(offer: int) -> None:
    pass_to(NOW)
    with transaction() as session:
        roster.decline(session, assignment_id=offer, now=NOW)
    pass_to(HALF)
    assert f"offered_again:{offer}" not in keys()


def test_nobody_is_woken_to_be_asked_the_same_again(at_now: Settings) -> None:
    """Asked at ten in the evening about eight in the morning, she is written to at once; and then left to sleep."""
    evening = NOW.replace(hour=14)
    pass_to(evening)
    with transaction() as session:
        area = factories.community(session)
        shift = factories.shift_on(session, area, evening + timedelta(hours=10), mode=Mode.ROTA)
        row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
        assert row is not None
        made = roster.offer(session, row=row, volunteer_id=factories.volunteer(session, area).id, now=evening)
        assert made is not None
        assert made.answer_by is not None
        halfway, key = evening + (made.answer_by - evening) / 2, f"offered_again:{made.id}"
    drain()
    with transaction() as session:
        assert session.scalars(select(Notification.is_urgent)).one() is True
    pass_to(halfway + timedelta(minutes=1))
    with transaction() as session:
        again = session.scalars(select(Notification).where(Notification.key == key)).one()
        assert (again.is_urgent, again.send_at) == (False, evening + timedelta(hours=10))
