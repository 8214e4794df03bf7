"""Findings: carried along to the shifts that come after, settled once, written by who serves there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift
from service.activities.rules import weekly_plan
from service.findings import actions, queries
from service.findings.actions import NotHerShift, NothingKept, Writer
from service.findings.models import Finding
from service.outbox import OutboxEvent
from service.places.models import Area
from service.volunteers.models import Volunteer
from tests import factories
from tests.factories import NOW

DESK = Writer(account_id=1)


def daily(session: Session, area: Area, title: str, starts: int) -> Activity:
    plan = weekly_plan(
        starts=time(starts), ends=time(starts + 1), from_on=date(2026, 11, 24), until_on=date(2026, 11, 26)
    )
    return factories.activity(session, area, title=title, plans=[plan])


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


@pytest.fixture
def patrol(session: Session, area: Area) -> Activity:
    return daily(session, area, "晨巡", 7)


@pytest.fixture
def meeting(session: Session, area: Area, patrol: Activity) -> Activity:
    made = daily(session, area, "午议", 12)
    actions.carry(session, patrol, to=made, account_id=1, now=NOW)
    return made


def her(session: Session, area: Area, shift: Shift, name: str = "王小满") -> Volunteer:
    """Somebody who has a place in the shift."""
    person = factories.volunteer(session, area, name)
    factories.sign_up(session, person, factories.only_role(session, shift))
    return person


def seen(session: Session, shift: Shift) -> list[str]:
    return [row.Finding.words for row in queries.agenda(session, shift)]


def found(session: Session, shift: Shift, words: str, *, at: datetime | None = None) -> Finding:
    return actions.note(session, shift, by=DESK, words=words, now=at or shift.starts_at)


def test_what_the_morning_finds_is_on_the_noons_agenda_until_it_is_settled(
    session: Session, patrol: Activity, meeting: Activity
) -> None:
    mornings, noons = factories.shifts(session, patrol), factories.shifts(session, meeting)
    first, second = found(session, mornings[0], "三单元堆了纸箱"), found(session, mornings[0], "路灯不亮")
    assert [seen(session, noon) for noon in noons] == [["三单元堆了纸箱", "路灯不亮"]] * 3

    at = noons[0].starts_at + timedelta(minutes=20)
    actions.settle(session, first.id, by=DESK, outcome="请住户下午搬走", shift=noons[0], now=at)
    assert seen(session, noons[0]) == ["三单元堆了纸箱", "路灯不亮"], "the agenda of the past stays as it was"
    assert seen(session, noons[1]) == ["路灯不亮"]
    assert second.settled_at is None


def test_nothing_comes_from_a_shift_that_is_yet_to_be(session: Session, patrol: Activity, meeting: Activity) -> None:
    found(session, factories.shifts(session, patrol)[1], "井盖松了")
    assert [seen(session, noon) for noon in factories.shifts(session, meeting)] == [[], ["井盖松了"], ["井盖松了"]]


def test_an_activity_can_carry_to_its_own_next_shift(session: Session, area: Area) -> None:
    visits = daily(session, area, "走访", 15)
    actions.carry(session, visits, to=visits, account_id=1, now=NOW)
    first, second, _third = factories.shifts(session, visits)
    found(session, first, "灭火器过期")
    assert seen(session, first) == []
    assert seen(session, second) == ["灭火器过期"]


def test_it_is_settled_once(session: Session, patrol: Activity, meeting: Activity) -> None:
    one = found(session, factories.shifts(session, patrol)[0], "路灯不亮")
    for outcome in ("报修了", "没报修"):
        actions.settle(session, one.id, by=DESK, outcome=outcome, now=NOW + timedelta(days=2))
    assert one.outcome == "报修了"
    told = select(func.count()).where(OutboxEvent.kind == "FindingSettled")
    assert session.scalar(told) == 1


def test_who_serves_writes_from_the_start_until_a_day_after_the_end(
    session: Session, area: Area, patrol: Activity, meeting: Activity
) -> None:
    shift = factories.shifts(session, patrol)[0]
    by = Writer(account_id=None, volunteer_id=her(session, area, shift).id)
    for at in (shift.starts_at - timedelta(seconds=1), shift.ends_at + queries.LATE):
        with pytest.raises(NotHerShift):
            actions.note(session, shift, by=by, words="井盖松了", now=at)
    for at in (shift.starts_at, shift.ends_at + queries.LATE - timedelta(seconds=1)):
        assert actions.note(session, shift, by=by, words="井盖松了", now=at).volunteer_id == by.volunteer_id


def test_who_does_not_serve_there_writes_nothing(
    session: Session, area: Area, patrol: Activity, meeting: Activity
) -> None:
    morning, noon = factories.shifts(session, patrol)[0], factories.shifts(session, meeting)[0]
    actions.carry(session, meeting, to=meeting, account_id=1, now=NOW)
    guard = Writer(account_id=None, volunteer_id=her(session, area, morning).id)
    with pytest.raises(NotHerShift):
        actions.note(session, noon, by=guard, words="井盖松了", now=noon.starts_at)
    one = found(session, morning, "井盖松了")
    for shift in (None, morning, noon):
        with pytest.raises(NotHerShift):
            actions.settle(session, one.id, by=guard, outcome="好了", shift=shift, now=noon.starts_at)


def test_who_meets_at_noon_settles_what_came(session: Session, area: Area, patrol: Activity, meeting: Activity) -> None:
    noon = factories.shifts(session, meeting)[0]
    one = found(session, factories.shifts(session, patrol)[0], "井盖松了")
    member = Writer(account_id=5, volunteer_id=her(session, area, noon).id)
    actions.settle(session, one.id, by=member, outcome="找人焊好", shift=noon, now=noon.starts_at)
    assert (one.outcome, one.settled_in_id, one.settled_by) == ("找人焊好", noon.id, 5)


def test_an_activity_that_carries_nothing_keeps_nothing(session: Session, area: Area) -> None:
    shift = factories.shifts(session, daily(session, area, "合唱", 9))[0]
    with pytest.raises(NothingKept):
        found(session, shift, "琴坏了")


def test_what_it_kept_stays_when_it_keeps_no_more(session: Session, patrol: Activity, meeting: Activity) -> None:
    shift = factories.shifts(session, patrol)[0]
    one = found(session, shift, "路灯不亮")
    for _twice in range(2):
        actions.stop_carrying(session, patrol, account_id=1, now=NOW)
    with pytest.raises(NothingKept):
        found(session, shift, "井盖松了")
    assert [row.Finding.id for row in queries.found_in(session, shift.id)] == [one.id]


def test_the_ledger_is_of_ones_own_areas(session: Session, area: Area, patrol: Activity, meeting: Activity) -> None:
    one = found(session, factories.shifts(session, patrol)[0], "路灯不亮")
    elsewhere = factories.community(session, "杜甫路社区")
    assert [row.Finding.id for row in queries.listed(session, scope_ids=[area.id], is_open=True)] == [one.id]
    assert not queries.listed(session, scope_ids=[elsewhere.id])
    assert queries.in_scope(session, one.id, scope_ids=[elsewhere.id]) is None
    actions.settle(session, one.id, by=DESK, outcome="报修了", now=NOW + timedelta(days=2))
    assert not queries.listed(session, scope_ids=[area.id], is_open=True)
    assert [row.Finding.id for row in queries.lately_settled(session, scope_ids=[area.id])] == [one.id]


def test_what_must_be_settled_within_days_is_overdue_after_them(
    session: Session, patrol: Activity, meeting: Activity
) -> None:
    [morning, *_] = factories.shifts(session, patrol)
    without = found(session, morning, "纸箱")
    actions.carry(session, patrol, to=meeting, within_days=3, account_id=1, now=NOW)
    limited = found(session, morning, "路灯")
    assert (without.due_on, limited.due_on) == (None, date(2026, 11, 27))
    assert not limited.is_overdue(date(2026, 11, 27))
    assert limited.is_overdue(date(2026, 11, 28))
    assert not without.is_overdue(date(2030, 1, 1))
    actions.settle(session, limited.id, by=DESK, outcome="修好了", now=morning.ends_at)
    assert not limited.is_overdue(date(2026, 11, 28))
    actions.carry(session, patrol, to=meeting, account_id=1, now=NOW)
    assert found(session, morning, "井盖").due_on is None
