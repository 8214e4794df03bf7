"""A match run on its page: the plan with reasons, published whole or in part, thrown away, overtaken."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.activities.models import Activity, Shift
from service.activities.rules import RolePlan, once
from service.company import actions as company
from service.company.rules import Rule
from service.db import transaction
from service.matching import actions as matching
from service.matching import solving
from service.matching.models import MatchRun
from service.places.models import Area
from service.roster.models import Assignment
from service.settings import Settings
from service.signups.actions import withdraw
from service.signups.models import SignUp
from service.terms import AssignmentState, MatchRunState, MatchStage, Mode, QualificationKind, SignUpState
from service.volunteers.models import Volunteer
from service.web import plan_view
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

TWO = (RolePlan(name="引导员", min_needed=2, max_needed=2),)


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def asked_for(she: Person, area: Area, *names: str, **details: object) -> int:
    """A matched activity with these sign-ups, for which a run has been asked on its page; the run's id."""
    made, [shift] = desks.published(area, mode=Mode.MATCHED, **{"roles": TWO, **details})
    with transaction() as session:
        for name in names:
            desks.signed_up(session, area, shift, name)
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    return int(she.path.rsplit("/", 1)[1])


def solve(run_id: int) -> None:
    with transaction() as session:
        matching.solve(session, match_run_id=run_id, now=NOW)


def states() -> dict[str, str]:
    """Each person's assignment by its state."""
    with transaction() as session:
        rows = session.execute(
            select(Volunteer.name, Assignment.state).join(Assignment, Assignment.volunteer_id == Volunteer.id)
        )
        return {name: str(state) for name, state in rows}


