"""The week in a few lines: on Sunday evening, to who coordinates or leads, once, and neither empty nor unwanted."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.backfill import actions as backfill
from service.calendars.rules import instant
from service.db import transaction
from service.findings import actions as findings
from service.findings.actions import Writer
from service.notifications import digests, habits, sending
from service.notifications.digests import next_round, week_told_of
from service.notifications.habits import Owner
from service.notifications.models import Notification
from service.places.models import Area
from service.promises import actions as promises
from service.quotas import actions as quotas
from service.roster import actions as roster
from service.settings import Settings, settings
from service.signups.queries import opening
from service.teams import actions as teams
from service.teams.models import Team
from service.terms import BackfillCause, MemberRole, NotificationKind, NotificationState, Topic
from service.terms import UnsentReason as Reason
from service.volunteers.models import Volunteer
from tests import at_once, factories
from tests.factories import NOW
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import at

#: NOW is a Monday; this is the Sunday after it.
EVENING = at("11-29 20:00")
MONDAY = date(2026, 11, 30)


def write(now: datetime) -> int:
    """One sweep, to its end."""
    total = 0
    while True:
        with transaction() as session:
            made = digests.write_due(session, now=now)
        if not made:
            return total
        total += made


def told() -> dict[str, Notification]:
    """The digests, by whom they are for: v (volunteer) or a (account), and the id."""
    with transaction() as session:
        of_kind = Notification.kind == NotificationKind.WEEKLY_DIGEST
        return {one.key.rpartition(":")[2]: one for one in session.scalars(select(Notification).where(of_kind))}


def lead(session: Session, area: Area, name: str = "李队长", *, team: Team | None = None) -> tuple[Volunteer, Team]:
    person, of = factories.volunteer(session, area, name), team or factories.team(session, area)
    teams.join_team(session, team_id=of.id, volunteer_id=person.id, role=MemberRole.LEAD, from_on=date(2026, 1, 1))
    return person, of


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("11-29 19:59", None),
        ("11-29 20:00", MONDAY),
        ("11-29 23:59", MONDAY),
        ("11-30 00:00", MONDAY),
        ("11-30 11:59", MONDAY),
        ("11-30 12:00", None),
        ("11-28 20:00", None),
        ("12-06 20:00", date(2026, 12, 7)),
    ],
)
def test_a_week_is_told_of_from_sunday_evening_to_monday_noon(now: str, monday: date | None) -> None:
    assert week_told_of(at(now), at=time(20)) == monday


@pytest.mark.parametrize(
    ("after", "then"),
    [("11-23 10:00", "11-29 20:00"), ("11-29 19:59", "11-29 20:00"), ("11-29 20:00", "12-06 20:00")],
)
def test_the_next_round(session: Session, after: str, then: str) -> None:
    assert next_round(at(after)) == at(then)


def test_a_coordinator_reads_of_her_areas_and_of_no_other(turn: Turn) -> None:
    with transaction() as session:
        here, there = factories.community(session), factories.community(session, "新兴路社区")
        she, other = factories.coordinator(session, here), factories.coordinator(session, there, "林协调")
        factories.shift_on(session, here, at("12-01 09:00"))
        short = factories.shift_on(session, here, at("12-02 14:00"), title="助餐")
        asked = factories.volunteer(session, here)
        full = factories.only_role(session, factories.shift_on(session, here, at("12-03 09:00"), title="读书会"))
        row = opening(session, shift_id=full.shift_id, shift_role_id=full.id)
        assert row is not None
        roster.offer(session, row=row, volunteer_id=asked.id, now=EVENING)
        backfill.start(
            session,
            shift_role_id=factories.only_role(session, short).id,
            cause=BackfillCause.FREED,
            now=EVENING,
        )
        for foreign in (
            factories.shift_on(session, there, at("12-01 10:00"), title="别处的活动"),
            factories.shift_on(session, here, at("12-07 00:00"), title="再下一周的活动"),
            factories.shift_on(session, here, at("11-29 22:00"), title="这一周的活动"),
        ):
            assert foreign.id
        ids = she.id, other.id
    turn(EVENING)
    assert write(EVENING) == 2
    sending.send_batch()

    hers, others = told()[f"a{ids[0]}"], told()[f"a{ids[1]}"]
    assert hers.state == NotificationState.SENT
    assert hers.text == (
        "【人民路社区】陈协调您好，11月30日（星期一）到12月6日（星期日）一共3个班，有2处缺人，还缺2人：\n"
        "（1）社区义诊（引导员），12月1日（星期二）上午9:00，缺1人。\n"
        "（2）助餐（引导员），12月2日（星期三）下午14:00，缺1人。\n"
        "1人还没有答复。正在为1处找人顶班。有事打电话0371 6435 0001。"
    )
    assert others.text is not None
    assert "一共1个班" in others.text
    assert "别处的活动" in others.text


def test_a_lead_reads_of_her_team_wherever_it_serves(turn: Turn) -> None:
    with transaction() as session:
        here, there = factories.community(session), factories.community(session, "新兴路社区")
        her, team = lead(session, here)
        factories.shift_on(session, there, at("12-01 09:00"), team_id=team.id)
        factories.shift_on(session, here, at("12-02 09:00"), title="不是她队里的")
        key = f"v{her.id}"
    turn(EVENING)
    assert write(EVENING) == 1
    sending.send_batch()
    text = told()[key].text
    assert text is not None
    assert "一共1个班" in text
    assert "社区义诊" in text


def test_who_coordinates_and_leads_is_told_once_of_both(turn: Turn) -> None:
    with transaction() as session:
        here, there = factories.community(session), factories.community(session, "新兴路社区")
        her, team = lead(session, here)
        account = factories.coordinator(session, here)
        account.volunteer_id = her.id
        factories.shift_on(session, here, at("12-01 09:00"))
        factories.shift_on(session, there, at("12-02 09:00"), team_id=team.id)
        key = f"v{her.id}"
    turn(EVENING)
    assert write(EVENING) == 1
    sending.send_batch()
    assert set(told()) == {key}
    assert "一共2个班" in (told()[key].text or "")


def test_who_leads_no_more_is_told_nothing(session: Session) -> None:
    area = factories.community(session)
    gone, team = lead(session, area)
    teams.leave_team(session, team_id=team.id, volunteer_id=gone.id, on=date(2026, 11, 30))
    disabled = factories.coordinator(session, area)
    disabled.disabled_at = EVENING
    session.flush()
    assert digests.write_due(session, now=EVENING) == 0


def test_an_empty_week_is_left_unsaid_and_the_ledger_says_why(turn: Turn) -> None:
    with transaction() as session:
        account_id = factories.coordinator(session, factories.community(session)).id
    turn(EVENING)
    write(EVENING)
    sending.send_batch()
    left = told()[f"a{account_id}"]
    assert (left.state, left.unsent_reason) == (NotificationState.UNSENT, Reason.EMPTY)


def test_what_waits_too_long_at_her_desk_is_told_even_in_a_week_without_shifts(turn: Turn) -> None:
    """Each hears of her own areas: findings (A27) and promises (A07) past their day, quotas missed (A63, A65)."""
    with transaction() as session:
        here, there = factories.community(session), factories.community(session, "新兴路社区")
        keys = [f"a{factories.coordinator(session, area).id}" for area in (here, there)]
        desk = factories.activity(session, here, title="理事会办公室值班")
        findings.carry(session, desk, to=desk, within_days=3, account_id=1, now=NOW)
        for said in ("地下室渗水", "楼道灯不亮"):
            findings.note(session, factories.shifts(session, desk)[0], by=Writer(account_id=1), words=said, now=NOW)
        quotas.set_quota(
            session,
            area_id=here.id,
            title="应急演练",
            needed=3,
            from_on=date(2026, 7, 1),
            until_on=date(2026, 11, 28),
            account_id=1,
            now=NOW,
        )
        owner = factories.volunteer(session, here)
        for day, title in ((29, "修楼道灯"), (30, "添长椅")):
            due = {"owner_id": owner.id, "due_on": date(2026, 11, day), "account_id": 1, "now": NOW}
            promises.promise(session, area_id=here.id, title=title, **due)  # type: ignore[arg-type]  # a test's own values
        for shift in factories.shifts(session, desk):
            activities.cancel_shift(session, shift.id, reason="停电", account_id=1, now=NOW)
    turn(EVENING)
    write(EVENING)
    sending.send_due()
    text = told()[keys[0]].text or ""
    assert "有2件过了时限还没处理" in text
    assert "有1项次数要求" in text
    assert "有1件答应居民的事过了日子" in text, "the other is due on the very Monday"
    assert told()[keys[1]].unsent_reason == Reason.EMPTY


def test_who_wants_none_gets_none(turn: Turn) -> None:
    with transaction() as session:
        area = factories.community(session)
        account = factories.coordinator(session, area)
        her, team = lead(session, area)
        factories.shift_on(session, area, at("12-01 09:00"), team_id=team.id)
        for owner in (Owner(account_id=account.id), Owner(volunteer_id=her.id)):
            habits.choose(session, owner, topic=Topic.DIGEST, channel=None, now=EVENING)
    turn(EVENING)
    assert write(EVENING) == 2
    sending.send_batch()
    assert [one.unsent_reason for one in told().values()] == [Reason.UNWANTED, Reason.UNWANTED]


def test_written_at_night_it_waits_for_the_morning(turn: Turn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with transaction() as session:
        area = factories.community(session)
        key = f"a{factories.coordinator(session, area).id}"
        factories.shift_on(session, area, at("12-01 09:00"))
    turn(at("11-29 21:30"))
    write(at("11-29 21:30"))
    sending.send_batch()
    assert (told()[key].state, told()[key].send_at) == (NotificationState.PLANNED, at("11-30 08:00"))
    turn(at("11-30 08:00"))
    sending.send_batch()
    assert told()[key].state == NotificationState.SENT


def test_the_hour_is_a_setting(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_AT", "18:30")
    settings.cache_clear()
    try:
        factories.coordinator(session, factories.community(session))
        assert digests.write_due(session, now=at("11-29 18:29")) == 0
        assert digests.write_due(session, now=at("11-29 18:30")) == 1
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_two_sweeps_at_once_tell_each_person_once(turn: Turn) -> None:
    """Both write down the same people before either has committed; then both send."""
    people = 12
    with transaction() as session:
        area = factories.community(session)
        team = factories.team(session, area)
        for number in range(people // 2):
            factories.coordinator(session, area, f"协调{number}")
            lead(session, area, f"队长{number}", team=team)
        factories.shift_on(session, area, at("12-01 09:00"), team_id=team.id)
    turn(EVENING)
    made = at_once.together(*[lambda session: digests.write_due(session, now=EVENING) for _ in range(4)])
    assert sum(one for one in made if isinstance(one, int)) == people
    assert not [one for one in made if isinstance(one, BaseException)]
    assert write(EVENING) == 0
    with at_once.threads() as pool:
        assert sum(running.result() for running in [pool.submit(sending.send_due) for _ in range(4)]) == people
    assert Counter(one.state for one in told().values()) == {NotificationState.SENT: people}
    with transaction() as session:
        per_person = select(func.count(Notification.id)).group_by(Notification.account_id, Notification.volunteer_id)
        assert set(session.scalars(per_person)) == {1}


def test_a_sweep_that_meets_another_waits_for_it_and_writes_nothing(database: Settings) -> None:
    with transaction() as session:
        factories.coordinator(session, factories.community(session))
    with at_once.threads() as pool, transaction() as first:
        assert digests.write_due(first, now=EVENING) == 1
        second = pool.submit(at_once.committed, lambda session: digests.write_due(session, now=EVENING))
        at_once.until_it_waits(second)
        first.commit()
        assert second.result() == 0
    assert len(told()) == 1


def test_a_batch_is_followed_by_the_next(session: Session) -> None:
    area = factories.community(session)
    for number in range(5):
        factories.coordinator(session, area, f"协调{number}")
    assert [digests.write_due(session, now=EVENING, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_weeks_begin_at_local_midnight() -> None:
    assert instant(MONDAY, time()) == at("11-30 00:00")
