"""The story of `make demo` on the whole house: web, worker, beat and relay as real processes, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service import clock, demo
from service.db import transaction
from service.demo import story
from service.settings import settings
from tests import invariants
from tests.house import House

#: What must have been told, in this order.
TOLD = (
    "发布“冬日健步走”",
    "凌柏舟在网页上报名，三屏：报名成功",
    "同一个回答，没有第二个报名",
    "（qualification_expired）",
    "（too_old）",
    "（overlap）",
    "（weekly_hours）",
    "闻麦穗：候补第1位",
    "殷谷丰：候补第2位",
    "点错了，撤销",
    "名额交给候补第1位：闻麦穗",
    "按“我能来”：“已定”，没有登录过",
    "殷谷丰：候补第1位",
    "没排上：初雪晴（送福员）：名额满了",
    "麦银杏（送福员）用接口答复：来不了",
    "按“我能来”：“已定”，没有登录过",
    "下午那班的前三天",
    "提醒您来这2个班",
    "（cancelled）",
    "都守住了",
    "时钟拨回到现在",
)


@pytest.mark.timeout(600)
def test_the_story_is_told_to_its_end_and_leaves_nothing_broken(tmp_path: Path) -> None:
    told: list[str] = []
    trial = {"ENVIRONMENT": "demo", "VIRTUAL_CLOCK": "1", "RATE_LIMITS": "1"}
    with House(tmp_path, overrides=trial) as house:
        demo.load()
        house.start("worker", "beat", "relay", "web")
        story.play(settings().public_url, told.append)
        with transaction() as session:
            assert abs(clock.now(session) - datetime.now(UTC)) < timedelta(seconds=5)
            assert invariants.check(session) == []
    rest = "\n".join(told)
    for line in TOLD:
        assert line in rest, f"{line} was not told, or not in its turn:\n{rest}"
        rest = rest.partition(line)[2]


def test_without_a_service_it_says_what_to_do() -> None:
    with pytest.raises(story.StoryStopped, match="make run"):
        story.play("http://127.0.0.1:9", lambda _line: None)
