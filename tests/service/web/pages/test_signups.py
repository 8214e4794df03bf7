"""After a sign-up: what became of it, withdrawing and undo, my shifts, offers, consents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from service import clock
from service.activities.models import Shift
from service.db import transaction
from service.roster.models import Assignment
from service.signups.models import SignUp
from service.terms import AssignmentState, ConsentPurpose, SignUpState
from service.volunteers.models import Consent
from tests import factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import follow
from tests.street import HER_PHONE, Street

pytestmark = pytest.mark.usefixtures("at_now")

#: What she reads of each of her sign-ups, and what she does not.
READS = {
    "confirmed": (("报名成功", "名额给您留好了", "12月1日（星期二）上午7:00以前退出", "加到手机日历"), ()),
    "waiting": (("已经替您排队", "候补第1位", "我来不了，退出"), ("加到手机日历",)),
    "pending": (("报名收到了", "确认以前，还不算定下来"), ("加到手机日历",)),
    "withdrawn": (("您已退出", "可以重新报名"), ("我来不了",)),
    "cancelled": (("这一班取消了", "原因：下大雪，路滑。您不用来了。"), ("我来不了", "重新报名")),
    "moved": (("报名成功", "下午14:00"), ()),
    "served": (("这一班结束了", "谢谢您"), ("我来不了",)),
    "soon": (("报名成功", "快开始了，来不了请打0371 6435 0001"), ("我来不了，退出",)),
}


@pytest.fixture
def she(laid_out: Street) -> Person:
    """Her browser, logged in."""
    browser = Person()
    browser.client.set_cookie("lunzhi", laid_out.cookie())
    return browser


def state_of(path: str) -> str:
    with transaction() as session:
        return session.get_one(SignUp, int(path.rsplit("/", 1)[1])).state


def test_each_sign_up_says_what_became_of_it(laid_out: Street, she: Person) -> None:
    assert set(READS) == {name for name, path in laid_out.hers.items() if path.startswith("/signups/")}
    for name, (there, absent) in READS.items():
        text = she.open(laid_out.hers[name])
        assert she.status == 200
        for words in there:
            assert words in text, (name, words)
        for words in absent:
            assert words not in text, (name, words)


def test_a_calendar_keeps_or_drops_the_shift(laid_out: Street, she: Person) -> None:
    for name, status in (("confirmed", "CONFIRMED"), ("cancelled", "CANCELLED"), ("withdrawn", "CANCELLED")):
        she.open(f"{laid_out.hers[name]}/calendar.ics")
        assert she.page is not None
        (event,) = Calendar.from_ical(she.page.data).walk("VEVENT")
        assert event["STATUS"] == status, name
        assert event["LOCATION"] == "人民路社区 · 社区服务站，人民路6号院东门"


def test_others_sign_ups_do_not_exist_for_her(laid_out: Street, she: Person) -> None:
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900020002")
    other = Person()
    other.log_in("13900020002")
    path = laid_out.hers["confirmed"]
    for address in (path, f"{path}/calendar.ics"):
        other.open(address)
        assert other.status == 404
    other.open("/me")
    for address in (f"{path}/withdrawal", f"{path}/withdrawal/undo"):
        other.send(address)
        assert other.status == 404
        other.open("/me")
    assert state_of(path) == SignUpState.CONFIRMED
    guest = Person()
    guest.open(path)
    assert guest.path == "/login"


# --- withdrawing ---


def test_withdrawing_can_be_undone_and_either_may_be_sent_twice(laid_out: Street, she: Person) -> None:
    path = laid_out.hers["confirmed"]
    she.open(path)
    assert "点错了可以撤销" in she.send(f"{path}/withdrawal")
    assert "点错了可以撤销" in she.send(f"{path}/withdrawal")
    assert state_of(path) == SignUpState.WITHDRAWN
    assert "您还在名单上" in she.send(f"{path}/withdrawal/undo")
    assert she.path == path
    she.send(f"{path}/withdrawal/undo")
    assert she.path == path
    assert "来不及" not in she.text
    assert state_of(path) == SignUpState.CONFIRMED


def test_after_ten_minutes_there_is_nothing_to_undo(laid_out: Street, she: Person) -> None:
    path = laid_out.hers["confirmed"]
    she.open(path)
    she.send(f"{path}/withdrawal")
    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(minutes=11))
    assert "来不及撤销了" in she.send(f"{path}/withdrawal/undo")
    assert "撤销</button>" not in she.open("/me")
    assert state_of(path) == SignUpState.WITHDRAWN


def test_close_to_the_start_only_the_telephone_helps(laid_out: Street, she: Person) -> None:
    path = laid_out.hers["soon"]
    she.open("/me")
    text = she.send(f"{path}/withdrawal")
    assert she.path == path
    assert "11月23日（星期一）上午9:00以后不能自己退出了。请打0371 6435 0001告诉负责人。" in text
    assert state_of(path) == SignUpState.CONFIRMED


def test_withdrawing_what_is_over_changes_nothing(laid_out: Street, she: Person) -> None:
    for name in ("cancelled", "served"):
        path, before = laid_out.hers[name], state_of(laid_out.hers[name])
        she.open("/me")
        she.send(f"{path}/withdrawal")
        assert (she.status, she.path) == (200, path), name
        assert state_of(path) == before


# --- my shifts ---


def test_my_shifts_stand_under_what_they_are(laid_out: Street, she: Person) -> None:
    text = she.open("/me")
    order = [
        "请您回复",
        "敲敲门，问声好",
        "接下来的班次",
        "365·贴心窗口值班",
        "365·动态宣传",
        "中医养生",
        "轮流看护“大家”的门",
    ]
    order += [
        "等消息的报名",
        "理事会办公室值班",
        "水苑小区入户征求意见",
        "取消了，不用来",
        "新风苑绿化带补栽",
        "晨巡午议",
    ]
    order += ["以前的班次", "“五老”讲传统"]
    assert [words for words in order if words not in text] == []
    assert sorted(order, key=text.index) == order
    for gone in ("飞线充电劝导", "夜查", "心理辅导", "妇女儿童关爱", "扶贫帮困走访"):
        assert gone not in text
    assert laid_out.volunteer_id


def test_whoever_has_no_shifts_is_led_to_the_list(laid_out: Street) -> None:
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900020002")
    other = Person()
    text = other.log_in("13900020002")
    assert "还没有班次" in text
    assert "看看附近活动" in text
    assert laid_out.area_id


def offer_id(laid_out: Street, name: str = "offered") -> int:
    return int(laid_out.public[f"link {name}"].rsplit("/", 1)[1].split(".")[0])


def places(laid_out: Street, shift_of: int) -> list[str]:
    """The states of her places in the shift of an assignment, oldest first."""
    with transaction() as session:
        shift_id = session.get_one(Assignment, shift_of).shift_id
        mine = select(Assignment.state).where(
            Assignment.shift_id == shift_id, Assignment.volunteer_id == laid_out.volunteer_id
        )
        return list(session.scalars(mine.order_by(Assignment.id)))


def test_an_offer_is_answered_from_the_list(laid_out: Street, she: Person) -> None:
    offer = offer_id(laid_out)
    she.open("/me")
    assert "已经记下您能来" in she.send(f"/me/offers/{offer}/yes")
    assert "请您回复" not in she.text
    she.send(f"/me/offers/{offer}/yes")
    assert places(laid_out, offer) == [AssignmentState.CONFIRMED]


def test_a_no_can_be_undone_and_is_asked_once_more(laid_out: Street, she: Person) -> None:
    offer = offer_id(laid_out)
    she.open("/me")
    text = she.send(f"/me/offers/{offer}/no")
    assert "我们找别人顶上" in text
    assert f'action="/me/offers/{offer}/again"' in text
    assert "请您再回复一次" in she.send(f"/me/offers/{offer}/again")
    assert "敲敲门，问声好" in she.text
    she.send(f"/me/offers/{offer}/again")
    assert places(laid_out, offer) == [AssignmentState.DECLINED, AssignmentState.OFFERED]


def test_a_no_cannot_be_undone_within_the_last_hour(laid_out: Street, she: Person) -> None:
    offer = offer_id(laid_out)
    she.open("/me")
    she.send(f"/me/offers/{offer}/no")
    with transaction() as session:
        starts_at = session.get_one(Shift, session.get_one(Assignment, offer).shift_id).starts_at
        clock.turn_to(session, instant=starts_at - timedelta(minutes=59))
    assert "来不及撤销了" in she.send(f"/me/offers/{offer}/again")
    assert places(laid_out, offer) == [AssignmentState.DECLINED]


def test_offers_of_others_or_that_are_over_cannot_be_answered(laid_out: Street, she: Person) -> None:
    she.open("/me")
    for name in ("too late", "replanned", "released", "called off offer"):
        assert "不能回复了" in she.send(f"/me/offers/{offer_id(laid_out, name)}/yes"), name
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900020002")
    other = Person()
    other.log_in("13900020002")
    for what in ("yes", "no", "again"):
        other.send(f"/me/offers/{offer_id(laid_out)}/{what}")
        assert other.status == 404
        other.open("/me")
    she.send(f"/me/offers/{offer_id(laid_out)}/maybe")
    assert she.status == 404


def test_an_offer_whose_time_is_over_is_not_offered(laid_out: Street, she: Person) -> None:
    with transaction() as session:
        session.get_one(Assignment, offer_id(laid_out)).answer_by = NOW - timedelta(minutes=1)
    assert "请您回复" not in she.open("/me")


def test_a_promoted_sign_up_is_answered_on_its_own_page(laid_out: Street, she: Person) -> None:
    path = laid_out.hers["waiting"]
    with transaction() as session:
        waiting = session.get_one(SignUp, int(path.rsplit("/", 1)[1]))
        holder = session.scalars(
            select(Assignment).where(Assignment.shift_id == waiting.shift_id, Assignment.state == "confirmed")
        ).one()
        from service.roster import actions as roster

        roster.decline(session, assignment_id=holder.id, now=NOW)
        follow(session, now=NOW)
    text = she.open(path)
    assert "请您回复能不能来" in text
    assert "我能来" in text
    action = text.split('action="/me/offers/')[1].split('"')[0]
    assert "已经记下您能来" in she.send(f"/me/offers/{action}")
    assert "报名成功" in she.open(path), "the sign-up itself follows a moment later"


# --- what is kept of her ---


def test_consents_are_taken_back_and_given_again(laid_out: Street, she: Person) -> None:
    def standing() -> set[ConsentPurpose]:
        with transaction() as session:
            given = select(Consent.purpose).where(
                Consent.volunteer_id == laid_out.volunteer_id, Consent.withdrawn_at.is_(None)
            )
            return set(session.scalars(given))

    text = she.open("/me/profile")
    for words in ("欧阳小满", "139****0001", "人民路社区", "用姓名和手机号安排志愿服务", "给您发提醒"):
        assert words in text
    assert "点错了可以撤销" in she.send("/me/consents/reminders/withdraw")
    assert standing() == {ConsentPurpose.SERVICE}
    she.send("/me/consents/reminders/withdraw")
    assert "记下了，您同意" in she.send("/me/consents/reminders/give")
    assert standing() == {ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS}
    she.send("/me/consents/everything/give")
    assert she.status == 404


def test_without_her_consent_nothing_is_offered_to_her(laid_out: Street, she: Person) -> None:
    assert "社区义诊" in she.open("/")
    she.open("/me/profile")
    she.send("/me/consents/service/withdraw")
    assert "近期没有空着的班" in she.open("/")
    assert laid_out.area_id


@pytest.mark.parametrize("path", ["/me/profile", "/signups/1", "/signups/1/calendar.ics"])
def test_guests_log_in_first(laid_out: Street, path: str) -> None:
    guest = Person()
    guest.open(path)
    assert guest.path == "/login"
    guest.send("/login", phone=HER_PHONE)
    assert laid_out.area_id
