from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from service.settings import LOCAL_ZONE
from service.web.forms import Form
from service.web.pages.style import OPTIONS, SampleInput

GOOD = {
    "name": " 王 秀英 ",
    "phone": "１３８ 0013 8000",
    "code": "123456",
    "role_id": "2",
    "parts": ["morning", "evening"],
    "places": "3",
    "born_on-year": "1954",
    "born_on-month": "3",
    "born_on-day": "7",
    "starts_at-date": "2026-11-28",
    "starts_at-time": "09:00",
    "consent": "true",
    "csrf_token": "not ours to read",
}


def posted(app: Flask, **changes: object) -> Form:
    data = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with app.test_request_context(method="POST", data=data):
        return Form.posted(SampleInput(), options=OPTIONS)


def test_a_good_form_loads_what_json_would(app: Flask) -> None:
    form = posted(app)
    assert form.problems == []
    assert form.loaded["name"] == "王秀英"
    assert form.loaded["phone"] == "+8613800138000"
    assert form.loaded["parts"] == ["morning", "evening"]
    assert form.loaded["born_on"].isoformat() == "1954-03-07"
    assert form.loaded["starts_at"] == datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)
    assert "csrf_token" not in form.loaded
    assert "note" not in form.loaded


def test_errors_come_in_the_order_of_the_fields_and_lead_to_them(app: Flask) -> None:
    form = posted(app, name="", role_id=None, **{"born_on-month": "13", "starts_at-time": ""})
    assert form.problems == [
        ("请填写姓名", "name"),
        ("请选择想做哪一样", "role_id"),
        ("请填写出生日期，比如 2026-11-28", "born_on-year"),
        ("请填写开始时间的日期和时间", "starts_at-date"),
    ]


def test_what_was_typed_is_kept_as_it_was_typed(app: Flask) -> None:
    form = posted(app, name="王3", phone="１３８", **{"born_on-month": "13", "starts_at-time": ""})
    assert form["name"].value == "王3"
    assert form["phone"].value == "１３８"
    assert form["born_on"].parts == {"year": "1954", "month": "13", "day": "7"}
    assert form["starts_at"].parts == {"date": "2026-11-28", "time": ""}
    assert form["parts"].values == ("morning", "evening")


def test_an_error_in_one_of_several_values_is_one_sentence(app: Flask) -> None:
    assert posted(app, parts=["morning", "noon"]).errors == {"parts": "请从列出的哪些时候有空里选一项"}


def test_a_rule_may_refuse_a_field_or_the_whole(app: Flask) -> None:
    form = posted(app)
    form.refuse("这一班已经满了", "您同一时间已有班次")
    form.refuse("验证码不对", at="code")
    assert form.has_errors
    assert form.problems == [("这一班已经满了", "main"), ("您同一时间已有班次", "main"), ("验证码不对", "code")]


def test_a_blank_form_shows_what_is_known(app: Flask) -> None:
    given = {"name": "王秀英", "consent": False, "starts_at": datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)}
    with app.test_request_context():
        form = Form.blank(SampleInput(), given=given, options=OPTIONS)
    assert form.is_valid
    assert form["name"].value == "王秀英"
    assert form["consent"].value == ""
    assert form["starts_at"].parts == {"date": "2026-11-28", "time": "09:00"}
    assert form["role_id"].options == OPTIONS["role_id"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("phone", ("tel", "tel-national", 30)),
        ("code", ("numeric", "one-time-code", 20)),
        ("note", ("", "off", 200)),
        ("starts_at", ("", "off", None)),
    ],
)
def test_a_field_tells_the_keyboard_what_it_wants(app: Flask, name: str, expected: tuple[str, str, int | None]) -> None:
    with app.test_request_context():
        field = Form.blank(SampleInput(), options=OPTIONS)[name]
    assert (field.inputmode, field.autocomplete, field.longest) == expected
