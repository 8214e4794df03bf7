"""模板: saved from an activity, changed, begun from with one date, put away and brought back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.activities.models import Activity
from service.db import transaction
from service.templates.models import ActivityTemplate
from service.terms import ActivityState
from tests import desks
from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")

WORDS = {
    "name": "下午义诊",
    "title": "社区义诊",
    "starts": "14:00",
    "ends": "16:00",
    "contact_name": "陈协调",
    "contact_phone": "0371-64350001",
    "lead_times": ["P1D"],
}


def template() -> ActivityTemplate:
    with transaction() as session:
        return session.scalars(select(ActivityTemplate)).one()


def saved() -> tuple[Person, ActivityTemplate]:
    """A coordinator who has just saved a template."""
    coordinator, area = desks.coordinator()
    made, _shifts = desks.published(area)
    assert "存成模板" in coordinator.open(f"/co/activities/{made.id}")
    coordinator.open(f"/co/templates/from/{made.id}")
    coordinator.send(f"/co/templates/from/{made.id}", name="义诊")
    return coordinator, template()


def test_one_date_makes_a_draft_to_go_on_with() -> None:
    coordinator, kept = saved()
    assert "引导员：1到2人" in coordinator.text
    coordinator.send(f"/co/templates/{kept.id}/drafts", from_on="2026-12-05")
    assert "草稿存好了" in coordinator.text
    with transaction() as session:
        draft = session.scalars(select(Activity).where(Activity.state == ActivityState.DRAFT)).one()
    assert coordinator.path == f"/co/activities/{draft.id}"
    coordinator.send(f"/co/activities/{draft.id}/rework")
    assert 'value="2026-12-05"' in coordinator.open(coordinator.path.replace("what", "when")), "the wizard goes on"
    coordinator.open(f"/co/templates/{kept.id}")
    assert "过去" in coordinator.send(f"/co/templates/{kept.id}/drafts", from_on="2026-11-01")
    assert coordinator.status == 422


def test_words_and_roles_are_changed() -> None:
    coordinator, kept = saved()
    coordinator.open(f"/co/templates/{kept.id}/edit")
    assert "下午14:00" in coordinator.send(f"/co/templates/{kept.id}/edit", **WORDS)
    coordinator.open(f"/co/templates/{kept.id}/edit")
    rows = {"name_1": "医生", "least_1": "1", "requires_1": "doctor", "name_2": "护士", "least_2": "2", "most_2": "3"}
    more = coordinator.send(f"/co/templates/{kept.id}/roles", more="1", **rows)
    assert 'name="name_3"' in more
    assert 'value="护士"' in more
    assert [role["name"] for role in template().roles] == ["引导员"]
    assert "医生：1人，要有" in coordinator.send(f"/co/templates/{kept.id}/roles", **rows)
    changed = template()
    assert (changed.name, changed.hours["starts"], changed.columns["lead_times"]) == ("下午义诊", "14:00", ["P1D"])
    assert [(role["name"], role["max_needed"]) for role in changed.roles] == [("医生", 1), ("护士", 3)]


def test_what_is_wrong_says_so_and_changes_nothing() -> None:
    coordinator, kept = saved()
    coordinator.open(f"/co/templates/{kept.id}/edit")
    assert "请填写几点开始" in coordinator.send(f"/co/templates/{kept.id}/edit", **{**WORDS, "starts": ""})
    assert coordinator.status == 422
    assert "至少要有一个岗位" in coordinator.send(f"/co/templates/{kept.id}/roles", name_1="", least_1="")
    assert (template().name, template().version) == ("义诊", 1)


def test_a_name_is_taken_once_and_what_is_put_away_comes_back() -> None:
    coordinator, kept = saved()
    activity_id = coordinator.open("/co/activities").split("/co/activities/")[-1].split('"')[0]
    coordinator.open(f"/co/templates/from/{activity_id}")
    assert "已经有一个叫这个名字的模板" in coordinator.send(f"/co/templates/from/{activity_id}", name="义诊")
    coordinator.open(f"/co/templates/{kept.id}")
    assert "还没有模板" in coordinator.send(f"/co/templates/{kept.id}/archive")
    assert "收起来了" in coordinator.open(f"/co/templates/{kept.id}")
    assert "“义诊”又能用了" in coordinator.send(f"/co/templates/{kept.id}/bring-back")
    assert f"/co/templates/{kept.id}" in coordinator.open("/co/templates")


def test_a_name_that_is_taken_is_refused_to_a_template_there_is_too() -> None:
    coordinator, kept = saved()
    activity_id = coordinator.open("/co/activities").split("/co/activities/")[-1].split('"')[0]
    coordinator.open(f"/co/templates/from/{activity_id}")
    coordinator.send(f"/co/templates/from/{activity_id}", name="下午义诊")
    coordinator.open(f"/co/templates/{kept.id}/edit")
    assert "已经有一个叫这个名字的模板" in coordinator.send(f"/co/templates/{kept.id}/edit", **WORDS)
    assert coordinator.status == 422
    coordinator.open(f"/co/templates/{kept.id}")
    coordinator.send(f"/co/templates/{kept.id}/archive")
    coordinator.open(f"/co/templates/from/{activity_id}")
    coordinator.send(f"/co/templates/from/{activity_id}", name="义诊")
    coordinator.open(f"/co/templates/{kept.id}")
    assert "已经有一个叫这个名字的模板" in coordinator.send(f"/co/templates/{kept.id}/bring-back")
    with transaction() as session:
        names = session.execute(select(ActivityTemplate.name, ActivityTemplate.archived_at.is_(None))).all()
    assert sorted(map(tuple, names)) == [("下午义诊", True), ("义诊", False), ("义诊", True)]
