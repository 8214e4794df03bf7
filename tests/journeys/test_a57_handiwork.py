"""A57 "议事会出钱买来不锈钢板，一块一块焊在窨子上" (楼院): who may weld, what is dangerous, who is insured.

Also what A24 says of 夜查: whoever goes out at night is insured, and has read what to look out for before she says yes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.town import Caller, Town

NOW = datetime(2026, 4, 28, 2, 0, tzinfo=UTC)
DESK, HER, HELPER = "13900009202", "13900000001", "13900000002"
NOTICE = "焊接前断电、戴面罩，灭火器放在手边；雨天不干。"


def publish(town: Town, title: str, roles: list[dict[str, Any]], **details: Any) -> int:
    """An activity on the ninth of May that wants its notice confirmed; its id."""
    desk = town.api(DESK)
    area = next(one for one in desk.items("areas", kind="community") if one["name"] == "杜甫路社区")
    made = desk.send(
        "POST",
        "activities",
        {
            "area_id": area["id"],
            "title": title,
            "mode": "instant",
            "contact_name": "晏清晨",
            "contact_phone": "0371-64352020",
            "must_confirm_risk": True,
            "roles": roles,
            **details,
        },
    )
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    return int(made["id"])


def hold(town: Town, who: Caller, *kinds: str) -> None:
    """The coordinator has seen her papers."""
    her = who.get("me")["volunteer_id"]
    for kind in kinds:
        paper = {"kind": kind, "evidence": "已核", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
        held = town.api(DESK).send("POST", f"volunteers/{her}/qualifications", paper)
        town.api(DESK).send("PUT", f"volunteers/{her}/qualifications/{held['id']}/verification", expect=200)


@pytest.fixture(scope="module")
def welding(town: Town) -> Any:
    """The shift in which the lids are welded."""
    activity_id = publish(
        town,
        "焊窨井盖",
        [
            {"name": "焊工", "min_needed": 1, "max_needed": 2, "requires": ["welder", "insurance"]},
            {"name": "帮手", "min_needed": 1, "max_needed": 4},
        ],
        risk_notice=NOTICE,
        what_to_bring="电焊机、面罩、不锈钢板6块",
        dates=[{"on": "2026-05-09", "starts": "08:00", "ends": "11:00"}],
    )
    return town.api(DESK).items("shifts", activity_id=activity_id)[0]


def role(shift: Any, name: str) -> dict[str, Any]:
    return {"shift_role_id": next(one["id"] for one in shift["roles"] if one["name"] == name)}


@pytest.mark.need("A57")
def test_without_a_certificate_and_an_insurance_that_hold_on_that_day_nobody_welds(town: Town, welding: Any) -> None:
    she = town.api(HER)
    refused = she.send("POST", f"shifts/{welding['id']}/signups", role(welding, "焊工"), expect=409)
    kinds = [one["details"]["kind"] for one in refused["reasons"]]
    assert kinds == ["welder", "insurance"], "both at once, not one after the other"


@pytest.mark.need("A57")
def test_with_both_she_confirms_what_is_dangerous_and_has_the_place(town: Town, welding: Any) -> None:
    she = town.api(HER)
    hold(town, she, "welder", "insurance")
    told = she.send("POST", f"shifts/{welding['id']}/signups", role(welding, "焊工"), expect=409)
    assert told["risk"]["text"] == NOTICE
    she.send("POST", f"activities/{welding['activity_id']}/risk-confirmations", {"version": told["risk"]["version"]})
    assert she.send("POST", f"shifts/{welding['id']}/signups", role(welding, "焊工"))["state"] == "confirmed"
    page = town.browser(HER).open(f"/a/{welding['activity_id']}")
    assert "电焊机、面罩、不锈钢板6块" in page
    assert NOTICE in page


@pytest.mark.need("A57")
def test_the_helper_telephones_and_it_is_read_out_to_her(town: Town, welding: Any) -> None:
    desk, helper = town.api(DESK), town.api(HELPER).get("me")["volunteer_id"]
    asked = {**role(welding, "帮手"), "volunteer_id": helper, "asked_by": "本人", "asked_how": "phone"}
    assert desk.send("POST", f"shifts/{welding['id']}/signups", asked, expect=409)["risk"]["text"] == NOTICE
    path = f"activities/{welding['activity_id']}/risk-confirmations"
    read_out = desk.send("POST", path, {"version": 1, "volunteer_id": helper})
    assert read_out["door"] == "desk"
    assert desk.send("POST", f"shifts/{welding['id']}/signups", asked)["state"] == "confirmed"
    assert [one["is_confirmed"] for one in desk.get(path)["items"]] == [True, True]


@pytest.mark.need("A57")
def test_another_text_asks_everybody_again_and_the_desk_sees_who_has_not_answered(town: Town, welding: Any) -> None:
    desk, path = town.browser(DESK), f"/co/activities/{welding['activity_id']}"
    desk.open(f"{path}/edit")
    words = town.api(DESK).get(f"activities/{welding['activity_id']}")
    typed = {name: words[name] for name in ("title", "what_to_bring", "contact_name", "contact_phone", "version")}
    desk.send(f"{path}/edit", **typed, must_confirm_risk="true", risk_notice=f"{NOTICE}井边拉警戒带。")
    assert "2人还没有确认安全提醒" in desk.open(path)
    she = town.browser(HER)
    assert "看安全提醒" in she.open("/me")
    she.open(f"/me/risks/{welding['activity_id']}")
    she.send(f"/me/risks/{welding['activity_id']}", version="2")
    assert "看安全提醒" not in she.open("/me")
    assert "要来的2人，1人还没有确认。" in desk.open(f"{path}/risk")


@pytest.mark.need("A24")
def test_whoever_goes_out_at_night_is_insured_and_has_read_what_to_look_out_for(town: Town) -> None:
    night = publish(
        town,
        "夜查",
        [{"name": "巡查员", "min_needed": 2, "max_needed": 4, "requires": ["insurance"]}],
        risk_notice="两人同行、带手电；遇险情先报警。",
        dates=[{"on": "2026-05-10", "starts": "22:00", "ends": "01:00"}],
    )
    shift = town.api(DESK).items("shifts", activity_id=night)[0]
    uninsured = town.api(HELPER).send("POST", f"shifts/{shift['id']}/signups", role(shift, "巡查员"), expect=409)
    assert [one["code"] for one in uninsured["reasons"]] == ["qualification_missing"]
    told = town.api(HER).send("POST", f"shifts/{shift['id']}/signups", role(shift, "巡查员"), expect=409)
    assert told["risk"]["text"] == "两人同行、带手电；遇险情先报警。"
