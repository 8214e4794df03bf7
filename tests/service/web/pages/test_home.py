"""The list of what one can take, and one activity: for guests and volunteers, with nonsense in the address."""

from __future__ import annotations

import pytest

from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan
from service.db import transaction
from service.places.models import Area
from service.terms import Mode
from tests import factories
from tests.browsing import Person
from tests.factories import NOW
from tests.street import HER_PHONE, Street

ONE = RolePlan(name="引导员", min_needed=1, max_needed=1)

pytestmark = pytest.mark.usefixtures("at_now")


def made(title: str, *, days: int = 5, community: str = "人民路社区", **details: object) -> Shift:
    """The one shift of a published activity."""
    with transaction() as session:
        area = factories.community(session, community)
        plans = [factories.once_from(NOW, days=days)]
        activity = factories.activity(session, area, title=title, plans=plans, **details)  # type: ignore[arg-type]  # a test's own values
        return factories.shifts(session, activity)[0]


def fill(shift: Shift) -> None:
    with transaction() as session:
        person = factories.volunteer(session, session.get_one(Area, shift.area_id))
        factories.sign_up(session, person, factories.only_role(session, shift))


def known(phone: str = HER_PHONE) -> Person:
    """A volunteer of 人民路社区 who is logged in."""
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone=f"+86{phone}")
    she = Person()
    she.log_in(phone)
    return she


def test_full_shifts_are_shown_when_asked_for() -> None:
    made("社区义诊")
    fill(made("日间助餐", roles=(ONE,)))
    fill(made("清晨巡逻", roles=(ONE,), has_waitlist=False))
    for who in (Person(), known()):
        text = who.open("/")
        assert "社区义诊" in text
        assert "日间助餐" not in text
        assert "/?full=1" in text
        text = who.open("/?full=1")
        assert "社区义诊" in text
        assert "日间助餐" in text
        assert "清晨巡逻" not in text, "one cannot wait for it"


def test_a_shift_closed_to_sign_ups_is_not_offered() -> None:
    made("社区义诊", closes_before=5 * 24 * 60)
    made("日间助餐", closes_before=60)
    text = Person().open("/")
    assert "社区义诊" not in text
    assert "日间助餐" in text


def test_a_guest_sees_each_shift_once_with_all_its_roles() -> None:
    roles = [RolePlan(name=name, min_needed=1, max_needed=2) for name in ("量血压", "登记", "陪老人")]
    shift = made("社区义诊", roles=roles)
    text = Person().open("/")
    assert text.count("社区义诊") == 1
    assert "量血压、登记、陪老人" in text
    assert "还缺6人" in text
    assert f'href="/signup/{shift.id}"' in text


def test_a_volunteer_sees_each_role_she_can_take() -> None:
    roles = [ONE, RolePlan(name="陪老人", min_needed=1, max_needed=2, min_age=90)]
    shift = made("社区义诊", roles=roles)
    text = known().open("/")
    assert text.count(f'href="/signup/{shift.id}?role=') == 1
    assert "陪老人" not in text


def test_her_next_shift_is_on_top(laid_out: Street) -> None:
    she = Person()
    she.log_in(HER_PHONE)
    text = she.open("/")
    assert "您的下一班" in text
    assert text.index("365·贴心窗口值班") < text.index("您能参加的")
    assert laid_out.volunteer_id


def test_the_list_goes_on_page_after_page_and_shows_each_shift_once() -> None:
    titles = [f"第{number}次活动" for number in range(30)]
    for number, title in enumerate(titles):
        made(title, days=number + 1)
    who, seen, address = Person(), [], "/"
    for _page in range(4):
        text = who.open(address)
        seen += [title for title in titles if title in text]
        if "下一页" not in text:
            break
        address = "/?after=" + text.split('href="/?after=')[1].split('"')[0]
    assert seen == titles
    assert "回到最近的班次" in text


def test_large_letters_show_fewer_at_a_time() -> None:
    for number in range(8):
        made(f"第{number}次活动", days=number + 1)
    who = Person()
    shown = {}
    for size in ("standard", "large", "xlarge"):
        who.client.set_cookie("size", size)
        shown[size] = who.open("/").count('class="card"')
    assert shown == {"standard": 8, "large": 5, "xlarge": 3}


