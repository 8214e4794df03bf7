"""A team's month drafted for the next: shown first, made once, undone while nobody has gone on with it."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Activity, Occurrence
from service.activities.rules import RolePlan, once, weekly_plan
from service.copies import actions, queries
from service.copies.actions import Made, NothingToCopy
from service.copies.models import CopiedActivity
from service.copies.rules import around
from service.places import actions as places
from service.places.models import Area
from service.settings import Settings
from service.teams.models import Team
from service.terms import ActivityState, AreaKind, CopyOutlook, CopySpan, QualificationKind
from tests import factories
from tests.at_once import together
from tests.factories import NOW
from tests.ledger import audited

NOVEMBER, DECEMBER = (around(date(2026, month, 1), CopySpan.MONTH) for month in (11, 12))
WEDNESDAYS = weekly_plan(
    weekdays={3}, starts=time(9), ends=time(11), from_on=date(2026, 11, 4), until_on=date(2026, 11, 30)
)
DOCTOR = RolePlan(
    name="医生", min_needed=1, max_needed=2, requires=(QualificationKind.DOCTOR,), min_age=30, stand_bys=1
)


def held_in_november(session: Session, **details: object) -> tuple[Team, Activity]:
    """A team that measures blood pressure on Wednesdays; it began before NOW."""
    area = factories.community(session)
    team = factories.team(session, area)
    plan = {"plans": [WEDNESDAYS], "now": NOW.replace(day=1), "roles": (DOCTOR,), "team_id": team.id}
    made = factories.activity(session, area, title="量血压", lead_times=["P3D", "PT1H"], **{**plan, **details})  # type: ignore[arg-type]  # a test's own values
    return team, made


def copied(session: Session, team: Team, **how: object) -> Made:
    how = {"source": NOVEMBER, "target": DECEMBER, "account_id": 7, "now": NOW, **how}
    return actions.copy_period(session, team, **how)  # type: ignore[arg-type]  # a test's own values


def outlooks(session: Session, team: Team) -> list[tuple[int, CopyOutlook]]:
    rows = queries.preview(session, team, source=NOVEMBER, target=DECEMBER, now=NOW)
    return [(one.day.day, one.outlook) for row in rows for one in row.dates]


def test_a_draft_has_all_the_activity_has_but_its_dates(session: Session) -> None:
    team, source = held_in_november(
        session, closes_before=90, what_to_bring="血压计", risk_notice="当心路滑", must_confirm_risk=True
    )
    made = copied(session, team)
    [draft_id] = made.activity_ids
    draft = session.get_one(Activity, draft_id)
    assert (draft.state, draft.title, draft.what_to_bring, draft.closes_before, draft.lead_times, draft.team_id) == (
        ActivityState.DRAFT,
        "量血压",
        "血压计",
        90,
        ["P3D", "PT1H"],
        team.id,
    )
    [role] = draft.roles
    assert (role.name, role.requires, role.min_age, role.stand_bys, role.max_needed) == ("医生", ["doctor"], 30, 1, 2)
    assert (made.dates, draft.created_by) == (5, 7)
    assert factories.shifts(session, draft) == [], "nothing can be signed up for"
    activities.publish(session, draft, now=NOW, account_id=7)
    days = [shift.starts_at.day for shift in factories.shifts(session, draft)]
    assert days == [2, 9, 16, 23], "the thirtieth comes within the horizon later"
    assert (draft.must_confirm_risk, draft.risk_version, draft.risk_notice) == (True, 1, "当心路滑")
    assert ("copied_period", "team", team.id, 7) in audited(session)
    assert len(factories.shifts(session, source)) == 1, "the source stays as it is"


def test_twice_makes_nothing_twice(session: Session) -> None:
    team, _source = held_in_november(session)
    copied(session, team)
    assert {outlook for _day, outlook in outlooks(session, team)} == {CopyOutlook.THERE}
    with pytest.raises(NothingToCopy):
        copied(session, team)


def test_two_who_copy_at_once_make_it_once(database: Settings) -> None:
    def lay(session: Session) -> int:
        return held_in_november(session)[0].id

    [team_id] = together(lay)

    def copy(session: Session) -> Made:
        return copied(session, session.get_one(Team, team_id))

    came = together(copy, copy, copy)
    assert sorted(type(one).__name__ for one in came) == ["Made", "NothingToCopy", "NothingToCopy"]
    [drafts] = together(lambda session: session.scalar(select(func.count()).select_from(CopiedActivity)))
    assert drafts == 1


def test_only_what_was_chosen_is_drafted_and_the_rest_can_follow(session: Session) -> None:
    team, source = held_in_november(session)
    series_id = source.series[0].id
    some = copied(session, team, chosen={(series_id, date(2026, 12, 9)), (series_id, date(2026, 12, 23))})
    assert some.dates == 2
    struck = session.scalars(select(Occurrence.on_date).where(Occurrence.activity_id == some.activity_ids[0])).all()
    assert struck == [date(2026, 12, 16)]
    rest = copied(session, team)
    assert rest.dates == 2, "the sixteenth was struck out, which is an answer too"


def test_an_endless_series_is_there_already(session: Session) -> None:
    endless = weekly_plan(weekdays={3}, starts=time(9), ends=time(11), from_on=date(2026, 11, 4), until_on=None)
    team, _source = held_in_november(session, plans=[endless])
    assert {outlook for _day, outlook in outlooks(session, team)} == {CopyOutlook.THERE}


def test_what_else_is_held_at_the_place_is_named_and_drafted_only_when_wanted(session: Session) -> None:
    area = factories.community(session)
    room = places.add_area(session, parent=area, kind=AreaKind.SITE, name="活动室")
    team, source = held_in_november(session)
    source.place_id = room.id
    other = factories.activity(
        session, area, title="合唱", plans=[once(date(2026, 12, 9), starts=time(10), ends=time(12))]
    )
    factories.shifts(session, other)[0].place_id = room.id
    session.flush()
    [row] = queries.preview(session, team, source=NOVEMBER, target=DECEMBER, now=NOW)
    assert [(one.day.day, one.clash) for one in row.dates if one.clash] == [(9, "合唱")]
    assert copied(session, team).dates == 4


def test_what_has_passed_is_not_drafted(session: Session) -> None:
    team, _source = held_in_november(session)
    late = NOW.replace(month=12, day=10)
    rows = queries.preview(session, team, source=NOVEMBER, target=DECEMBER, now=late)
    assert [one.outlook for row in rows for one in row.dates] == [CopyOutlook.PAST] * 2 + [CopyOutlook.NEW] * 3
    assert copied(session, team, now=late).dates == 3


def test_what_was_held_on_two_days_is_one_draft_again(session: Session) -> None:
    hours = {"starts": time(9), "ends": time(11)}
    days = [once(date(2026, 11, day), **hours) for day in (10, 26)]
    team, _source = held_in_november(session, plans=days)
    made = copied(session, team)
    draft = session.get_one(Activity, made.activity_ids[0])
    assert [series.from_on for series in draft.series] == [date(2026, 12, 8), date(2026, 12, 24)]


def test_drafts_and_what_was_called_off_are_no_source(session: Session) -> None:
    team, source = held_in_november(session, is_published=False)
    assert outlooks(session, team) == []
    activities.publish(session, source, now=NOW, account_id=None)
    activities.cancel_activity(session, source, reason="停办", now=NOW, account_id=None)
    assert outlooks(session, team) == []


def test_undoing_takes_back_what_nobody_has_touched(session: Session) -> None:
    team, _source = held_in_november(session)
    factories.activity(
        session,
        session.get_one(Area, team.area_id),
        title="送药",
        team_id=team.id,
        risk_notice="骑车当心",
        must_confirm_risk=True,
        plans=[once(date(2026, 11, 27), starts=time(9), ends=time(10))],
    )
    made = copied(session, team)
    drafts = {session.get_one(Activity, draft_id).title: draft_id for draft_id in made.activity_ids}
    gone = drafts["送药"]
    activities.publish(session, session.get_one(Activity, drafts["量血压"]), now=NOW, account_id=7)
    assert actions.undo(session, made.copy, account_id=7, now=NOW) == (1, 1)
    assert session.get(Activity, gone) is None
    assert actions.undo(session, made.copy, account_id=7, now=NOW) == (0, 1)
    assert [verb for verb, *_rest in audited(session)].count("undid_copy") == 1
    assert copied(session, team).dates == 1, "what was taken back can be drafted again"
