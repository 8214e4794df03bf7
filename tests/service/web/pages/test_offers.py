"""The link in a message: whoever opens it, however often, changes nothing; one press answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from service import clock, links
from service.activities.models import Activity, Shift
from service.db import transaction
from service.places.models import Area
from service.roster.models import Assignment
from service.teams import actions as teams
from service.terms import AssignmentState, ConsentPurpose
from tests import factories, street
from tests.browsing import Person
from tests.ledger import facts
from tests.street import Street

SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; LinkPreview/1.0; bot)"}

pytestmark = pytest.mark.usefixtures("at_now")

READS = {
    "offered": ("这一班您能来吗？", "我能来", "我来不了", "请在11月24日（星期二）上午10:00以前回复"),
    "accepted": ("您已回复：能来", "我来不了", "加到手机日历"),
    "declined": ("您回复了来不了", "我又能来了"),
    "too late": ("没有按时回复，名额让给别人了", "请打本页下方的电话"),
    "replanned": ("这一班改了时间", "名额已经让出来"),
    "released": ("社区另作了安排",),
    "called off offer": ("这一班取消了", "停电"),
    "served": ("这一班结束了", "谢谢您"),
}


def link(laid_out: Street, name: str = "offered") -> str:
    return laid_out.public[f"link {name}"]


def place(path: str) -> Assignment:
    with transaction() as session:
        return place_in(session, path)


def test_each_state_is_told_with_whom_to_call(laid_out: Street) -> None:
    for name, there in READS.items():
        who = Person()
        text = who.open(link(laid_out, name))
        assert who.status == 200
        for words in (*there, "欧阳**，您好。", 'href="tel:0371-64350001"'):
            assert words in text, (name, words)
        assert ("我能来</button>" in text) == (name == "offered"), name
        assert ("我又能来了</button>" in text) == (name == "declined"), name
        assert "小满" not in text


def test_opening_the_link_changes_nothing(laid_out: Street) -> None:
    with transaction() as session:
        before = facts(session)
    for name in READS:
        for _look in range(2):
            assert Person().client.get(link(laid_out, name), headers=SCANNER).status_code == 200
            assert Person().client.head(link(laid_out, name), headers=SCANNER).status_code == 200
    assert place(link(laid_out)).state == AssignmentState.OFFERED
    with transaction() as session:
        assert facts(session) == before


def test_one_press_answers_without_logging_in_and_a_second_is_harmless(laid_out: Street) -> None:
    path, who = link(laid_out), Person()
    answer = who.client.post(path, data={"answer": "yes"})
    assert answer.status_code == 303
    assert "已经记下您能来" in who.open(answer.headers["Location"])
    with transaction() as session:
        before = facts(session)
    assert who.client.post(path, data={"answer": "yes"}).status_code == 303
    with transaction() as session:
        assert facts(session) == before
    assert place(path).state == AssignmentState.CONFIRMED


def test_whoever_said_yes_may_still_say_no_with_her_reason(laid_out: Street) -> None:
    path, who = link(laid_out, "accepted"), Person()
    assert "我们找别人顶上" in who.send(path, answer="no", reason="要带孙子")
    who.send(path, answer="no", reason="别的")
    assert place(path).decline_reason == "要带孙子"


def test_a_no_by_a_slip_becomes_a_yes_within_ten_minutes(laid_out: Street) -> None:
    path, who = link(laid_out, "declined"), Person()
    text = who.send(path, answer="yes")
    assert "已经记下您能来" in text
    assert who.path != path, "another place, the old no stays written down"
    assert place(who.path).state == AssignmentState.CONFIRMED
    assert place(path).state == AssignmentState.DECLINED


def test_a_no_may_be_changed_while_the_place_is_free_and_there_is_time(laid_out: Street) -> None:
    path, who = link(laid_out, "declined"), Person()
    with transaction() as session:
        starts_at = session.get_one(Shift, place_in(session, path).shift_id).starts_at
        clock.turn_to(session, instant=starts_at - timedelta(hours=2))
    assert "我又能来了" in who.open(path)
    with transaction() as session:
        clock.turn_to(session, instant=starts_at - timedelta(minutes=59))
    assert "我又能来了" not in who.open(path)
    assert "想改回来，请打本页下方的电话" in who.send(path, answer="yes")
    assert who.status == 409


def test_the_first_mail_shows_and_takes_back_the_yes_she_said_after_a_no(laid_out: Street) -> None:
    path, who = link(laid_out), Person()
    who.send(path, answer="no")
    changed = who.client.post(path, data={"answer": "yes"})
    assert "您已回复：能来" in who.open(path), "not the no that is history"
    who.send(path, answer="no")
    assert who.status == 200
    assert place(changed.headers["Location"].split("?")[0]).state == AssignmentState.DECLINED
    assert "您回复了来不了" in who.open(path)


def place_in(session: Session, path: str) -> Assignment:
    return session.get_one(Assignment, links.read_answer_token(path.rsplit("/", 1)[1]))


def test_what_is_over_cannot_be_answered(laid_out: Street) -> None:
    for name in ("too late", "replanned", "released", "called off offer", "served"):
        before = place(link(laid_out, name)).state
        who = Person()
        who.send(link(laid_out, name), answer="yes")
        assert who.status == (409 if name != "served" else 200), name
        assert place(link(laid_out, name)).state == before, name
    who = Person()
    who.send(link(laid_out, "served"), answer="no")
    assert who.status == 409
    assert place(link(laid_out, "served")).state == AssignmentState.CONFIRMED


def test_an_answer_that_is_none_is_asked_for_again(laid_out: Street) -> None:
    for typed in ({}, {"answer": "maybe"}, {"answer": "no", "reason": "很" * 101}):
        who = Person()
        who.send(link(laid_out), **typed)
        assert who.status == 422, typed
    assert place(link(laid_out)).state == AssignmentState.OFFERED


def test_a_link_that_is_broken_or_made_up_is_explained(laid_out: Street) -> None:
    path = link(laid_out)
    with transaction() as session:
        newest = session.scalars(select(Assignment.id).order_by(Assignment.id.desc()).limit(1)).one()
    broken = [path[:-1], path + "x", "/answers/1.broken", "/answers/.", "/answers/x", f"/answers/{'9' * 300}.x"]
    for address in [*broken, f"/answers/{links.answer_token(newest + 1)}"]:
        for ending in ("", "/calendar.ics"):
            who = Person()
            who.open(address + ending)
            assert who.status == 404, address
            assert "找不到这个页面" in who.text


def test_the_calendar_of_an_offer(laid_out: Street) -> None:
    for name, status in (("accepted", "CONFIRMED"), ("declined", "CANCELLED"), ("called off offer", "CANCELLED")):
        answer = Person().client.get(f"{link(laid_out, name)}/calendar.ics")
        (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
        assert event["STATUS"] == status, name


def test_somebody_else_who_is_logged_in_still_answers_for_whom_the_link_is(laid_out: Street) -> None:
    with transaction() as session:
        factories.volunteer(session, factories.community(session), phone="+8613900020002")
    other = Person()
    other.log_in("13900020002")
    assert "欧阳**，您好。" in other.open(link(laid_out))
    assert "已经记下您能来" in other.send(link(laid_out), answer="yes")
    assert place(link(laid_out)).volunteer_id == laid_out.volunteer_id


def teammates(laid_out: Street, *names: str) -> list[int]:
    """People of the team whose activity the accepted offer is in, the first of whom agreed to be shown."""
    with transaction() as session:
        assignment = session.get_one(Assignment, links.read_answer_token(link(laid_out, "accepted").rsplit("/", 1)[1]))
        activity = session.get_one(Activity, session.get_one(Shift, assignment.shift_id).activity_id)
        area = session.get_one(Area, activity.area_id)
        team = factories.team(session, area, "助餐队")
        activity.team_id = team.id
        made = []
        for number, name in enumerate(names):
            purposes = [ConsentPurpose.SERVICE, *([ConsentPurpose.SHOW_NAME] if not number else [])]
            person = factories.volunteer(session, area, name, purposes=purposes)
            teams.join_team(session, team_id=team.id, volunteer_id=person.id, from_on=date(2026, 1, 1))
            made.append(person.id)
        return made


def test_with_a_no_she_may_suggest_who_agreed_to_be_shown_or_write_a_name(laid_out: Street) -> None:
    shown, hidden = teammates(laid_out, "吴好友", "郑不显")
    path, who = link(laid_out, "accepted"), Person()
    text = who.open(path)
    assert "吴好友" in text
    assert "郑" not in text, "by a link alone, nobody reads of who did not agree to be shown"
    assert "请另选一位" in who.send(path, answer="no", suggests=f"p{hidden}")
    assert who.status == 422
    assert place(path).state == AssignmentState.CONFIRMED
    who.send(path, answer="no", suggests=f"p{shown}", suggests_name="楼下李大爷")
    assert (place(path).suggested_id, place(path).suggested_name) == (shown, "楼下李大爷")


def test_logged_in_as_herself_she_reads_surnames_and_may_pick_anybody(laid_out: Street) -> None:
    _shown, hidden = teammates(laid_out, "吴好友", "郑不显")
    path, who = link(laid_out, "accepted"), Person()
    who.log_in(street.HER_PHONE)
    text = who.open(path)
    assert "郑**" in text
    assert "郑不显" not in text
    who.send(path, answer="no", suggests=f"p{hidden}")
    assert place(path).suggested_id == hidden
