"""Scene one: three places fill, somebody is refused, others wait, and the queue moves when somebody withdraws."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from service.demo.story.acts import Shown, answer_by_link, publish, role_of, sign_up, sign_up_by_form, tell_sign_up
from service.demo.story.stage import Stage, StoryStopped
from service.demo.story.words import LING, MAI, NAMES, SUI, TAN, WEN, YIN

WALKER = {"name": "急救陪走员", "min_needed": 2, "max_needed": 3, "requires": ["first_aid"], "max_age": 75}
HELPER = {"name": "帮手", "min_needed": 1, "max_needed": 4}


def three_places(stage: Stage, *, served_on: date, begins_at: datetime) -> list[Shown]:
    """The whole scene; the shifts it is about."""
    stage.scene("一、三个名额：先到先得，满了排队", "one: three places, first come, first served, then a queue")
    walk = publish(stage, "冬日健步走", roles=[WALKER], on=served_on, hours=("14:00", "16:00"))
    stage.detail("急救陪走员2到3人；急救证要在服务当天有效；不超过75岁")
    hall = publish(stage, "布置会场", roles=[HELPER], on=served_on, hours=("13:30", "14:30"))
    sign_up(stage, TAN, hall)
    first = sign_up_by_form(stage, LING, walk)
    _twice(stage, walk)
    sign_up_by_form(stage, WEN, walk)
    _refused(stage, walk)
    waiting = {who: sign_up(stage, who, walk)["id"] for who in (SUI, YIN)}
    stage.turn_to(begins_at, "白天，后台把该发的都发了")
    _withdraw(stage, first)
    tell_sign_up(stage, SUI, waiting[SUI])
    stage.turn_to(stage.clock() + timedelta(minutes=10, seconds=5), "过了十分钟")
    stage.step(f"名额交给候补第1位：{NAMES[SUI]}", "the place goes to the first in line")
    answer_by_link(stage, SUI)
    tell_sign_up(stage, YIN, waiting[YIN])
    return [walk, hall]


def _twice(stage: Stage, walk: Shown) -> None:
    """A program that sends its request twice has one sign-up."""
    key = f"story-{stage.began_at.timestamp():.0f}"
    once = sign_up(stage, MAI, walk, key=key)
    body = {"shift_role_id": role_of(walk)["id"]}
    again = stage.do(MAI, "POST", f"shifts/{walk['id']}/signups", body, Idempotency_Key=key)
    if once != again:
        raise StoryStopped(f"同一个请求得到两个回答：{once}、{again}")
    stage.detail("同一个请求又发了一遍（Idempotency-Key）：同一个回答，没有第二个报名 · sent twice, one sign-up")


def _refused(stage: Stage, walk: Shown) -> None:
    answer = stage.api(TAN).call("POST", f"shifts/{walk['id']}/signups", {"shift_role_id": role_of(walk)["id"]})
    if answer.status != 409:
        raise StoryStopped(f"应当不能报名，却得到 {answer.status}")
    stage.step(f"{NAMES[TAN]}报不了，所有原因一次说清", "refused, with every reason at once")
    for reason in answer.body["reasons"]:
        stage.detail(f"{reason['text']}（{reason['code']}）")


def _withdraw(stage: Stage, signup_id: int) -> None:
    browser, address = stage.browser(LING), f"/signups/{signup_id}"
    page = browser.submit(browser.open(address), f"{address}/withdrawal")
    stage.step(f"{NAMES[LING]}在网页上退出", "withdraws on the page; the place is kept for ten minutes")
    page = browser.submit(page, f"{address}/withdrawal/undo")
    stage.step(f"点错了，撤销：{page.heading}", "a slip: takes it back, the same place")
    browser.submit(browser.open(address), f"{address}/withdrawal")
    stage.step(f"{NAMES[LING]}想了想，还是退出", "withdraws after all")
