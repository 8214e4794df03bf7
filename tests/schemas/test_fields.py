from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from marshmallow import ValidationError

from schemas import Input, fields
from service.language import Lazy
from service.settings import LOCAL_ZONE


class Kind(StrEnum):
    TALK = "talk"
    WALK = "walk"


class Sample(Input):
    name = fields.Name()
    phone = fields.Phone()
    mobile = fields.Phone(mobile=True)
    code = fields.Code()
    email = fields.Email()
    note = fields.Text(label=Lazy("备注"), longest=20)
    places = fields.Whole(label=Lazy("人数"), least=1, most=9)
    row = fields.Id(label=Lazy("编号"))
    consent = fields.Ticked(label=Lazy("同意"))
    kind = fields.Choice(Kind, label=Lazy("种类"), words={Kind.TALK: Lazy("聊天"), Kind.WALK: Lazy("散步")})
    kinds = fields.Many(fields.Choice(Kind, label=Lazy("种类")), label=Lazy("种类"), most=3)
    born_on = fields.LocalDate(label=Lazy("出生日期"))
    opens = fields.LocalTime(label=Lazy("开门时间"))
    starts_at = fields.LocalDateTime(label=Lazy("开始"))


class Strict(Input):
    name = fields.Name(required=True)
    kind = fields.Choice(Kind, label=Lazy("种类"), required=True)
    row = fields.Id(label=Lazy("岗位"), widget="radios", required=True)
    consent = fields.Ticked(must=True, label=Lazy("我同意"))


def load(**values: Any) -> Any:
    (name,) = values
    return Sample().load(values)[name]


def refusal(**values: Any) -> str:
    (name,) = values
    with pytest.raises(ValidationError) as caught:
        Sample().load(values)
    (message,) = caught.value.messages_dict[name]
    return str(message)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", " 王 秀英 ", "王秀英"),
        ("name", "阿依古丽•买买提", "阿依古丽·买买提"),
        ("name", "Anna  Lee-Smith", "Anna Lee-Smith"),
        ("mobile", "138 0013 8000", "+8613800138000"),
        ("mobile", "１３８－００１３－８０００", "+8613800138000"),
        ("mobile", "+86 138 0013 8000", "+8613800138000"),
        ("phone", "0371-6435 1234", "+8637164351234"),
        ("phone", "（０３７１）６４３５１２３４", "+8637164351234"),
        ("code", "１２ ３４ ５６", "123456"),
        ("note", "　带１把伞，好吗？ ", "带1把伞，好吗？"),
        ("note", "零\u200b宽\x00", "零宽"),
        ("places", "５", 5),
        ("places", " 7 ", 7),
        ("row", 2**63 - 1, 2**63 - 1),
        ("consent", "true", True),
        ("kind", "talk", Kind.TALK),
        ("kinds", ["talk", "walk"], [Kind.TALK, Kind.WALK]),
        ("born_on", "1954年3月7日", date(1954, 3, 7)),
        ("born_on", "1954/3/7", date(1954, 3, 7)),
        ("opens", "９：００", time(9)),
        ("opens", "14点30分", time(14, 30)),
        ("opens", "09:00:59", time(9)),
        ("starts_at", "2026-11-28T09:00", datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)),
        ("starts_at", "2026年11月28日 9:00", datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)),
        ("starts_at", "2026-11-28T01:00:00Z", datetime(2026, 11, 28, 9, tzinfo=LOCAL_ZONE)),
    ],
)
def test_what_people_type_is_understood(field: str, typed: Any, kept: Any) -> None:
    assert load(**{field: typed}) == kept


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "王3", "请填写姓名，不要带数字和符号"),
        ("name", "王", "要在2到30个字之间"),
        ("name", "王" * 31, "要在2到30个字之间"),
        ("phone", "64351234", "请填写11位手机号，或者带区号的固定电话"),
        ("phone", "12345678901", "请填写11位手机号，或者带区号的固定电话"),
        ("phone", "+1 650 253 0000", "请填写11位手机号，或者带区号的固定电话"),
        ("mobile", "0371 6435 1234", "请填写11位手机号，固定电话收不到验证码"),
        ("code", "12345", "请填写6位数字"),
        ("code", "12345a", "请填写6位数字"),
        ("email", "name@", "请填写完整的邮箱，比如 name@example.com"),
        ("note", "长" * 21, "最多20个字"),
        ("note", "\ud800", "备注里有不能识别的字"),
        ("note", 5, "备注要填文字"),
        ("places", 0, "要在1到9之间"),
        ("places", "1.5", "人数要填整数"),
        ("places", True, "人数要填整数"),
        ("places", "9" * 5000, "人数要填整数"),
        ("row", 2**63, f"要在1到{2**63 - 1}之间"),
        ("consent", "也许", "同意只能选是或否"),
        ("kind", "sing", "请从列出的种类里选一项"),
        ("kind", None, "请选择种类"),
        ("kinds", "talk", "种类要是一个列表"),
        ("kinds", ["talk"] * 4, "最多3项"),
        ("born_on", "1954-02-30", "请填写出生日期，比如 2026-11-28"),
        ("born_on", "0001-01-01", "请填写出生日期，比如 2026-11-28"),
        ("opens", "25:00", "请填写开门时间，比如 14:30"),
        ("starts_at", "2026-11-28", "请填写开始的日期和时间"),
        ("starts_at", "0001-01-01T00:00:00Z", "请填写开始的日期和时间"),
        ("starts_at", 5, "请填写开始的日期和时间"),
    ],
)
def test_what_is_wrong_is_said_in_words(field: str, typed: Any, words: str) -> None:
    assert refusal(**{field: typed}) == words


def test_what_is_missing_is_asked_for_by_its_label() -> None:
    with pytest.raises(ValidationError) as caught:
        Strict().load({"name": "   "})
    assert caught.value.messages_dict == {
        "name": ["请填写姓名"],
        "kind": ["请选择种类"],
        "row": ["请选择岗位"],
        "consent": ["请先勾选：我同意"],
    }


def test_a_consent_that_must_be_given_cannot_be_false() -> None:
    with pytest.raises(ValidationError, match="请先勾选"):
        Strict().load({"name": "王秀英", "kind": "talk", "row": 1, "consent": False})


def test_a_program_is_told_about_fields_we_do_not_know() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample().load({"nmae": "王秀英"})
    assert caught.value.messages_dict == {"nmae": ["没有这个字段"]}
    with pytest.raises(ValidationError, match="要的是一个对象"):
        Sample().load([])


def test_instants_go_out_in_local_time() -> None:
    row = {"starts_at": datetime(2026, 11, 28, 1, tzinfo=UTC), "kind": Kind.WALK, "opens": time(9)}
    assert Sample().dump(row) == {"starts_at": "2026-11-28T09:00:00+08:00", "kind": "walk", "opens": "09:00"}


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=40),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(field=some.sampled_from(sorted(Sample().fields)), value=anything)
def test_nothing_anyone_sends_is_a_surprise(field: str, value: Any) -> None:
    """Every value is either loaded or refused with whole sentences, never another exception."""
    refused = Sample().validate({field: value})
    assert all(len(text) > 1 for text in sentences(refused))


def sentences(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [text for inner in messages.values() for text in sentences(inner)]
    return [str(text) for text in messages]


def test_a_very_long_number_costs_no_time() -> None:
    """Python refuses to turn thousands of digits into a number; we never try."""
    longest = sys.get_int_max_str_digits()
    assert refusal(row="9" * (longest + 1)) == "编号要填整数"
