"""Several offers, one page, one press: what comes too late stands beside its row and keeps none of the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import links
from service.accounts import actions as accounts
from service.db import transaction
from service.matching import actions as matching
from service.notifications import sending
from service.notifications.models import Call, Notification
from service.roster.models import Assignment
from service.settings import Settings
from service.signups import actions as signups
from service.terms import AssignmentState, CallOutcome, Channel, Mode, SignUpVia
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.ledger import facts
from tests.outbox import drain

A = AssignmentState


@dataclass
class Plan:
    """A plan that offered 王小满 three shifts of one activity."""

    person_id: int
    offers: list[int]

    def path(self) -> str:
        return f"/offers/{links.offers_token(self.offers)}"

    def states(self) -> list[AssignmentState]:
        with transaction() as session:
            return [session.get_one(Assignment, one).state for one in self.offers]

    def seated(self) -> Person:
        with transaction() as session:
            made = accounts.open_account(session, phone=factories.phone(), name="王小满", volunteer_id=self.person_id)
            return desks.seated(made)


@pytest.fixture
def plan(at_now: Settings, request: pytest.FixtureRequest) -> Plan:
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area, channel=getattr(request, "param", None))
        shift = factories.shift_on(session, area, NOW + timedelta(days=3), title="助餐", mode=Mode.MATCHED)
        shifts = [shift, *(factories.further_shift(session, shift, NOW + timedelta(days=days)) for days in (4, 5))]
        for one in shifts:
            signups.sign_up(
                session,
                volunteer_id=person.id,
                shift_id=one.id,
                shift_role_id=factories.only_role(session, one).id,
                now=NOW,
                via=SignUpVia.WEB,
            )
        run = matching.request(
            session,
            activity_ids=[shift.activity_id],
            from_at=NOW,
            until_at=NOW + timedelta(days=7),
            account_id=None,
            now=NOW,
        )
        matching.solve(session, match_run_id=run.id, now=NOW)
        matching.publish(session, match_run_id=run.id, account_id=None, now=NOW)
        offers = session.scalars(select(Assignment.id).order_by(Assignment.shift_id)).all()
    drain()
    sending.send_due()
    return Plan(person.id, list(offers))


def test_one_message_asks_about_them_all_and_its_link_answers_them(plan: Plan) -> None:
    with transaction() as session:
        [message] = session.scalars(select(Notification).where(Notification.kind == "place_offered"))
    assert "想请您来助餐，在人民路社区，有3个班" in (message.text or "")
    assert plan.path() in (message.text or "")
    text = Person().open(plan.path())
    for words in ("3个班，您能来吗？", "王**，您好", "11月26日（星期四）", "11月28日（星期六）", "一起回复"):
        assert words in text, words
    assert text.count('value="yes"') == 3
    assert "小满" not in text


def test_opening_it_changes_nothing_and_one_press_answers_each(plan: Plan) -> None:
    who = Person()
    with transaction() as session:
        before = facts(session)
    for _look in range(2):
        assert who.client.get(plan.path()).status_code == 200
    with transaction() as session:
        assert facts(session) == before
    first, second, third = plan.offers
    text = who.send(plan.path(), **{f"answer-{first}": "yes", f"answer-{second}": "no"})
    assert "已经记下您的答复" in text
    assert plan.states() == [A.CONFIRMED, A.DECLINED, A.OFFERED]
    assert (text.count('value="yes"'), "我又能来了" in text) == (2, True), "one is open, one could be changed"
    who.send(plan.path(), **{f"answer-{third}": "yes"})
    assert plan.states() == [A.CONFIRMED, A.DECLINED, A.CONFIRMED]


def test_what_comes_too_late_stands_beside_its_row(plan: Plan) -> None:
    first, second, _third = plan.offers
    with transaction() as session:
        session.get_one(Assignment, first).answer_by = NOW - timedelta(minutes=1)
    who = Person()
    text = who.send(plan.path(), **{f"answer-{first}": "yes", f"answer-{second}": "yes"})
    assert who.status == 409
    assert "记下了1个，还有1个没有记成" in text
    assert text.count("这个班已经不能这样回复了") == 1
    assert plan.states() == [A.OFFERED, A.CONFIRMED, A.OFFERED]


def test_no_answer_at_all_is_asked_for_again(plan: Plan) -> None:
    who = Person()
    for typed in ({}, {"answer-999999": "yes"}, {f"answer-{plan.offers[0]}": "maybe"}):
        assert "请至少回复一个班" in who.send(plan.path(), **typed)
        assert who.status == 422
    assert plan.states() == [A.OFFERED] * 3


def test_it_answers_what_it_names_and_nothing_else(plan: Plan) -> None:
    first, second, third = plan.offers
    who = Person()
    who.send(f"/offers/{links.offers_token([first, second])}", **{f"answer-{third}": "no", f"answer-{first}": "yes"})
    assert plan.states() == [A.CONFIRMED, A.OFFERED, A.OFFERED]
    for token in (links.answer_token(first), f"{first}-{second}.x", f"{links.offers_token([first])}x", "x"):
        for answer in (who.client.get(f"/offers/{token}"), who.client.post(f"/offers/{token}")):
            assert answer.status_code == 404, token
    assert who.client.get(f"/answers/{links.offers_token([first])}").status_code == 404


def test_it_is_reached_from_her_shifts(plan: Plan) -> None:
    text = plan.seated().open("/me")
    assert "3个班一起回复" in text
    assert plan.path() in text


@pytest.mark.parametrize("plan", [Channel.CALL_LIST], indirect=True)
def test_who_is_called_answers_each_on_the_telephone_in_one_call(plan: Plan) -> None:
    she, _area = desks.coordinator()
    stranger, _elsewhere = desks.coordinator("别处社区")
    with transaction() as session:
        [call] = session.scalars(select(Call))
    she.open("/co/calls")
    text = she.send(f"/co/calls/{call.id}")
    assert ("有3个班" in text, text.count('value="yes"')) == (True, 3)
    assert "请至少记下一个班" in she.send(f"/co/calls/{call.id}/answers")
    first, second, third = plan.offers
    typed = {f"answer-{first}": "yes", f"answer-{second}": "no", f"answer-{third}": "yes"}
    stranger.open("/co/activities/new")
    stranger.send(f"/co/calls/{call.id}/answers", **typed)
    assert (stranger.status, plan.states()) == (404, [A.OFFERED] * 3)
    she.open("/co/calls")
    assert "记下了：王小满，3个班。" in she.send(f"/co/calls/{call.id}/answers", **typed)
    assert plan.states() == [A.CONFIRMED, A.DECLINED, A.CONFIRMED]
    with transaction() as session:
        assert session.get_one(Call, call.id).outcome == CallOutcome.YES
        assert session.get_one(Assignment, first).answered_by is not None
    she.open("/co/activities/new")
    assert "已经有人打过了" in she.send(f"/co/calls/{call.id}/answers", **typed)


def test_they_are_asked_again_together_and_the_call_goes_with_the_last_answer(plan: Plan) -> None:
    from tests.service.notifications.test_asking_again import HALF, MOST, keys, pass_to

    first = plan.offers[0]
    pass_to(HALF)
    pass_to(MOST)
    assert [one for one in keys() if one.startswith("offer")] == [
        f"offered:{first}",
        f"offered_again:{first}",
        f"offer_call:{first}",
    ]
    who = Person()
    outcomes = []
    for one in plan.offers:
        who.send(plan.path(), **{f"answer-{one}": "yes"})
        drain()
        with transaction() as session:
            outcomes.append(session.scalars(select(Call.outcome)).one())
    assert outcomes == [CallOutcome.OPEN, CallOutcome.OPEN, CallOutcome.NOT_NEEDED]
    with transaction() as session:
        assert session.get_one(Volunteer, plan.person_id).steps_in
