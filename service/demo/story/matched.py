"""Scene two: wishes are collected, the matcher drafts, the coordinator publishes, people answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from service.demo.story.acts import Shown, answer_by_link, offer_to, publish, sign_up
from service.demo.story.stage import Stage, StoryStopped
from service.demo.story.words import CHU, DESK, MAI, NAMES, STATES, SUI, YIN

ROLES = [{"name": "送福员", "min_needed": 2, "max_needed": 2}, {"name": "登记员", "min_needed": 1, "max_needed": 1}]
LEVELS = {
    "cover": "人手到位",
    "kept": "原来答应的不动",
    "wishes": "照顾意愿",
    "burden": "负担均衡（越小越好）",
    "travel": "离家近（越小越好）",
}
#: Three wish for two places, one for the other role.
WISHES = {MAI: "送福员", SUI: "送福员", CHU: "送福员", YIN: "登记员"}


def wishes_and_a_plan(stage: Stage, *, served_on: date) -> list[Shown]:
    """The whole scene; the shift it is about."""
    stage.scene("二、统筹安排：先报名，再排班，再请大家确认", "two: wishes, a plan, offers, answers")
    visit = publish(stage, "入户送福", roles=ROLES, on=served_on, hours=("09:00", "10:30"), mode="matched")
    for who, role in WISHES.items():
        sign_up(stage, who, visit, role=role)
    run = _drafted(stage, visit)
    _explain(stage, visit, run)
    stage.do(DESK, "POST", f"match-runs/{run['id']}/publications", {})
    stage.settle()
    stage.step("协调员发布排班：每个人收到的是邀请，不是命令", "published: an offer each, not an order")
    _answers(stage, visit)
    return [visit]


def _drafted(stage: Stage, visit: Shown) -> Shown:
    """Ask for a plan and wait for it."""
    until_at = datetime.fromisoformat(visit["ends_at"]) + timedelta(days=1)
    asked = stage.do(DESK, "POST", f"activities/{visit['activity_id']}/match-runs", {"until_at": until_at.isoformat()})
    stage.step("协调员请系统排一排", "the coordinator asks for a plan")
    path = f"match-runs/{asked['id']}"
    stage.wait(lambda: stage.do(DESK, "GET", path)["state"] not in ("requested", "solving"), "排班没有算出来")
    run: Shown = stage.do(DESK, "GET", path)
    if run["state"] != "drafted":
        raise StoryStopped(f"排班的状态是 {run['state']}")
    return run


def _explain(stage: Stage, visit: Shown, run: Shown) -> None:
    """The plan in words: who serves where, who does not and why."""
    roles = {role["id"]: role["name"] for role in visit["roles"]}
    people = {stage.do(who, "GET", "me")["volunteer_id"]: NAMES[who] for who in WISHES}
    for placed in run["solution"]["placements"]:
        stage.detail(f"草稿：{people[placed['person_id']]} → {roles[placed['opening_id']]}")
    for unplaced in run["solution"]["unplaced"]:
        reasons = "；".join(_why(blocker, people) for blocker in unplaced["blockers"])
        stage.detail(f"没排上：{people[unplaced['person_id']]}（{roles[unplaced['opening_id']]}）：{reasons}")
    for level in run["solution"]["levels"]:
        reached = f"{level['value']}/{level['of']}" if level["of"] else str(level["value"])
        stage.detail(f"{LEVELS.get(level['name'], level['name'])}：{reached}")


def _why(blocker: Shown, people: dict[int, str]) -> str:
    last = people.get(blocker.get("person_id", 0))
    return f"名额满了，最后一个给了{last}" if last else str(blocker["code"])


def _answers(stage: Stage, visit: Shown) -> None:
    """One says no, and who had no place is asked; everybody else says yes."""
    _reply(stage, MAI, visit, reply={"reply": "decline", "reason": "那天要陪老伴看病"})
    stage.settle()
    stage.step(f"名额空出来，接着请{NAMES[CHU]}", "the place goes to who had none")
    answer_by_link(stage, CHU)
    for who in (SUI, YIN):
        _reply(stage, who, visit, reply={"reply": "accept"})
    stage.settle()


def _reply(stage: Stage, who: int, visit: Shown, *, reply: Shown) -> None:
    offer = offer_to(stage, who, visit)
    if offer is None:
        raise StoryStopped(f"{NAMES[who]}没有收到“{visit['title']}”的邀请")
    answered = stage.do(who, "POST", f"assignments/{offer['id']}/answers", reply)
    stage.step(
        f"{NAMES[who]}（{offer['role']}）用接口答复：{STATES[answered['state']]}",
        f"answers the offer: {reply['reply']}",
    )
