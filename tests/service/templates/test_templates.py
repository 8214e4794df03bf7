"""An activity kept under a name, and another begun from it that is like it in all but its dates."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy.orm import Session

from service.activities.actions import ActivityRefused
from service.activities.models import Activity
from service.activities.rules import DatesPlan, RolePlan, once, weekly_plan
from service.places.models import Area
from service.templates import actions, queries
from service.templates.actions import NameTaken
from service.templates.models import ActivityTemplate
from service.terms import ActivityState, DayRule, Mode, QualificationKind
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

DOCTOR = RolePlan(
    name="医生", min_needed=1, max_needed=2, requires=(QualificationKind.DOCTOR,), min_age=30, stand_bys=1
)
WEEKDAYS = weekly_plan(
    weekdays={2, 4},
    starts=time(7),
    ends=time(8, 30),
    from_on=date(2026, 11, 24),
    until_on=date(2026, 11, 30),
    day_rule=DayRule.WORKDAYS,
    dawn_offset=-15,
)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def clinic(session: Session, area: Area, plan: DatesPlan = WEEKDAYS) -> Activity:
    return factories.activity(
        session,
        area,
        mode=Mode.ROTA,
        team_id=factories.team(session, area).id,
        roles=(DOCTOR,),
        plans=[plan],
        lead_times=["P3D", "PT30M"],
        closes_before=90,
        withdraw_before=240,
        what_to_bring="白大褂",
        risk_notice="当心针头",
        must_confirm_risk=True,
    )


def saved(session: Session, activity: Activity, name: str = "义诊") -> ActivityTemplate:
    return actions.save(session, activity, name=name, account_id=7, now=NOW)


def begun(session: Session, template: ActivityTemplate, *days: date) -> Activity:
    from_on, until_on = (*days, None)[:2]
    assert from_on is not None
    return actions.draft_from(session, template, from_on=from_on, until_on=until_on, account_id=8, now=NOW)


def test_a_draft_is_like_what_was_saved_in_all_but_its_dates(session: Session, area: Area) -> None:
    source = clinic(session, area)
    draft = begun(session, saved(session, source), date(2027, 3, 1), date(2027, 3, 31))
    same = ("title", "team_id", "place_id", "mode", "lead_times", "closes_before", "withdraw_before", "what_to_bring")
    assert {name: getattr(draft, name) for name in same} == {name: getattr(source, name) for name in same}
    of_risk = ("risk_notice", "must_confirm_risk", "risk_version")
    assert {name: getattr(draft, name) for name in of_risk} == {name: getattr(source, name) for name in of_risk}
    assert (draft.state, draft.created_by, draft.published_at) == (ActivityState.DRAFT, 8, None)
    [role] = draft.roles
    assert (role.requires, role.min_age, role.stand_bys, role.max_needed) == ([QualificationKind.DOCTOR], 30, 1, 2)
    [series] = draft.series
    assert (series.rule, series.starts, series.dawn_offset, series.day_rule) == (
        WEEKDAYS.rule,
        time(7),
        -15,
        DayRule.WORKDAYS,
    )
    assert (series.from_on, series.until_on) == (date(2027, 3, 1), date(2027, 3, 31))


def test_what_is_held_once_is_held_once(session: Session, area: Area) -> None:
    once_only = saved(session, clinic(session, area, once(date(2026, 11, 28), starts=time(22), ends=time(6))))
    [series] = begun(session, once_only, date(2026, 12, 28)).series
    assert (series.from_on, series.until_on, series.ends) == (date(2026, 12, 28), date(2026, 12, 28), time(6))


def test_what_was_changed_in_it_changes_nothing_that_began_from_it(session: Session, area: Area) -> None:
    template = saved(session, clinic(session, area))
    before = begun(session, template, date(2027, 3, 1), date(2027, 3, 31))
    nurse = RolePlan(name="护士", min_needed=2, max_needed=2)
    changes = {"columns": {"lead_times": ["P1D"]}, "hours": {"starts": "09:00"}, "roles": [nurse]}
    actions.change(session, template, name="大义诊", account_id=7, now=NOW, **changes)  # type: ignore[arg-type]  # a test's own values
    after = begun(session, template, date(2027, 3, 1), date(2027, 3, 31))
    assert (before.lead_times, before.roles[0].name, before.series[0].starts) == (["P3D", "PT30M"], "医生", time(7))
    assert (after.lead_times, after.roles[0].name, after.series[0].starts) == (["P1D"], "护士", time(9))
    assert [verb for verb, kind, *_rest in audited(session) if kind == "template"] == [
        "saved_template",
        "changed_template",
    ]


def test_what_must_be_confirmed_keeps_its_words(session: Session, area: Area) -> None:
    template = saved(session, clinic(session, area))
    with pytest.raises(ActivityRefused) as refused:
        actions.change(session, template, columns={"risk_notice": ""}, account_id=7, now=NOW)
    assert refused.value.problems == {"risk_notice": ["no_risk_notice"]}
    assert template.columns["risk_notice"] == "当心针头"


def test_a_name_is_one_templates_until_that_is_put_away(session: Session, area: Area) -> None:
    source = clinic(session, area)
    first = saved(session, source)
    with pytest.raises(NameTaken):
        saved(session, source)
    actions.archive(session, first, account_id=7, now=NOW)
    actions.archive(session, first, account_id=7, now=NOW)
    second = saved(session, source)
    assert [template.id for template, _team in queries.listed(session, scope_ids=[area.id])] == [second.id]
    with pytest.raises(NameTaken):
        actions.bring_back(session, first, account_id=7, now=NOW)


def test_nothing_begins_in_the_past(session: Session, area: Area) -> None:
    with pytest.raises(ActivityRefused) as refused:
        begun(session, saved(session, clinic(session, area)), date(2026, 11, 1), date(2026, 11, 30))
    assert refused.value.problems == {"dates": ["past"]}


def test_another_area_has_its_own(session: Session, area: Area) -> None:
    template = saved(session, clinic(session, area))
    elsewhere = factories.community(session, "杜甫路社区")
    assert queries.in_scope(session, template.id, scope_ids=[elsewhere.id]) is None
    assert queries.listed(session, scope_ids=[elsewhere.id]) == []
    assert saved(session, clinic(session, elsewhere)).name == template.name