def test_a_run_is_asked_for_and_waits_until_it_is_solved(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满")
    assert "排在后面" in she.text
    with transaction() as session:
        run = session.get_one(MatchRun, run_id)
        assert (run.from_at >= NOW, run.until_at) == (True, NOW.replace(hour=16) + timedelta(days=6))
    solve(run_id)
    assert "草案，志愿者看不到" in she.open(f"/co/match/{run_id}")
    assert "排班草案等您发布：1份" in she.open("/co")


def test_the_page_says_how_near_people_serve_where_it_differs(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area, mode=Mode.MATCHED, roles=TWO)
    with transaction() as session:
        next_door = factories.community(session, "石窟路社区")
        for home, name in ((area, "王小满"), (next_door, "李大雪")):
            desks.signed_up(session, home, shift, name)
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    run_id = int(she.path.rsplit("/", 1)[1])
    solve(run_id)

    assert "<b>离家近</b> <span>本社区1人次、本街道1人次</span>" in she.open(f"/co/match/{run_id}")


def test_who_is_to_stand_by_is_shown_apart_and_published_with_the_rest(desk: tuple[Person, Area]) -> None:
    she, area = desk
    one = (RolePlan(name="引导员", min_needed=1, max_needed=1, stand_bys=1),)
    run_id = asked_for(she, area, "王小满", "李大雪", "张立春", roles=one)
    solve(run_id)
    text = she.open(f"/co/match/{run_id}")
    assert "新排1人次。另请1人次候备。2个报名没有排上。" in text
    placed, stands_by = text.split("候备：先不用来，有人来不了先请")
    assert "<b>王小满</b>" in placed
    assert re.findall("<b>(.*?)</b>", stands_by.split("报了名没有排上的，为什么")[0]) == ["李大雪"]
    assert len(re.findall(r'name="draft"', text)) == 2

    she.send(f"/co/match/{run_id}/publish", all="1")
    assert "发布了，正在问2个人能不能来。" in she.text
    with transaction() as session:
        her = session.scalars(select(Assignment).where(Assignment.is_stand_by)).one()
        assert her.state == AssignmentState.OFFERED
        assert session.get_one(Volunteer, her.volunteer_id).name == "李大雪"


def test_how_far_it_is_can_be_seen_and_it_can_be_stopped(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满")
    assert "排在后面，马上开始。" in she.text
    assert solving.begin(run_id, now=NOW)
    assert "正在排：在看谁报了名、谁能来。" in she.open(f"/co/match/{run_id}")
    solving.Teller(run_id).tell(MatchStage.PLACING, 5, 20)
    assert "排好了25%" in she.open(f"/co/match/{run_id}")
    assert "正在排班，还没有排完。" in she.open(f"/co/activities/{activity_of(run_id)}?on=2026-11-28")

    she.open(f"/co/match/{run_id}")
    she.send(f"/co/match/{run_id}/discard")
    assert "这一次停下了，没有排出来。" in she.open(f"/co/match/{run_id}")
    with pytest.raises(solving.NotWanted):
        solving.Teller(run_id).tell(MatchStage.CHECKING, 0, 1)


def activity_of(run_id: int) -> int:
    with transaction() as session:
        return session.get_one(MatchRun, run_id).activity_ids[0]


def test_whoever_will_not_wait_takes_what_is_there(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪", "张立春")
    she.send(f"/co/match/{run_id}/enough")
    assert (she.status, "没有停：这一次还没有开始排" in she.text) == (409, True)
    assert solving.begin(run_id, now=NOW)
    she.open(f"/co/match/{run_id}")
    assert "就用现在排好的" in she.text
    text = she.send(f"/co/match/{run_id}/enough")
    assert "不再等了：手上这一块排完就停" in text
    assert "就用现在排好的</button>" not in text
    with transaction() as session:
        solving.solve(session, match_run_id=run_id, now=NOW)
    text = she.open(f"/co/match/{run_id}")
    assert "草案，志愿者看不到" in text
    assert "没有等全部排完：“一块一块地排”做了0/3，其余的是粗排的。" in text
    assert "新排2人次。" in text
    she.send(f"/co/match/{run_id}/enough")
    assert she.status == 409, "it is done"


def test_how_it_was_made_is_told_in_a_folded_part(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满")
    solve(run_id)
    told = she.open(f"/co/match/{run_id}").split("这次怎么算的")[1].split("</details>")[0]
    lines = dict(re.findall(r"<b>([^<]+)</b> <span>([^<]+)</span>", told))
    assert lines["算法"].startswith("lexical/")
    assert lines["用的程序"].startswith("highspy 1.")
    assert re.fullmatch(r"1/1，\d+\.\d秒（处理器\d+\.\d秒）", lines["一块一块地排"])
    assert re.fullmatch(r"最多\d+MiB", lines["内存"])
    assert "每块最多试2000个分支" in lines["定好的限度"]
    assert "没有等全部排完" not in she.text


def test_a_newer_run_is_told_of(desk: tuple[Person, Area]) -> None:
    she, area = desk
    old_id = asked_for(she, area, "王小满")
    assert solving.begin(old_id, now=NOW)
    she.open(f"/co/activities/{activity_of(old_id)}?on=2026-11-28")
    she.send(f"/co/activities/{activity_of(old_id)}/match", on="2026-11-23")
    new_id = int(she.path.rsplit("/", 1)[1])
    assert solving.begin(new_id, now=NOW)
    assert f"/co/match/{new_id}" in she.open(f"/co/match/{old_id}").split("看更新的那一次")[0]


def test_a_second_plan_says_what_is_other_than_in_the_first(desk: tuple[Person, Area]) -> None:
    she, area = desk
    first = asked_for(she, area, "王小满")
    solve(first)
    assert "和上一份草案比" not in she.open(f"/co/match/{first}")
    with transaction() as session:
        shift = session.scalars(select(Shift)).one()
        desks.signed_up(session, area, shift, "李大雪")
    she.open(f"/co/activities/{activity_of(first)}?on=2026-11-28")
    she.send(f"/co/activities/{activity_of(first)}/match", on="2026-11-23")
    second = int(she.path.rsplit("/", 1)[1])
    solve(second)
    text = she.open(f"/co/match/{second}")
    assert "和上一份草案比：1人次没有变，新排1人次，不再排0人次" in text
    come = text.split("<p>新排</p>")[1].split("</ul>")[0]
    assert re.search(r"<li>李大雪（11月28日[^<]+）：少了就不够最少人数</li>", come)
    assert "不再排</p>" not in text


def test_who_goes_is_told_why_and_who_was_there_before_is_shown(desk: tuple[Person, Area]) -> None:
    she, area = desk
    one = (RolePlan(name="引导员", min_needed=1, max_needed=1),)
    first = asked_for(she, area, "王小满", roles=one)
    solve(first)
    with transaction() as session:
        shift = session.scalars(select(Shift)).one()
        desks.signed_up(session, area, shift, "李大雪")
        session.scalars(select(Volunteer).where(Volunteer.name == "王小满")).one().weekly_hours = 1
    she.open(f"/co/activities/{activity_of(first)}?on=2026-11-28")
    she.send(f"/co/activities/{activity_of(first)}/match", on="2026-11-23")
    second = int(she.path.rsplit("/", 1)[1])
    solve(second)
    text = she.open(f"/co/match/{second}")
    assert "和上一份草案比：0人次没有变，新排1人次，不再排1人次" in text
    go = text.split("<p>不再排</p>")[1].split("</ul>")[0]
    assert "王小满（11月28日" in go
    assert "加上这一班就超过本人说的每周1小时" in go

    she.send(f"/co/match/{second}/publish", all="1")
    she.open(f"/co/activities/{activity_of(first)}?on=2026-11-28")
    she.send(f"/co/activities/{activity_of(first)}/match", on="2026-11-23")
    third = int(she.path.rsplit("/", 1)[1])
    solve(third)
    text = she.open(f"/co/match/{third}")
    assert "原来就有：李大雪" in text
    assert "新排0人次。" in text


def test_the_plan_says_who_why_and_what_is_missing(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满")
    solve(run_id)
    text = she.open(f"/co/match/{run_id}")
    assert "新排1人次。" in text
    assert "还缺1人" in text
    assert "王小满</b>" in text
    assert "本人第1志愿；近12周没有服务过；没有想到别的人；少了就不够最少人数<" in text
    assert "还有1处缺人。" in text
    assert "最省事的办法：另找1个人。" in text
    assert "不行的话：少1个人也开这一班。" in text
    she.client.set_cookie("language", "en")
    assert "The easiest way: find 1 more, anybody suitable." in she.open(f"/co/match/{run_id}")
    assert "nobody else was thought of; needed for the minimum" in she.text


def test_a_plan_of_many_roles_is_looked_at_page_by_page(
    desk: tuple[Person, Area], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_view, "ON_A_PAGE", 1)
    she, area = desk
    plan = once(date(2026, 11, 28), starts=time(9), ends=time(11))
    later = once(date(2026, 11, 29), starts=time(9), ends=time(11))
    one = (RolePlan(name="引导员", min_needed=1, max_needed=1),)
    made, shifts = desks.published(area, mode=Mode.MATCHED, roles=one, plans=[plan, later])
    with transaction() as session:
        for shift, names in zip(shifts, (("王小满", "李大雪"), ("张立春", "何秋分")), strict=True):
            for name in names:
                desks.signed_up(session, area, shift, name)
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    run_id = int(she.path.rsplit("/", 1)[1])
    solve(run_id)

    first = she.open(f"/co/match/{run_id}")
    assert "新排2人次。2个报名没有排上。每一班都够了。" in first
    assert ("王小满" in first, "李大雪" in first, "张立春" in first, "何秋分" in first) == (True, True, False, False)
    assert "上一页" not in first
    assert f'href="/co/match/{run_id}?page=1"' in first
    second = she.open(f"/co/match/{run_id}?page=1")
    assert "新排2人次。2个报名没有排上。" in second
    assert ("王小满" in second, "李大雪" in second, "张立春" in second, "何秋分" in second) == (
        False,
        False,
        True,
        True,
    )
    assert f'href="/co/match/{run_id}"' in second
    assert "下一页" not in second
    assert "张立春" in she.open(f"/co/match/{run_id}?page=9"), "there is none behind the last"

    assert "请先勾选" in she.send(f"/co/match/{run_id}/publish", some="1", page="1")
    assert ("王小满" in she.text, "张立春" in she.text) == (False, True), "the same page again"
    she.send(f"/co/match/{run_id}/publish", all="1", page="1")
    assert states() == {"王小满": AssignmentState.OFFERED, "张立春": AssignmentState.OFFERED}


def test_who_got_nothing_learns_every_reason(desk: tuple[Person, Area]) -> None:
    she, area = desk
    doctor = (RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,)),)
    made, [shift] = desks.published(area, mode=Mode.MATCHED, roles=doctor)
    with transaction() as session:
        lapsed = factories.qualified(
            session, factories.volunteer(session, area, "李大雪"), QualificationKind.DOCTOR, until=date(2027, 1, 1)
        )
        desks.ask(session, lapsed, shift)
        lapsed.qualifications[0].valid_until = date(2026, 11, 27)
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    run_id = int(she.path.rsplit("/", 1)[1])
    solve(run_id)
    text = she.open(f"/co/match/{run_id}")
    assert "李大雪" in text.split("报了名没有排上的，为什么")[1]
    assert "医师资格到2026年11月27日为止，2026年11月28日服务那天已经过期。" in text
    assert "最省事的办法：请李大雪在那天以前换好医师资格。" in text
    assert "不行的话：另找1个有医师资格的人。" in text


def test_a_paper_that_was_shown_is_to_be_verified(desk: tuple[Person, Area]) -> None:
    she, area = desk
    doctor = (RolePlan(name="医生", min_needed=1, max_needed=1, requires=(QualificationKind.DOCTOR,)),)
    made, [shift] = desks.published(area, mode=Mode.MATCHED, roles=doctor)
    with transaction() as session:
        lapsed = factories.qualified(
            session, factories.volunteer(session, area, "李大雪"), QualificationKind.DOCTOR, until=date(2027, 1, 1)
        )
        desks.ask(session, lapsed, shift)
        lapsed.qualifications[0].verified_at = None
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    run_id = int(she.path.rsplit("/", 1)[1])
    solve(run_id)
    assert "最省事的办法：核验李大雪交来的医师资格。" in she.open(f"/co/match/{run_id}")
    with transaction() as session:
        session.get_one(Volunteer, lapsed.id).qualifications[0].verified_at = NOW
    she.open(f"/co/activities/{made.id}?on=2026-11-28")
    she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    again = int(she.path.rsplit("/", 1)[1])
    solve(again)
    assert "每一班都够了。" in she.open(f"/co/match/{again}"), "what was said was true"
    assert "最省事的办法" in she.open(f"/co/match/{run_id}"), "and the older plan says what was true then"


def test_what_if_somebody_else_were_placed(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪", "张立春")
    solve(run_id)
    text = she.open(f"/co/match/{run_id}")
    [link] = re.findall(rf"/co/match/{run_id}/what-if\?[^\"]+", text)
    told = she.open(link)
    assert "要是排张立春呢" in told
    assert "李大雪（11月28日" in told.split("谁要让出来")[1].split("代价")[0]
    assert "没有代价，和原来一样好。" in told
    assert set(states().values()) == {AssignmentState.DRAFTED}, "asking changes nothing"
    assert she.open(f"/co/match/{run_id}/what-if?person=1&opening=1") is not None
    assert she.status == 404


def test_fairness_is_shown_person_by_person(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪", "张立春")
    solve(run_id)
    text = she.open(f"/co/match/{run_id}/fairness")
    assert "均衡（Jain指数）" in text
    assert re.search(r"报了名一班也没排上</th><td>1人", text)
    rows = dict(re.findall(r"<b>([^<]+)</b>\s*<span>([^<]+)</span>", text))
    assert set(rows) == {"王小满", "李大雪", "张立春"}
    assert rows["王小满"].startswith("报名0次，请过0次"), "what is to come is no service yet"
    assert (rows["王小满"][-5:], rows["张立春"][-7:]) == ("2.5小时", "这次0.0小时")


def test_publishing_all_asks_everybody(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪")
    solve(run_id)
    assert states() == {"王小满": AssignmentState.DRAFTED, "李大雪": AssignmentState.DRAFTED}
    she.open(f"/co/match/{run_id}")
    assert "发布了，正在问2个人能不能来。" in she.send(f"/co/match/{run_id}/publish", all="1")
    assert states() == {"王小满": AssignmentState.OFFERED, "李大雪": AssignmentState.OFFERED}
    assert "等回复" in she.text
    assert "全部发布" not in she.text
    she.send(f"/co/match/{run_id}/publish", all="1")
    assert she.status == 200


def test_publishing_some_leaves_the_rest_drafts(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪")
    solve(run_id)
    text = she.open(f"/co/match/{run_id}")
    ticked = re.search(r'name="draft" value="(\d+)"><label[^>]*><span><b>王小满', text)
    assert ticked
    assert "请先勾选" in she.send(f"/co/match/{run_id}/publish", some="1")
    assert she.status == 422
    assert "正在问1个人" in she.send(f"/co/match/{run_id}/publish", some="1", draft=ticked[1])
    assert states() == {"王小满": AssignmentState.OFFERED, "李大雪": AssignmentState.DRAFTED}
    assert "全部发布" in she.text


def test_one_of_two_adults_beside_children_is_not_published_alone(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪")
    with transaction() as session:
        made = session.get_one(Activity, activity_of(run_id))
        company.ask(session, made, rule=Rule(children=5), account_id=None, now=NOW)
    solve(run_id)
    text = she.open(f"/co/match/{run_id}")
    drafts = dict(re.findall(r'name="draft" value="(\d+)"><label[^>]*><span><b>([^<]+)', text))
    told = she.send(f"/co/match/{run_id}/publish", some="1", draft=next(iter(drafts)))
    assert she.status == 409
    assert re.search(r"王小满（11月28日[^）]+）[^）]+）：有孩子的班要有两位成年人在场，还不够", told)
    assert set(states().values()) == {AssignmentState.DRAFTED}, "nobody was asked"
    assert "正在问2个人" in she.send(f"/co/match/{run_id}/publish", some="1", draft=list(drafts))


def test_who_got_nothing_reads_why_on_her_own_page_once_it_is_published(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪", "张立春")
    solve(run_id)
    with transaction() as session:
        last = session.scalars(select(SignUp).join(Volunteer).where(Volunteer.name == "张立春")).one()
        owner = accounts.open_account(session, phone=factories.phone(), name="张立春", volunteer_id=last.volunteer_id)
    her = desks.seated(owner)
    assert "为什么没有排上" not in her.open(f"/signups/{last.id}"), "drafts are not spoken of"
    assert "草案" not in her.text + her.open("/me")
    she.open(f"/co/match/{run_id}")
    she.send(f"/co/match/{run_id}/publish", all="1")
    told = her.open(f"/signups/{last.id}").split("这次为什么没有排上")[1]
    assert "<li>名额满了：意愿更靠前或近期服务更少的人先排。</li>" in told
    assert "王小满" not in her.text
    her.client.set_cookie("language", "en")
    assert "Full: people with a dearer wish or less service lately went first" in her.open(f"/signups/{last.id}")


def test_who_withdrew_meanwhile_is_not_asked_and_that_is_said(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满", "李大雪")
    solve(run_id)
    with transaction() as session:
        signup = session.scalars(select(SignUp).join(Volunteer).where(Volunteer.name == "李大雪"))
        withdraw(session, signup_id=signup.one().id, now=NOW)
    she.open(f"/co/match/{run_id}")
    text = she.send(f"/co/match/{run_id}/publish", all="1")
    assert "正在问1个人" in text
    assert "发布时有1人已经来不了" in text


def test_a_plan_thrown_away_leaves_the_sign_ups_waiting(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满")
    solve(run_id)
    she.open(f"/co/match/{run_id}")
    assert "草案丢掉了" in she.send(f"/co/match/{run_id}/discard")
    assert states() == {"王小满": AssignmentState.RELEASED}
    with transaction() as session:
        assert session.scalars(select(SignUp.state)).one() == SignUpState.PENDING
        assert session.get_one(MatchRun, run_id).state == MatchRunState.DISCARDED
    assert "没有发布" in she.send(f"/co/match/{run_id}/publish", all="1")
    assert she.status == 409


def test_a_published_plan_cannot_be_thrown_away(desk: tuple[Person, Area]) -> None:
    she, area = desk
    run_id = asked_for(she, area, "王小满")
    solve(run_id)
    she.open(f"/co/match/{run_id}")
    she.send(f"/co/match/{run_id}/publish", all="1")
    assert "已经发布了，不能再丢掉" in she.send(f"/co/match/{run_id}/discard")
    assert she.status == 409


def test_first_come_first_served_needs_no_plan(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, _shifts = desks.published(area)
    assert "排这一周" not in she.open(f"/co/activities/{made.id}")
    assert "这一周不用排" in she.send(f"/co/activities/{made.id}/match", on="2026-11-23")
    assert she.status == 409


def test_a_week_that_is_over_is_not_planned(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, _shifts = desks.published(area, mode=Mode.ROTA)
    she.open(f"/co/activities/{made.id}")
    assert "这一周不用排" in she.send(f"/co/activities/{made.id}/match", on="2026-11-09")
