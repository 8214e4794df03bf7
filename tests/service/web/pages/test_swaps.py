"""Asking others to take one's place, and answering, by link: opening changes nothing; the place is hers meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import clock, links
from service.accounts import actions as accounts
from service.db import transaction
from service.notifications import sending
from service.places.models import Area
from service.roster.models import HOLDING, Assignment
from service.swaps.models import Swap, SwapAsking
from service.terms import Channel, SwapState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import drain
from tests.service.backfill.lane import Lane

SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; LinkPreview/1.0; bot)"}
TOMORROW = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("at_now")


@dataclass
class Street:
    """王小满 is on a shift; 李大雪 and 赵立冬 of her team could take it, 赵立冬 also in exchange for another."""

    giver_id: int
    people: dict[str, int]
    place_id: int
    signup_id: int
    other_place_id: int
    shift_id: int
    area_id: int

    @property
    def ask(self) -> str:
        return f"/answers/{links.answer_token(self.place_id)}/swap"

    def link(self, name: str) -> str:
        with transaction() as session:
            asking = select(SwapAsking).where(SwapAsking.volunteer_id == self.people[name]).order_by(SwapAsking.id)
            return f"/swaps/{links.swap_token(session.scalars(asking).all()[-1].id)}"

    def swap(self) -> Swap:
        with transaction() as session:
            return session.scalars(select(Swap).order_by(Swap.id.desc()).limit(1)).one()

    def holders(self) -> list[int]:
        with transaction() as session:
            held = select(Assignment.volunteer_id).where(
                Assignment.shift_id == self.shift_id, Assignment.state.in_(HOLDING)
            )
            return list(session.scalars(held))

    def seated(self, volunteer_id: int) -> Person:
        with transaction() as session:
            person = session.get_one(Volunteer, volunteer_id)
            account = accounts.open_account(
                session, phone=factories.phone(), name=person.name, volunteer_id=volunteer_id
            )
            return desks.seated(account)


@pytest.fixture
def street(at_now: object, request: pytest.FixtureRequest) -> Street:
    details = {"title": "清晨巡逻", **getattr(request, "param", {})}
    with transaction() as session:
        lane = Lane(session, TOMORROW, details=details)
        giver = lane.member("王小满")
        people = {name: lane.member(name) for name in ("李大雪", "赵立冬")}
        [signup] = lane.filled(giver)
        later = factories.further_shift(session, lane.shift, TOMORROW + timedelta(days=2))
        factories.sign_up(session, people["赵立冬"], later.roles[0])
        lane.follow()
        places = session.scalars(select(Assignment).order_by(Assignment.id)).all()
        return Street(
            giver.id,
            {name: person.id for name, person in people.items()},
            places[0].id,
            signup.id,
            places[1].id,
            lane.shift.id,
            lane.area.id,
        )


approved = pytest.mark.parametrize("street", [{"swaps_need_approval": True}], indirect=True)


def asked(street: Street, whom: str = "all", she: Person | None = None) -> Person:
    """By the link alone unless `she` is logged in."""
    she = she or Person()
    she.open(street.ask)
    she.send(street.ask, whom=whom)
    return she


def test_the_page_says_that_the_place_stays_hers_and_whom_she_can_ask(street: Street) -> None:
    text = street.seated(street.giver_id).open(street.ask)
    for words in (
        "请人替班",
        "清晨巡逻",
        "11月24日（星期二）",
        "有人答应以前，这一班还是您来",
        "能替的人都问一问（2人）",
        "只问李**",
        "和赵**换班",
        "您去11月26日（星期四）",
    ):
        assert words in text, words
    assert "李大雪" not in text
    assert "139" not in text.split("<main")[1]


def test_who_agreed_to_it_is_read_by_her_whole_name(street: Street) -> None:
    she, giver = street.seated(street.people["李大雪"]), street.seated(street.giver_id)
    assert "换班的时候让队友看到全名" in she.open("/me/profile")
    she.send("/me/consents/show_name/give")
    text = giver.open(street.ask)
    assert ("只问李大雪" in text, "只问赵**" in text) == (True, True)
    she.send("/me/consents/show_name/withdraw")
    assert "只问李**" in giver.open(street.ask)


def test_whoever_only_holds_the_link_reads_of_nobody_who_did_not_agree_to_it(street: Street) -> None:
    """A link may be in strange hands: it says how many could, and names those who agreed to be shown."""
    text = Person().open(street.ask)
    assert "能替的人都问一问（2人）" in text
    assert "登录以后可以选别的人" in text
    assert [name for name in ("李", "赵") if name in text.split("<main")[1]] == []
    for whom in (f"p{street.people['李大雪']}", f"x{street.other_place_id}"):
        assert asked(street, whom).status == 409, "nor are they picked by who guesses a number"
    stranger = street.seated(street.people["赵立冬"])
    assert "只问" not in stranger.open(street.ask), "another's login proves nothing"
    she = street.seated(street.people["李大雪"])
    she.open("/me/profile")
    she.send("/me/consents/show_name/give")
    assert "只问李大雪" in Person().open(street.ask)
    assert "一位队友" in asked(street).text


def test_it_is_reached_from_her_shift(street: Street) -> None:
    she = street.seated(street.giver_id)
    assert street.ask in she.open(f"/signups/{street.signup_id}")
    assert street.ask in she.open(f"/answers/{links.answer_token(street.place_id)}")


def test_everybody_is_asked_and_it_is_still_hers(street: Street) -> None:
    she = asked(street)
    assert "替您问了" in she.text
    assert "问了2人，还没有人答应" in she.text
    assert (street.swap().state, street.holders()) == (SwapState.OPEN, [street.giver_id])
    assert "正在请人替" in street.seated(street.giver_id).open("/me")


def test_she_takes_it_back(street: Street) -> None:
    she = asked(street)
    assert "不换了，这一班还是您来" in she.send(f"{street.ask}/withdrawal")
    assert street.swap().state == SwapState.TAKEN_BACK
    assert "这一班不用替了" in Person().open(street.link("李大雪"))


@pytest.mark.parametrize("whom", ["", "everybody", "p", "x", "pall", "p1e9"])
def test_a_choice_that_is_none_is_asked_for_again(street: Street, whom: str) -> None:
    she = Person()
    she.open(street.ask)
    assert "请选一个" in she.send(street.ask, whom=whom) or "请谁来" in she.text
    assert she.status == 422


def test_who_could_not_is_not_asked_whatever_is_sent(street: Street) -> None:
    with transaction() as session:
        stranger = factories.volunteer(session, factories.community(session, "杜甫路社区"), "钱远")
    for whom in (f"p{stranger.id}", f"p{street.giver_id}", f"x{street.place_id}", "x999999"):
        she = asked(street, whom)
        assert (she.status, "请再选一次" in she.text) == (409, True)
    with transaction() as session:
        assert session.scalars(select(Swap)).all() == []


def test_the_link_asks_and_opening_it_changes_nothing(street: Street) -> None:
    asked(street)
    link = street.link("李大雪")
    text = Person().open(link)
    for words in ("李**，您好。", "王**这一班来不了，您能替一下吗？", "我能来", "谁先答应就请谁来"):
        assert words in text, words
    for _times in range(3):
        assert Person().client.get(link, headers=SCANNER).status_code == 200
    assert (street.swap().state, street.holders()) == (SwapState.OPEN, [street.giver_id])


def test_one_press_takes_the_place_without_logging_in(street: Street) -> None:
    asked(street)
    first, second = Person(), Person()
    first.open(street.link("李大雪"))
    assert "谢谢！已经记下您能来。" in first.send(street.link("李大雪"), answer="yes")
    assert street.holders() == [street.people["李大雪"]]
    second.open(street.link("赵立冬"))
    assert "已经有人替了" in second.text
    assert "已经有人替了" in second.send(street.link("赵立冬"), answer="yes")
    drain()
    she = street.seated(street.giver_id)
    assert "这一班有人替您了" in she.open(f"/signups/{street.signup_id}")
    assert "这一班有人替您了" in she.open(street.ask), "her link leads to what became of it"


def test_a_no_is_noted_and_can_be_thought_over(street: Street) -> None:
    asked(street)
    person = Person()
    person.open(street.link("李大雪"))
    assert "知道了，谢谢您告诉我们。" in person.send(street.link("李大雪"), answer="no")
    assert "点错了，我能来" in person.text
    assert "谢谢！已经记下您能来。" in person.send(street.link("李大雪"), answer="yes")


def test_when_all_say_no_she_can_ask_anew(street: Street) -> None:
    asked(street, f"p{street.people['李大雪']}", street.seated(street.giver_id))
    Person().send(street.link("李大雪"), answer="no")
    text = Person().open(street.ask)
    assert "上次没有换成：没人能替。这一班还是您来。" in text
    assert "能替的人都问一问" in text


def test_an_exchange_shows_both_shifts_and_changes_both(street: Street) -> None:
    she = asked(street, f"x{street.other_place_id}", street.seated(street.giver_id))
    assert "换过来，您去11月26日（星期四）" in she.text
    person = Person()
    text = person.open(street.link("赵立冬"))
    for words in (
        "王**想和您换班，行吗？",
        "您来这一班：",
        "您的这一班由王**来：",
        "11月26日（星期四）",
        "行，我来",
        "不方便",
    ):
        assert words in text, words
    person.send(street.link("赵立冬"), answer="yes")
    assert street.holders() == [street.people["赵立冬"]]
    with transaction() as session:
        assert session.get_one(Assignment, street.other_place_id).state == "released"


def test_who_cannot_is_told_all_the_reasons(street: Street) -> None:
    asked(street)
    with transaction() as session:
        area = factories.community(session)
        other = factories.shift_on(session, area, TOMORROW, title="别处")
        factories.sign_up(session, session.get_one(Volunteer, street.people["李大雪"]), other.roles[0])
    person = Person()
    person.open(street.link("李大雪"))
    assert "这一班您来不了：和“别处”时间重叠" in person.send(street.link("李大雪"), answer="yes")
    assert (person.status, street.holders()) == (409, [street.giver_id])


def test_it_is_among_what_she_is_asked(street: Street) -> None:
    asked(street)
    she = street.seated(street.people["李大雪"])
    assert "有人来不了，想请您替一班" in she.open("/me")
    assert "谢谢！已经记下您能来。" in she.send(street.link("李大雪"), answer="yes")
    assert "有人来不了，想请您替一班" not in she.open("/me")


@approved
def test_a_yes_waits_for_the_coordinator(street: Street) -> None:
    she = asked(street)
    person = Person()
    person.open(street.link("李大雪"))
    assert "记下了，等协调员同意。同意以前，还不用您来。" in person.send(street.link("李大雪"), answer="yes")
    assert "有人答应了，等协调员同意" in she.open(street.ask)
    assert street.holders() == [street.giver_id]


@pytest.mark.parametrize("path", ["/swaps/{}", "/answers/{}/swap"])
@pytest.mark.parametrize("token", ["1.broken", "1", "abc", "999999.AAAA"])
def test_a_broken_link_finds_nothing(street: Street, path: str, token: str) -> None:
    person = Person()
    person.open(path.format(token))
    assert person.status == 404
    person.send(path.format(token), answer="yes", whom="all")
    assert person.status == 404


def test_a_link_to_answer_does_not_ask_and_the_other_way_round(street: Street) -> None:
    asked(street)
    token = street.link("李大雪").rpartition("/")[2]
    assert Person().client.get(f"/answers/{token}/swap").status_code == 404
    assert Person().client.get(f"/swaps/{links.answer_token(street.place_id)}").status_code == 404


def test_after_the_start_there_is_nothing_to_ask_or_answer(street: Street) -> None:
    asked(street)
    with transaction() as session:
        clock.turn_to(session, instant=TOMORROW)
    assert "这一班不用替了" in Person().open(street.link("李大雪"))
    person = Person()
    person.open(street.ask)
    assert "/swap" not in person.path


def test_who_is_reached_by_telephone_is_called_and_her_answer_counts(street: Street) -> None:
    """A35: an elder is reached through the call list, and her answer changes the roster at once."""
    with transaction() as session:
        session.get_one(Volunteer, street.people["李大雪"]).channel = Channel.CALL_LIST
        desk = desks.seated(factories.coordinator(session, session.get_one(Area, street.area_id)))
    asked(street)
    drain()
    sending.send_due()
    assert "问能不能替班" in desk.open("/co/calls")
    call = next(line for line in desk.text.split('"') if line.startswith("/co/calls/"))
    assert "想请您替一下" in desk.send(call)
    assert "李大雪，能来" in desk.send(f"{call}/outcome", outcome="yes")
    assert street.holders() == [street.people["李大雪"]]


def test_nobody_is_called_for_a_swap_that_is_over(street: Street) -> None:
    with transaction() as session:
        session.get_one(Volunteer, street.people["李大雪"]).channel = Channel.CALL_LIST
        desk = desks.seated(factories.coordinator(session, session.get_one(Area, street.area_id)))
    asked(street)
    drain()
    sending.send_due()
    desk.open("/co/calls")
    call = next(line for line in desk.text.split('"') if line.startswith("/co/calls/"))
    desk.send(call)
    Person().send(street.link("赵立冬"), answer="yes")
    assert "刚刚已经有人顶上了，这次不用李大雪来" in desk.send(f"{call}/outcome", outcome="yes")
    drain()
    assert "没有要打的电话" in desk.open("/co/calls")
