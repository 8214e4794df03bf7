"""Rendering, notices with undo, the 长辈版 switch, calendars."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask, Response, session
from flask.testing import FlaskClient
from icalendar import Calendar

from service.settings import LOCAL_ZONE
from service.web import notices, page
from service.web.ics import Entry, calendar_answer
from tests.service.web.conftest import app_with
from tests.service.web.test_forms import GOOD


def token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found[1]


def test_errors_answer_422_with_a_title_that_says_so_and_the_typed_text(client: FlaskClient) -> None:
    first = client.get("/style/form").text
    assert "<title>请填写报名信息 - 轮值</title>" in first
    answer = client.post("/style/form", data={**GOOD, "csrf_token": token(first), "name": "<王>3"})
    page_text = unescape(answer.text)
    assert answer.status_code == 422
    assert "<title>错误：请填写报名信息 - 轮值</title>" in page_text
    assert 'value="<王>3"' in page_text
    assert "<王>3" not in answer.text
    assert page_text.count("请填写姓名，不要带数字和符号") == 2
    assert '<a href="#name">' in page_text


def test_a_good_form_leads_on_and_offers_undo_until_it_is_used(client: FlaskClient) -> None:
    answer = client.post("/style/form", data=GOOD | {"csrf_token": token(client.get("/style/form").text)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/style/done")
    for _look in range(2):
        done = client.get("/style/done").text
        assert "已为您登记。" in done
        assert 'action="/style/undo"' in done
    back = client.post("/style/undo", data={"csrf_token": token(done)}, follow_redirects=True).text
    assert "已经撤销。" in back
    assert "/style/undo" not in re.sub(r'<div class="answers">', "", back.split("能来还是来不了")[0])
    assert "已经撤销。" not in client.get("/style").text


def test_undo_stands_for_ten_minutes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context():
        monkeypatch.setattr(notices, "time", lambda: 1000.0)
        notices.offer_undo("已退出。", address="/undo")
        monkeypatch.setattr(notices, "time", lambda: 1599.0)
        assert notices.undos() == [notices.Undo("已退出。", "/undo")]
        monkeypatch.setattr(notices, "time", lambda: 1600.0)
        assert notices.undos() == []


def test_each_of_the_last_six_can_be_undone_the_newest_first(app: Flask) -> None:
    with app.test_request_context():
        for n in range(8):
            notices.offer_undo(f"第{n}件。", address=f"/undo/{n}?to=1")
        notices.offer_undo("第5件，又一次。", address="/undo/5?to=1")
        offered = [offer.text for offer in notices.undos()]
        kept = dict(session)
    assert offered == ["第5件，又一次。", "第7件。", "第6件。", "第4件。", "第3件。", "第2件。"]
    with app.test_request_context("/undo/6?to=1"):
        session.update(kept)
        notices.withdraw_undo()
        assert [offer.text for offer in notices.undos()] == [one for one in offered if one != "第6件。"]


@pytest.mark.parametrize(("chosen", "shown"), [("large", "large"), ("xlarge", "xlarge"), ("huge", "standard")])
def test_the_text_size_is_remembered(client: FlaskClient, chosen: str, shown: str) -> None:
    answer = client.post("/display", data={"size": chosen, "back": "/style?day=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/style?day=1")
    assert f'<html lang="zh-CN" data-size="{shown}">' in client.get("/style").text


@pytest.mark.parametrize(
    "outside",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "evil", "/a\r\nX: 1"],
)
def test_going_back_never_leaves_the_site(outside: str) -> None:
    assert page.local_path(outside) == "/"
    assert page.local_path("/me?week=2026-W48") == "/me?week=2026-W48"


def test_here_keeps_the_other_arguments(app: Flask) -> None:
    with app.test_request_context("/list?team=红色&after=x"):
        assert page.here(after=None) == "/list?team=%E7%BA%A2%E8%89%B2"
        assert page.here(after="y") == "/list?team=%E7%BA%A2%E8%89%B2&after=y"


def test_a_page_may_show_its_own_communitys_landline() -> None:
    app = app_with()

    @app.get("/of-a-community")
    def of_a_community() -> Response:
        page.use_help_line(page.HelpLine("新兴路社区", "+8637164350000", person="李老师"))
        return page.render("errors/error.html", title="样子", advice="", typed=(), reference=None)

    text = app.test_client().get("/of-a-community").text
    assert "打电话找新兴路社区（李老师）" in text
    assert ">0371 6435 0000</a>" in re.sub(r"<svg.*?</svg>\s*", "", text, flags=re.S)


def test_a_shift_in_the_calendar_of_a_phone(app: Flask) -> None:
    entry = Entry(
        uid="assignment-7@lunzhi.example",
        title="红色管家；量血压, 一楼",
        starts_at=datetime(2026, 11, 28, 1, tzinfo=UTC),
        ends_at=datetime(2026, 11, 28, 3, 30, tzinfo=UTC),
        place="人民路社区党群服务中心",
    )
    with app.test_request_context():
        answer = calendar_answer([entry], stamp=datetime(2026, 11, 23, 2, tzinfo=UTC))
    assert answer.content_type == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["UID"] == entry.uid
    assert event["SUMMARY"] == entry.title
    assert event.decoded("DTSTART") == datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)
    assert event["STATUS"] == "CONFIRMED"
