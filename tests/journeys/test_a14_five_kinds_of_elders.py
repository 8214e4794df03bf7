"""A14 “五老”志愿者 (老党员、老干部、老退役军人、老教师、老工人), "年龄都在60岁以上" (杜甫路社区).

Categories as tags, an age floor per activity that counts on the service date, a ceiling as well; and the elder who
does not type herself is signed up by a coordinator, who keeps who asked and how.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.calendars.rules import local
from service.db import transaction
from service.terms import ConsentHow
from service.volunteers.actions import register
from service.volunteers.models import Volunteer
from tests.conftest import NOW
from tests.journeys.town import Caller, Town

pytestmark = pytest.mark.need("A14")

DESK = "13900009202"
TODAY = local(NOW).date()


@pytest.fixture
def desk(town: Town) -> Caller:
    """The coordinator of 杜甫路社区."""
    return town.api(DESK)


def talks(desk: Caller) -> list[Any]:
    """The dates of “五老”讲传统."""
    return [shift for shift in desk.items("shifts") if "五老" in shift["title"]]


def role(shift: Any, name: str) -> Any:
    return next(role for role in shift["roles"] if role["name"] == name)


def neighbour(desk: Caller, *, born: date | None) -> int:
    """Somebody of 杜甫路社区 who is on no roster yet; her id."""
    area_id = desk.get("me")["roles"][0]["area_id"]
    with transaction() as session:
        return register(
            session,
            area_id=area_id,
            name="试春燕",
            phone=None,
            how=ConsentHow.ORAL,
            birth_on=born,
            tags=["老工人", "五老"],
            recorded_by=1,
            now=NOW,
        ).id


def ask_for(desk: Caller, shift: Any, volunteer_id: int, *, name: str = "陪同", **how: str) -> Any:
    """The coordinator types for somebody who asked her."""
    return desk.ask(
        "POST",
        f"shifts/{shift['id']}/signups",
        json={"shift_role_id": role(shift, name)["id"], "volunteer_id": volunteer_id, **how},
    )


ON_THE_PHONE = {"asked_by": "女儿", "asked_how": "phone"}


def test_the_floor_counts_on_the_day_of_service_not_on_the_day_of_asking(town: Town, desk: Caller) -> None:
    first, later = talks(desk)[0], talks(desk)[-1]
    served_on = datetime.fromisoformat(later["starts_at"]).date()
    turns_sixty_between = served_on.replace(year=served_on.year - 60)
    volunteer_id = neighbour(desk, born=turns_sixty_between)

    refused = ask_for(desk, first, volunteer_id, **ON_THE_PHONE)
    assert refused.status_code == 409
    assert [reason["code"] for reason in refused.json["reasons"]] == ["too_young"]
    assert refused.json["reasons"][0]["details"] == {"min_age": 60, "age": 59}
    assert ask_for(desk, later, volunteer_id, **ON_THE_PHONE).status_code == 201


def test_somebody_whose_birthday_is_unknown_is_told_so_not_guessed_at(town: Town, desk: Caller) -> None:
    refused = ask_for(desk, talks(desk)[-1], neighbour(desk, born=None), **ON_THE_PHONE)
    assert [reason["code"] for reason in refused.json["reasons"]] == ["age_unknown"]


def test_an_elder_without_a_telephone_is_signed_up_by_whoever_she_told(town: Town, desk: Caller) -> None:
    volunteer_id = neighbour(desk, born=date(1949, 5, 1))
    shift = talks(desk)[-2]
    taken = ask_for(desk, shift, volunteer_id, **ON_THE_PHONE)
    assert taken.status_code == 201

    listed = desk.items(f"shifts/{shift['id']}/signups")
    mine = next(signup for signup in listed if signup["volunteer_id"] == volunteer_id)
    assert (mine["via"], mine["asked_by"], mine["asked_how"]) == ("proxy", "女儿", "phone")
    assert mine["typed_by"] == desk.get("me")["account_id"]


def test_who_asked_and_how_must_be_said(town: Town, desk: Caller) -> None:
    unsaid = ask_for(desk, talks(desk)[-1], neighbour(desk, born=date(1950, 1, 1)))
    assert unsaid.status_code == 422
    assert set(unsaid.json["errors"]) == {"asked_by", "asked_how"}


def test_nobody_but_a_coordinator_types_for_another(town: Town, desk: Caller) -> None:
    volunteer_id = neighbour(desk, born=date(1950, 1, 1))
    refused = ask_for(town.api("13900000001"), talks(desk)[-1], volunteer_id, **ON_THE_PHONE)
    assert refused.status_code == 403


def test_a_ceiling_is_an_age_rule_too(town: Town, desk: Caller) -> None:
    patrol = next(s for s in desk.items("shifts") if s["title"] == "365·平安网格巡查")
    volunteer_id = neighbour(desk, born=TODAY.replace(year=TODAY.year - 80))
    refused = ask_for(desk, patrol, volunteer_id, name="巡查员", **ON_THE_PHONE)
    assert [reason["code"] for reason in refused.json["reasons"]] == ["too_old"]
    assert refused.json["reasons"][0]["details"] == {"max_age": 75, "age": 80}


def test_a_role_is_for_one_or_the_other_of_them_and_nobody_else_is_placed(town: Town, desk: Caller) -> None:
    """A role for 老党员 or 退役军人 (杜甫路社区): the old worker is told so; with the tag he may come."""
    asked = {"name": "宣讲员", "min_needed": 1, "max_needed": 3, "tags": ["老党员", "退役军人"]}
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": desk.get("me")["roles"][0]["area_id"],
            "title": "老兵讲传统",
            "mode": "instant",
            "contact_name": "晏清晨",
            "contact_phone": "0371-64352020",
            "roles": [asked],
            "dates": [{"on": f"{TODAY + timedelta(days=9)}", "starts": "09:00", "ends": "10:00"}],
        },
    )
    assert made["roles"][0]["tags"] == ["老党员", "退役军人"]
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    [shift] = desk.items("shifts", activity_id=made["id"])
    assert shift["roles"][0]["tags"] == ["老党员", "退役军人"]
    worker = neighbour(desk, born=date(1950, 3, 2))
    refused = ask_for(desk, shift, worker, name="宣讲员", **ON_THE_PHONE)
    assert [(one["code"], one["details"]) for one in refused.json["reasons"]] == [
        ("tag_missing", {"tags": "老党员、退役军人"})
    ]
    person = desk.ask("GET", f"volunteers/{worker}")
    changed = town.client.patch(
        f"/api/v1/volunteers/{worker}",
        json={"tags": ["老工人", "退役军人"]},
        headers={"Authorization": f"Bearer {desk.token}", "If-Match": person.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    assert ask_for(desk, shift, worker, name="宣讲员", **ON_THE_PHONE).status_code == 201


def test_the_five_kinds_are_tags_of_people_over_sixty(town: Town) -> None:
    with transaction() as session:
        elders = session.scalars(select(Volunteer).where(Volunteer.tags.contains(["五老"]))).all()
    assert len(elders) > 50
    assert all(v.birth_on and v.birth_on <= TODAY - timedelta(days=60 * 365) for v in elders if v.name != "试春燕")
