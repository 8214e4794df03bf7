"""What became of a message after it was sent: it arrived, it was answered, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import clock
from service.backfill import answering
from service.db import transaction
from service.notifications import calls, sending
from service.notifications.fates import Answer, Fate, fates
from service.notifications.models import Call, Notification
from service.reminders import sweeping
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups.queries import opening
from service.terms import CallOutcome, Channel, Mode, NotificationKind, NotificationState, UnsentReason
from tests import factories
from tests.factories import NOW
from tests.outbox import drain
from tests.service.backfill.lane import Lane

pytestmark = pytest.mark.usefixtures("at_now")

LATER = NOW + timedelta(hours=1)


def offered(*, channel: Channel | None = None, places: int = 1) -> list[int]:
    """A person is offered so many places, and told; their ids."""
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area)
        person.channel = channel
        made = []
        for number in range(places):
            shift = factories.shift_on(session, area, NOW + timedelta(days=5 + number), mode=Mode.ROTA)
            row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
            assert row is not None
            made.append(roster.offer(session, row=row, volunteer_id=person.id, now=NOW))
        ids = [one.id for one in made if one is not None]
        for one in made[1:]:
            assert one is not None
            one.asked_with_id = ids[0]
    drain()
    sending.send_due()
    return ids


def later(act: Callable[[Session], object], *, at: datetime = LATER) -> None:
    """It happens an hour later, and what follows is done."""
    with transaction() as session:
        clock.turn_to(session, instant=at)
    with transaction() as session:
        act(session)
    drain()
    sending.send_due()


def fate(kind: NotificationKind) -> Fate:
    """That of the first message of this kind."""
    with transaction() as session:
        found = session.scalars(select(Notification).where(Notification.kind == kind).order_by(Notification.id)).first()
        assert found is not None
        return fates(session, [found])[found.id]


@pytest.mark.parametrize("is_yes", [True, False])
def test_an_offer_was_answered(is_yes: bool) -> None:
    [place] = offered()
    assert fate(NotificationKind.PLACE_OFFERED) == Fate()
    later(lambda session: (roster.accept if is_yes else roster.decline)(session, assignment_id=place, now=LATER))
    assert fate(NotificationKind.PLACE_OFFERED) == Fate(answer=Answer(at=LATER, is_yes=is_yes))


def test_several_offers_are_answered_with_the_last_of_them() -> None:
    first, second = offered(places=2)
    later(lambda session: roster.decline(session, assignment_id=first, now=LATER))
    assert fate(NotificationKind.PLACE_OFFERED).answer is None
    last = LATER + timedelta(minutes=5)
    later(lambda session: roster.accept(session, assignment_id=second, now=last), at=last)
    assert fate(NotificationKind.PLACE_OFFERED).answer == Answer(at=last, is_yes=True)


def test_what_was_said_before_is_no_answer_to_it() -> None:
    """She said yes to the place; the news that its shift is cancelled or near asks anew, or nothing."""
    [place] = offered()
    later(lambda session: roster.accept(session, assignment_id=place, now=LATER))
    evening = NOW + timedelta(days=4, hours=10)
    with transaction() as session:
        clock.turn_to(session, instant=evening)
    sweeping.send_due()
    assert fate(NotificationKind.REMINDER).answer is None
    night = evening + timedelta(hours=1)
    later(lambda session: roster.decline(session, assignment_id=place, now=night), at=night)
    assert fate(NotificationKind.REMINDER).answer == Answer(at=night, is_yes=False)


def test_somebody_asked_to_step_in_answers() -> None:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1))
        asked = lane.substitute("李候补")
        [signup] = lane.filled(lane.member("陈退出"))
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        invitation_id = lane.invitation(asked).id
        clock.turn_to(session, instant=lane.now)
    sending.send_due()
    assert fate(NotificationKind.SUBSTITUTE_WANTED).answer is None
    later(lambda session: answering.decline(session, invitation_id=invitation_id, now=LATER))
    assert fate(NotificationKind.SUBSTITUTE_WANTED).answer == Answer(at=LATER, is_yes=False)


def test_what_stands_on_her_own_page_has_arrived() -> None:
    offered(channel=Channel.INBOX)
    arrived = fate(NotificationKind.PLACE_OFFERED).delivered_at
    assert arrived is not None
    assert NOW <= arrived < LATER


def test_a_call_has_arrived_when_somebody_spoke_to_her() -> None:
    [place] = offered(channel=Channel.CALL_LIST)
    assert fate(NotificationKind.PLACE_OFFERED).delivered_at is None

    def call(outcome: CallOutcome) -> Callable[[Session], object]:
        return lambda session: calls.settle(
            session, call_id=session.scalars(select(Call.id)).one(), outcome=outcome, account_id=1, now=LATER
        )

    later(call(CallOutcome.NO_ANSWER))
    assert fate(NotificationKind.PLACE_OFFERED).delivered_at is None
    later(call(CallOutcome.YES))
    became = fate(NotificationKind.PLACE_OFFERED)
    assert (became.delivered_at, became.answer) == (LATER, Answer(at=LATER, is_yes=True))
    with transaction() as session:
        assert session.get_one(Assignment, place).answered_by == 1


def test_what_was_not_sent_has_no_fate() -> None:
    [place] = offered()
    with transaction() as session:
        told = session.scalars(select(Notification)).one()
        told.state, told.unsent_reason = NotificationState.UNSENT, UnsentReason.FAILED
        roster.accept(session, assignment_id=place, now=LATER)
    assert fate(NotificationKind.PLACE_OFFERED) == Fate()
