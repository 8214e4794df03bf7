"""What is over its time goes, what is not stays, and the audit says how much went."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts import actions as accounts
from service.accounts.models import LoginCode
from service.audit import AuditEntry
from service.notifications.models import Call, Notification, Slip
from service.people import actions as people
from service.people.erasing import ERASED_NAME
from service.places.models import Area
from service.pupils.models import Guardian, Pupil
from service.retention import actions, queries
from service.retention.models import KeepingTime
from service.retention.rules import BOUNDS
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.teams import actions as teams
from service.terms import Channel, Kept, NotificationKind, NotificationState, Role
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone
from tests import factories
from tests.factories import NOW
from tests.invariants import check
from tests.ledger import audited

PHONE = "+8613900009001"


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def over(kind: Kept) -> datetime:
    """A second after what happened at NOW is over its time."""
    return NOW + timedelta(days=BOUNDS[kind].usual, seconds=1)


def forgotten(session: Session, kind: Kept, *, since: datetime = NOW) -> list[int]:
    """How much went just before its time was over, just after, and then again."""
    late = over(kind) + (since - NOW)
    found = [actions.forget_over(session, kind, now=now) for now in (late - timedelta(seconds=2), late, late)]
    session.expire_all()
    return found


def lines(session: Session) -> list[dict[str, object]]:
    return list(session.scalars(select(AuditEntry.details).where(AuditEntry.verb == "forgot_over")))


def test_login_codes_go(session: Session) -> None:
    accounts.request_code(session, phone=PHONE, now=NOW)
    assert forgotten(session, Kept.LOGIN_CODES) == [0, 1, 0]
    assert session.scalars(select(LoginCode)).all() == []
    assert lines(session) == [{"kind": "login_codes", "days": 30, "rows": 1}]


def test_of_messages_only_that_they_were_sent_stays(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area)
    told = Notification(
        area_id=area.id,
        volunteer_id=her.id,
        kind=NotificationKind.REMINDER,
        key="told",
        send_at=NOW,
        state=NotificationState.SENT,
        channel=Channel.FILE,
        text="王小满，明天的班",
        settled_at=NOW,
    )
    waits = Notification(
        area_id=area.id, volunteer_id=her.id, kind=NotificationKind.REMINDER, key="waits", send_at=NOW, text="还没有发"
    )
    session.add_all([told, waits])
    session.flush()
    about = {"area_id": area.id, "notification_id": told.id, "volunteer_id": her.id}
    session.add(Call(**about, script="王小满，您好", called_at=NOW))
    session.add(Slip(**about, title="提醒", words="王小满", link="https://x", printed_at=NOW, printed_by=1))
    session.flush()

    assert forgotten(session, Kept.MESSAGES) == [0, 3, 0]
    assert [one.text for one in session.scalars(select(Notification).order_by(Notification.id))] == [None, "还没有发"]
    assert (told.state, told.channel) == (NotificationState.SENT, Channel.FILE)
    [call], [slip] = session.scalars(select(Call)).all(), session.scalars(select(Slip)).all()
    assert (call.script, call.called_at, slip.words, slip.link) == ("", NOW, "", "")


def test_what_people_wrote_goes_a_while_after_the_shift(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area)
    shift = factories.shift_on(session, area, NOW + timedelta(days=3))
    later = factories.further_shift(session, shift, shift.starts_at + timedelta(days=1))
    for one in (shift, later):
        factories.sign_up(session, her, factories.only_role(session, one), note="腿脚不好，坐着的活")
    people.leave(session, her, reason="搬家了", account_id=1, now=NOW)

    assert forgotten(session, Kept.REMARKS, since=shift.ends_at) == [1, 1, 0]
    assert {one.shift_id: one.note for one in session.scalars(select(SignUp))} == {
        shift.id: "",
        later.id: "腿脚不好，坐着的活",
    }
    assert session.scalars(select(Assignment)).all(), "that she had a place stays"


def test_children_are_forgotten_once_their_activity_is_over(session: Session, area: Area) -> None:
    class_ = factories.activity_for_children(session, area)
    child = factories.pupil(session, class_)
    last = max(shift.ends_at for shift in factories.shifts(session, class_))

    assert forgotten(session, Kept.PUPILS, since=last) == [0, 1, 0]
    assert session.get_one(Pupil, child.id).name_sealed is None
    [guardian] = session.scalars(select(Guardian)).all()
    assert (guardian.name_sealed, guardian.phone_sealed) == (None, None)


def test_who_has_not_been_heard_of_is_noted_as_gone_and_may_come_back(session: Session, area: Area) -> None:
    late = over(Kept.IDLE)
    first = factories.shift_on(session, area, NOW + timedelta(days=3))
    shift = factories.further_shift(session, first, late - timedelta(days=9))
    idle, serves, member, has_roles, new = (
        factories.volunteer(session, area, name) for name in ("王秀英", "李大雪", "赵春分", "钱谷雨", "孙立夏")
    )
    new.registered_at = late - timedelta(days=1)
    factories.sign_up(session, serves, factories.only_role(session, shift), now=late - timedelta(days=10))
    team = factories.team(session, area)
    teams.join_team(session, team_id=team.id, volunteer_id=member.id, from_on=NOW.date())
    account = accounts.open_account(session, phone=PHONE, name=has_roles.name, volunteer_id=has_roles.id)
    accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
    session.flush()

    assert forgotten(session, Kept.IDLE) == [0, 1, 0]
    gone = session.scalars(select(Volunteer).where(Volunteer.left_at.is_not(None))).all()
    assert [one.id for one in gone] == [idle.id]
    assert idle.phone_sealed is not None
    people.come_back(session, idle, account_id=1, now=late)
    assert idle.left_at is None


def test_who_left_long_ago_cannot_be_reached_any_more_and_later_has_no_name(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area, "王秀英", phone=PHONE, email="a@b.cn")
    stays = factories.volunteer(session, area, "李大雪")
    account = accounts.open_account(session, phone=PHONE, name=her.name, volunteer_id=her.id)
    people.leave(session, her, reason="", account_id=1, now=NOW)

    assert forgotten(session, Kept.CONTACTS) == [0, 1, 0]
    assert (her.name, her.phone_sealed, her.email) == ("王秀英", None, None)
    assert (account.name, account.volunteer_id) == (ERASED_NAME, None)
    assert by_phone(session, PHONE) is None
    assert all(one.withdrawn_at for one in her.consents)
    assert stays.phone_sealed is not None

    assert forgotten(session, Kept.NAMES) == [0, 1, 0]
    assert (her.name, her.pinyin, stays.name) == (ERASED_NAME, "", "李大雪")
    assert check(session, now=over(Kept.NAMES)) == []


def test_who_has_roles_is_not_forgotten_by_the_clock(session: Session, area: Area) -> None:
    her = factories.volunteer(session, area, phone=PHONE)
    people.leave(session, her, reason="", account_id=1, now=NOW)
    account = accounts.open_account(session, phone=PHONE, name=her.name, volunteer_id=her.id)
    accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
    session.flush()
    assert [forgotten(session, kind) for kind in (Kept.CONTACTS, Kept.NAMES)] == [[0, 0, 0]] * 2


def test_old_lines_of_the_audit_go_and_the_line_that_says_so_stays(session: Session, area: Area) -> None:
    factories.coordinator(session, area)
    session.flush()
    before = len(audited(session))
    assert forgotten(session, Kept.AUDIT) == [0, before, 0]
    assert lines(session) == [{"kind": "audit", "days": 1095, "rows": before}]
    assert [verb for verb, *_ in audited(session)] == ["forgot_over"]


def test_another_time_can_be_chosen_within_bounds(session: Session) -> None:
    for days in (30, 30):
        actions.keep(session, Kept.MESSAGES, days=days, account_id=7, now=NOW)
    assert queries.days_kept(session)[Kept.MESSAGES] == 30
    assert audited(session) == [("chose_keeping_time", "kept", None, 7)]
    for kind, days in ((Kept.AUDIT, 182), (Kept.NAMES, 3_649), (Kept.PUPILS, 366)):
        with pytest.raises(actions.OutOfBounds):
            actions.keep(session, kind, days=days, account_id=7, now=NOW)
    assert [one.kind for one in session.scalars(select(KeepingTime))] == [Kept.MESSAGES]


def test_every_kind_has_bounds_around_what_is_usual() -> None:
    assert set(BOUNDS) == set(Kept)
    assert all(one.allow(one.usual) and one.least < one.most for one in BOUNDS.values())
