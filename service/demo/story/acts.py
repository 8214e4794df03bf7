"""What people of the story do again and again: publish, sign up, look at how things stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

from service.demo.logins import number
from service.demo.story.browser import Browser
from service.demo.story.stage import Stage, StoryStopped, code_on, when
from service.demo.story.words import DESK, NAMES, STATES

#: A shift, a message, an assignment: as the API shows it.
Shown: TypeAlias = dict[str, Any]
#: How an activity of the story is known again by the next telling.
MARK = "故事·"
LINK = re.compile(r"https?://[^\s。，]+")


def publish(
    stage: Stage, title: str, *, roles: Sequence[Shown], on: date, hours: tuple[str, str], mode: str = "instant"
) -> Shown:
    """The coordinator writes an activity down and publishes it. Its one shift."""
    me = stage.do(DESK, "GET", "me")
    area = stage.do(DESK, "GET", f"areas/{me['roles'][0]['area_id']}")
    rooms = stage.api(DESK).every(f"areas?below={area['id']}&kind=site&limit=100")
    written = {
        "area_id": area["id"],
        "place_id": next(room["id"] for room in rooms if room["name"] == "社区服务站"),
        "title": MARK + title,
        "mode": mode,
        "roles": roles,
        "dates": [{"on": str(on), "starts": hours[0], "ends": hours[1]}],
        "contact_name": me["name"],
        "contact_phone": area["landline"],
        "what_to_bring": "水杯",
    }
    draft = stage.do(DESK, "POST", "activities", written)
    stage.do(DESK, "PUT", f"activities/{draft['id']}/publication")
    shift: Shown = stage.api(DESK).every(f"shifts?activity_id={draft['id']}&limit=100")[0]
    stage.step(
        f"{me['name']}（协调员）发布“{title}”，{when(shift['starts_at'])}",
        "the coordinator publishes an activity",
    )
    return shift


def role_of(shift: Shown, name: str = "") -> Shown:
    """The role with this name; the only one without a name."""
    found: Shown = next(role for role in shift["roles"] if name in ("", role["name"]))
    return found


def sign_up(stage: Stage, who: int, shift: Shown, *, role: str = "", key: str = "") -> Shown:
    """She asks for a place by the API. The sign-up."""
    headers = {"Idempotency_Key": key} if key else {}
    body = {"shift_role_id": role_of(shift, role)["id"]}
    signup: Shown = stage.do(who, "POST", f"shifts/{shift['id']}/signups", body, **headers)
    stage.step(f"{NAMES[who]}用接口报名“{shift['title'].removeprefix(MARK)}”{role}", "signs up by the JSON API")
    tell_sign_up(stage, who, signup["id"])
    return signup


def sign_up_by_form(stage: Stage, who: int, shift: Shown) -> int:
    """Three screens: the place, the person, the code. The sign-up's id."""
    browser = stage.browser(who)
    page = browser.open(f"/signup/{shift['id']}")
    asked = browser.submit(page, "/signup/", role_id=str(role_of(shift)["id"]))
    typed = {"name": NAMES[who], "phone": number(who).removeprefix("+86"), "consent": "true"}
    born = {"birth_on-year": "1957", "birth_on-month": "3", "birth_on-day": "8"}
    page = stage.until_a_code_goes(lambda: browser.submit(asked, "/signup/who", **typed, **born))
    page = browser.submit(page, "/signup/code", code=code_on(page))
    found = re.search(r"/signups/(\d+)", page.address)
    if found is None:
        raise StoryStopped(f"网页报名没有成功：{page.heading} {page.faults}")
    stage.step(f"{NAMES[who]}在网页上报名，三屏：{page.heading}", "signs up by the web form, in three screens")
    return int(found[1])


def tell_sign_up(stage: Stage, who: int, signup_id: int) -> Shown:
    """Say how her sign-up stands."""
    signup: Shown = stage.do(who, "GET", f"signups/{signup_id}")
    place = signup["waitlist_position"]
    stage.detail(f"{NAMES[who]}：{STATES[signup['state']]}{f'第{place}位' if place else ''}")
    return signup


def answer_by_link(stage: Stage, who: int) -> None:
    """She opens the link in her newest offer, in a browser that knows nothing of her, and says yes."""
    text = stage.told(who, "place_offered")
    stage.detail(f"她收到：{text.strip()}")
    found = LINK.search(text)
    if found is None:
        raise StoryStopped(f"邀请里没有链接：{text}")
    stranger = Browser(stage.address)
    page = stranger.open(found[0])
    stage.detail(f"打开链接只是看：{page.heading}，还是“{_newest_state(stage, who)}”")
    stranger.submit(page, "/answers/", answer="yes")
    stage.detail(f"按“我能来”：“{_newest_state(stage, who)}”，没有登录过")


def _newest_state(stage: Stage, who: int) -> str:
    mine = stage.api(who).every("assignments?mine=true&limit=100")
    return STATES[max(mine, key=lambda a: int(a["id"]))["state"]]


def offer_to(stage: Stage, who: int, shift: Shown) -> Shown | None:
    """The offer she has not answered yet."""
    mine = stage.api(who).every(f"assignments?mine=true&shift_id={shift['id']}&state=offered&limit=100")
    return mine[0] if mine else None
