"""/co/sheets: a table of activities. What is new is a draft; what is published changes in words only."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schemas.sheets import ActivityRow
from service.activities import actions as activities
from service.activities.models import Activity, Series, Shift
from service.activities.rules import DatesPlan, RolePlan, once
from service.calendars.recurrence import by_weekday, weekly
from service.db import transaction
from service.language import offered, speaking
from service.places import actions as places
from service.places.models import Area
from service.sheets import files
from service.sheets.activities import Activities
from service.sheets.lines import Circumstances
from service.terms import ActivityState, AreaKind, DayRule, Mode, QualificationKind, RowOutcome
from service.web import sheet_rows
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.outbox import drain
from tests.tables import press, send, table

pytestmark = pytest.mark.usefixtures("at_now")

HEADINGS = ["活动名称", "地点", "什么时候办", "几点开始", "几点结束", "从哪天起", "到哪天为止", "岗位和人数"]
CLINIC = [
    "社区义诊",
    "",
    "每周三、周六",
    "9:00",
    "11:30",
    "2026-12-02",
    "2026-12-31",
    "医生：1人，要有医师资格；引导员：2到4人",
]
FAIR = ["跳蚤市场", "", "2026-12-05、2026-12-12", "14:00", "17:00", "", "", "摆摊 3"]


@pytest.fixture
def desk() -> tuple[Person, Area]:
    return desks.coordinator()


def stored() -> list[Activity]:
    with transaction() as session:
        return list(session.scalars(select(Activity).order_by(Activity.id)))


def take_in(her: Person, rows: list[list[str]], headings: list[str] | None = None) -> str:
    """Upload, look, take in; the address of the file."""
    send(her, table(headings or HEADINGS, rows), kind="activities")
    press(her, "accept")
    drain()
    return her.path


def test_new_activities_are_drafts_that_nobody_else_sees(desk: tuple[Person, Area]) -> None:
    her, area = desk
    assert "导入能导入的2行" in send(her, table(HEADINGS, [CLINIC, FAIR]), kind="activities")
    assert stored() == [], "looking changes nothing"
    press(her, "accept")
    drain()
    with transaction() as session:
        clinic, fair = session.scalars(select(Activity).order_by(Activity.id)).all()
        assert (clinic.state, fair.state) == (ActivityState.DRAFT, ActivityState.DRAFT)
        assert (clinic.area_id, clinic.place_id, clinic.mode) == (area.id, area.id, Mode.INSTANT)
        assert [(role.name, role.min_needed, role.max_needed, role.requires) for role in clinic.roles] == [
            ("医生", 1, 1, ["doctor"]),
            ("引导员", 2, 4, []),
        ]
        assert [(one.rule, one.from_on, one.until_on) for one in clinic.series] == [
            ("FREQ=WEEKLY;BYDAY=WE,SA", date(2026, 12, 2), date(2026, 12, 31))
        ]
        assert [one.from_on for one in fair.series] == [date(2026, 12, 5), date(2026, 12, 12)]
        assert (clinic.contact_name, clinic.contact_phone) == ("陈协调", "0371-64350001")
        assert session.scalar(select(func.count(Shift.id))) == 0, "nothing is laid out before it is published"
    anybody = Person()
    anybody.open("/")
    assert "社区义诊" not in anybody.text


def test_uploaded_again_makes_no_second_one_and_undo_takes_them_away(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    mine = take_in(her, [CLINIC, FAIR])
    assert "没有要导入的行" in send(her, table(HEADINGS, [CLINIC, FAIR]), kind="activities")
    other = [*CLINIC[:-1], "医生：2人，要有医师资格"]
    assert "要改的：岗位和人数" in send(her, table(HEADINGS, [other]), kind="activities")
    her.open(mine)
    assert "和导入以前一样" in press(her, "take-back")
    assert stored() == []


def test_what_somebody_has_gone_on_with_stays(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    mine = take_in(her, [CLINIC, FAIR])
    with transaction() as session:
        [clinic, _fair] = session.scalars(select(Activity).order_by(Activity.id))
        activities.publish(session, clinic, now=NOW, account_id=None)
    her.open(mine)
    assert "有1行留着" in press(her, "take-back")
    assert [one.title for one in stored()] == ["社区义诊"]


def test_a_draft_is_changed_in_all_and_comes_back(desk: tuple[Person, Area]) -> None:
    her, area = desk
    with transaction() as session:
        yard = places.add_area(session, parent=session.get_one(Area, area.id), kind=AreaKind.COURTYARD, name="和平院")
        draft = factories.activity(session, area, is_published=False, summary="量血压")
        number, yard_id = str(draft.id), yard.id
    headings = ["编号", "活动名称", "地点", "怎样排人", "什么时候办", "几点开始", "几点结束", "从哪天起", "岗位和人数"]
    row = [number, "义诊进院", "和平院", "轮值排班", "每周三", "08:30", "10:00", "2026-12-02", "医生：1人"]
    shown = send(her, table(headings, [row]), kind="activities")
    assert "要改的：活动名称、地点、怎样排人、岗位和人数、什么时候办、几点开始、几点结束、从哪天起" in shown
    press(her, "accept")
    drain()
    with transaction() as session:
        one = session.get_one(Activity, int(number))
        told = (one.title, one.place_id, one.area_id, one.mode, one.summary, [role.name for role in one.roles])
        assert told == ("义诊进院", yard_id, area.id, Mode.ROTA, "量血压", ["医生"])
        assert [series.rule for series in one.series] == ["FREQ=WEEKLY;BYDAY=WE"]
    assert "和导入以前一样" in press(her, "take-back")
    with transaction() as session:
        one = session.get_one(Activity, int(number))
        told = (one.title, one.place_id, one.area_id, one.mode, one.summary, [role.name for role in one.roles])
        assert told == ("社区义诊", area.id, area.id, Mode.INSTANT, "量血压", ["引导员"])
        assert [(series.from_on, series.starts) for series in one.series] == [(date(2026, 11, 28), time(9))]


def test_of_what_is_published_only_the_words_change(desk: tuple[Person, Area]) -> None:
    her, area = desk
    made, _shifts = desks.published(area, risk_notice="路滑", must_confirm_risk=True)
    headings = ["编号", "活动名称", "要带什么", "几点开始", "岗位和人数", "安全提醒", "状态"]
    number = str(made.id)
    assert "要改的：活动名称、要带什么" in send(
        her, table(headings, [[number, "义诊", "身份证", "", "", "", ""]]), kind="activities"
    )
    press(her, "accept")
    drain()
    with transaction() as session:
        one = session.get_one(Activity, made.id)
        assert (one.title, one.what_to_bring) == ("义诊", "身份证")
    press(her, "take-back")
    with transaction() as session:
        one = session.get_one(Activity, made.id)
        assert (one.title, one.what_to_bring) == ("社区义诊", "")
    refused = [
        ([number, "社区义诊", "", "10:00", "", "", ""], "改日期和时间请到活动页的“改日期和时间”"),
        ([number, "社区义诊", "", "", "引导员：5人", "", ""], "岗位不能再改"),
        ([number, "社区义诊", "", "", "", "有冰", ""], "会请每个人再确认一次"),
        ([number, "社区义诊", "", "", "", "", "已取消"], "发布和取消请在活动页做"),
    ]
    for row, why in refused:
        assert why in send(her, table(headings, [row]), kind="activities")
    assert "表里有两行是同一个活动" in send(her, table(headings, [refused[0][0], refused[1][0]]), kind="activities")


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("地点", "天边社区", "您管的范围里没有这个地点"),
        ("什么时候办", "隔三差五", "什么时候办：看不懂“隔三差五”"),
        ("什么时候办", "", "请填什么时候办"),
        ("从哪天起", "", "请填什么时候办"),
        ("从哪天起", "2026-11-01", "第一次的时间已经过了"),
        ("到哪天为止", "2028-12-31", "一次最多排一年"),
        ("到哪天为止", "2026-12-01", "到哪天为止：要在开始的那天以后"),
        ("岗位和人数", "", "请填岗位和人数"),
        ("岗位和人数", "医生：若干", "岗位和人数：看不懂“医生：若干”"),
        ("几点开始", "早上", "几点开始：请填写几点开始"),
    ],
)
def test_a_row_that_is_wrong_says_so_in_words(desk: tuple[Person, Area], column: str, cell: str, why: str) -> None:
    her, _area = desk
    row = list(CLINIC)
    row[HEADINGS.index(column)] = cell
    assert why in send(her, table(HEADINGS, [row]), kind="activities")
    assert "没有要导入的行" in her.text


def test_another_community_s_activity_does_not_exist_here(desk: tuple[Person, Area]) -> None:
    her, _area = desk
    with transaction() as session:
        elsewhere = factories.community(session, "别的社区")
        theirs = factories.activity(session, elsewhere, title="别处的活动", is_published=False)
        team = factories.team(session, elsewhere, "别处的队")
    shown = send(her, table(["编号", "活动名称"], [[str(theirs.id), "我的了"]]), kind="activities")
    assert ("没有这个编号" in shown, "别处的活动" in shown) == (True, False)
    assert "没有这个地点" in send(her, table([*HEADINGS], [[CLINIC[0], "别的社区", *CLINIC[2:]]]), kind="activities")
    row = [*CLINIC, team.name]
    assert "没有这支志愿队" in send(her, table([*HEADINGS, "志愿队"], [row]), kind="activities")
    assert "别处的活动" not in str(files.read(her.client.get("/co/sheets/exports/activities.xlsx").data))


def test_a_formula_is_not_run_and_comes_back_as_it_was(desk: tuple[Person, Area]) -> None:
    her, area = desk
    with transaction() as session:
        made = factories.activity(session, area, title="=1+1", summary="'-\n第二行", is_published=False)
    content = her.client.get("/co/sheets/exports/activities.csv").data
    assert ("'=1+1" in content.decode("utf-8-sig"), ",=1+1" in content.decode("utf-8-sig")) == (True, False)
    assert "没有要导入的行" in send(her, content, kind="activities", name="活动.csv")
    assert made.title == "=1+1"


roles = st.lists(
    st.builds(
        lambda name, least, more, kinds, age: RolePlan(
            name=name, min_needed=least, max_needed=least + more, requires=tuple(kinds), min_age=age
        ),
        st.sampled_from(("医生", "引导员（门口）", "A：B", "三、四组", "1号岗")),
        st.integers(1, 5),
        st.integers(0, 3),
        st.sets(st.sampled_from(QualificationKind), max_size=2).map(sorted),
        st.sampled_from((None, 18)),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda role: role.name,
)
HOURS: Any = {"starts": time(9), "ends": time(11)}
a_day = st.dates(date(2026, 12, 1), date(2027, 3, 1))
a_rule = st.builds(
    lambda rule, from_on, is_open, day_rule, dawn: DatesPlan(
        rule=rule,
        from_on=from_on,
        until_on=None if is_open else date(2027, 6, 30),
        day_rule=day_rule,
        dawn_offset=dawn,
        **HOURS,
    ),
    st.sampled_from((by_weekday([3, 6]), by_weekday(range(1, 8)), weekly([2], every=3), "FREQ=MONTHLY;BYMONTHDAY=5")),
    a_day,
    st.booleans(),
    st.sampled_from((DayRule.EVERY_DAY, DayRule.WORKDAYS, DayRule.NOT_HOLIDAYS, DayRule.LATER)),
    st.sampled_from((None, None, 0)),
)
plans = st.one_of(
    st.sets(a_day, min_size=1, max_size=3).map(lambda days: [once(day, **HOURS) for day in sorted(days)]),
    st.lists(a_rule, min_size=1, max_size=2),
)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(roles, plans, words, st.booleans()), min_size=1, max_size=3),
    st.sampled_from(offered()),
    st.sampled_from(("csv", "xlsx")),
)
def test_what_goes_out_is_the_same_when_it_comes_in(
    session: Session, of: list[tuple[Any, Any, str, bool]], language: str, form: str
) -> None:
    session.rollback()  # of what an example before left that did not come to its end
    area = factories.community(session)
    team = factories.team(session, area)
    for needed, when, text, is_published in of:
        factories.activity(
            session, area, roles=needed, plans=when, summary=text, is_published=is_published, team_id=team.id
        )
    kind = Activities(session, Circumstances(scope_ids=(area.id,), account_id=1, now=NOW))
    with speaking(language):
        schema = ActivityRow()
        out = [sheet_rows.cells(schema, row) for row in kind.listed()]
        named = sheet_rows.headings(schema)
        content = files.write_csv(named, out) if form == "csv" else files.write_xlsx(named, out, title="t")
    lines = sheet_rows.lines(schema, files.read(content))
    verdicts = kind.judge(lines)
    session.rollback()
    assert [line.faults for line in lines] == [()] * len(of)
    assert {verdict.outcome for verdict in verdicts} == {RowOutcome.SAME}
    assert len(verdicts) == len(of)


def test_series_and_dates_without_words_are_left_empty(session: Session) -> None:
    area = factories.community(session)
    two = [
        once(date(2026, 12, 5), **HOURS),
        DatesPlan(rule=by_weekday([3]), from_on=date(2026, 12, 1), until_on=None, **HOURS),
    ]
    factories.activity(session, area, plans=two, is_published=False)
    kind = Activities(session, Circumstances(scope_ids=(area.id,), account_id=1, now=NOW))
    [row] = kind.listed()
    assert (row.get("when"), row.get("starts")) == (None, None)
    assert session.scalar(select(func.count(Series.id))) == 2