NONSENSE = (
    *(
        "area=",
        "area=x",
        "area=-1",
        "area=0",
        "area=99999",
        "area=%00",
        "area=１",
        f"area={'9' * 18}",
        f"area={'9' * 300}",
    ),
    *("after=", "after=-", "after=1-", "after=x-y", f"after={'9' * 30}-1", f"after=1-{'9' * 30}", "full=2", "full="),
)


def test_nonsense_in_the_address_is_passed_over() -> None:
    made("社区义诊")
    who = Person()
    for query in NONSENSE:
        assert "社区义诊" in who.open(f"/?{query}"), query
        assert who.status == 200


def test_the_chosen_community_brings_its_landline_and_what_is_near() -> None:
    near = made("社区义诊").area_id
    made("日间助餐", community="杜甫路社区")
    with transaction() as session:
        far = factories.community(session, "新兴路社区", street="新华路街道")
        factories.activity(session, far, title="水苑小区征求意见", plans=[factories.once_from(NOW)])
        far.landline = "0371-64351020"
    who = Person()
    text = who.open(f"/?area={near}")
    assert "社区义诊" in text
    assert "日间助餐" in text, "the same street"
    assert "水苑小区征求意见" not in text
    assert "0371 6435 0001" in text
    assert "0371 6435 1020" in who.open(f"/?area={far.id}")


def test_a_house_without_activities_says_so() -> None:
    who = Person()
    assert "近期没有空着的班" in who.open("/")
    assert who.status == 200
    assert "近期没有班次" in who.open("/?full=1")


# --- one activity ---


def test_an_activity_answers_what_when_where_and_whom_to_call(laid_out: Street) -> None:
    text = Person().open(laid_out.public["activity several"])
    for words in (
        "人民路社区 · 社区服务站，人民路6号院东门",
        "水杯、手套",
        "陪老人上下楼要慢。",
        "先到先得，报上就定了。",
        "陈协调",
        'href="tel:0371-64350001"',
        "11月25日（星期三）",
        "量血压：还缺2人",
    ):
        assert words in text, words


def test_a_cancelled_activity_says_why_and_offers_nothing(laid_out: Street) -> None:
    text = Person().open(laid_out.public["activity called off"])
    assert "这个活动取消了：挖掘机没有到" in text
    assert "报名" not in text


def test_a_cancelled_shift_is_marked_and_leads_nowhere(laid_out: Street) -> None:
    text = Person().open(laid_out.public["activity called off shift"])
    assert "已取消" in text
    assert "下大雪，路滑" in text
    assert "/signup/" not in text


def test_an_activity_that_is_over_leads_on(laid_out: Street) -> None:
    assert "近期没有新的班次" in Person().open(laid_out.public["activity over"])


def test_a_full_activity_tells_whether_one_can_wait(laid_out: Street) -> None:
    who = Person()
    assert "候补" in who.open(laid_out.public["activity full"])
    text = who.open(laid_out.public["activity no waitlist"])
    assert "名额满了" in text
    assert "候补" not in text


def test_a_shift_she_has_signed_up_for_is_marked(laid_out: Street) -> None:
    with transaction() as session:
        role = factories.only_role(session, session.get_one(Shift, laid_out.shift_ids["matched"]))
        role_id = role.id
    she = Person()
    she.log_in(HER_PHONE)
    she.open(laid_out.public["place matched"])
    she.send(laid_out.public["place matched"], role_id=role_id)
    assert "您已经报名" in she.open(laid_out.public["activity matched"])


def test_a_long_series_is_folded() -> None:
    with transaction() as session:
        area = factories.community(session)
        plans = [factories.once_from(NOW, days=days) for days in range(1, 11)]
        activity = factories.activity(session, area, plans=plans, mode=Mode.ROTA)
        activity_id = session.get_one(Activity, activity.id).id
    text = Person().open(f"/a/{activity_id}")
    assert "后面还有4班" in text
    assert text.count('class="card"') == 10
    assert "轮流来，社区排好班，再请您确认。" in text
