"""draft → review → publish: where a community wants a second look, nobody publishes what only its author has read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.calendars.rules import local
from service.db import transaction
from service.outbox import OutboxEvent
from service.terms import Role
from tests import factories
from tests.journeys.town import Town

DESK, COLLEAGUE, ELSEWHERE, HER, ADMIN = "13900009202", "13900088001", "13900009205", "13900000001", "13900009000"


@pytest.fixture(scope="module")
def home(town: Town) -> int:
    """杜甫路社区 wants a second look, and has two coordinators."""
    area = next(one for one in town.api(DESK).items("areas", kind="community") if one["name"] == "杜甫路社区")
    with transaction() as session:
        account = accounts.open_account(session, phone=f"+86{COLLEAGUE}", name="顾白露")
        accounts.grant_role(
            session, account, role=Role.COORDINATOR, area_id=area["id"], granted_by=None, now=factories.NOW
        )
    admin = town.api(ADMIN)
    version = admin.ask("GET", f"areas/{area['id']}").headers["ETag"]
    changed = town.client.patch(
        f"/api/v1/areas/{area['id']}",
        json={"needs_review": True},
        headers={"Authorization": f"Bearer {admin.token}", "If-Match": version},
    )
    assert (changed.status_code, (changed.json or {})["needs_review"]) == (200, True), changed.text
    return int(area["id"])


def draft(town: Town, area_id: int, title: str) -> int:
    on = local(town.now()).date() + timedelta(days=12)
    made = town.api(DESK).send(
        "POST",
        "activities",
        {
            "area_id": area_id,
            "title": title,
            "mode": "instant",
            "contact_name": "晏清晨",
            "contact_phone": "0371-64352020",
            "roles": [{"name": "引导员", "min_needed": 1, "max_needed": 2}],
            "dates": [{"on": f"{on}", "starts": "09:00", "ends": "10:00"}],
        },
    )
    return int(made["id"])


def decide(town: Town, who: str, activity_id: int, *, expect: int = 201, **said: Any) -> Any:
    review = town.api(DESK).get(f"activities/{activity_id}/review")
    said = {"review_id": review["id"], **said}
    return town.api(who).send("POST", f"activities/{activity_id}/review/decisions", said, expect=expect)


def test_nobody_publishes_what_only_its_author_has_read(town: Town, home: int) -> None:
    made, desk = draft(town, home, "先看一眼再发"), town.api(DESK)
    refused = desk.send("PUT", f"activities/{made}/publication", expect=422)
    assert "别人看过才能发布" in str(refused["errors"]["review"])
    town.browser(DESK).open(f"/co/activities/{made}")
    town.browser(DESK).send(f"/co/activities/{made}/publish")
    assert "别人看过才能发布" in town.browser(DESK).text
    asked = desk.send("PUT", f"activities/{made}/review", expect=200)
    assert (asked["is_needed"], asked["state"]) == (True, "asked")
    assert desk.send("PUT", f"activities/{made}/review", expect=200)["id"] == asked["id"], "once"
    own = decide(town, DESK, made, is_approved=True, expect=409)
    assert "自己写的" in own["detail"]
    assert "先看一眼再发" not in town.browser(DESK).open("/co"), "not on her own desk"
    assert "先看一眼再发" in town.browser(COLLEAGUE).open("/co")
    assert "请您看一眼" in town.browser(COLLEAGUE).open(f"/co/activities/{made}")
    for stranger in (ELSEWHERE, HER):
        path = f"activities/{made}/review"
        assert town.api(stranger).ask("GET", path).status_code in (403, 404)
        body = {"review_id": asked["id"], "is_approved": True}
        assert town.api(stranger).ask("POST", f"{path}/decisions", json=body).status_code in (403, 404)

    page = town.browser(COLLEAGUE).send(f"/co/activities/{made}/review/{asked['id']}", is_approved="true")
    assert "看过了，可以发布" in page
    desk.send("PUT", f"activities/{made}/publication", expect=200)
    with transaction() as session:
        ours = select(OutboxEvent.kind).where(OutboxEvent.kind.startswith("Review"))
        kinds = session.scalars(ours.order_by(OutboxEvent.id)).all()
    assert kinds == ["ReviewAsked", "ReviewDecided"]


def test_what_goes_back_says_why_and_stands_on_its_authors_desk(town: Town, home: int) -> None:
    made, desk = draft(town, home, "时间写错了的"), town.api(DESK)
    desk.send("PUT", f"activities/{made}/review", expect=200)
    assert decide(town, COLLEAGUE, made, expect=422)["errors"] == {"reason": ["退回去要写明要改什么"]}
    assert decide(town, COLLEAGUE, made, reason="时间和义诊撞了")["state"] == "refused"
    page = town.browser(DESK).open("/co")
    assert "退回来改的" in page
    assert "时间和义诊撞了" in page
    assert desk.ask("PUT", f"activities/{made}/publication").status_code == 422
    assert desk.send("PUT", f"activities/{made}/review", expect=200)["state"] == "asked", "mended, and asked again"
    assert "时间和义诊撞了" not in town.browser(DESK).open("/co")


def test_an_approval_is_of_what_was_read_and_of_nothing_else(town: Town, home: int) -> None:
    made, desk = draft(town, home, "看过又改的"), town.api(DESK)
    desk.send("PUT", f"activities/{made}/review", expect=200)
    decide(town, COLLEAGUE, made, is_approved=True)
    version = desk.ask("GET", f"activities/{made}").headers["ETag"]
    changed = town.client.patch(
        f"/api/v1/activities/{made}",
        json={"summary": "多加一句"},
        headers={"Authorization": f"Bearer {desk.token}", "If-Match": version},
    )
    assert changed.status_code == 200, changed.text
    assert desk.get(f"activities/{made}/review")["state"] == "lapsed"
    assert desk.ask("PUT", f"activities/{made}/publication").status_code == 422
    late = decide(town, COLLEAGUE, made, is_approved=True, expect=409)
    assert "又改过" in late["detail"], late


def test_elsewhere_and_where_it_cannot_wait_nothing_changes(town: Town, home: int) -> None:
    """A meeting that people are called to by name, and a rotation opened in an emergency, ask nobody first."""
    area = next(one for one in town.api(ELSEWHERE).items("areas", kind="community"))
    assert area["needs_review"] is False
    heads = town.api(DESK).get(f"areas/{home}/heads")["items"]
    on = local(town.now()).date() + timedelta(days=3)
    body = {
        "volunteer_ids": [heads[0]["volunteer_id"]],
        "title": "楼栋长碰头",
        "contact_name": "晏清晨",
        "contact_phone": "0371-64352020",
        "on": f"{on}",
        "starts": "15:00",
        "ends": "16:00",
    }
    answer = town.api(DESK).ask("POST", f"areas/{home}/gatherings", json=body)
    assert answer.status_code == 201, answer.text
