"""The schemas of the rooms: what is forgiven, what is refused, and that every refusal is a sentence."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

import schemas
from schemas import Input
from schemas.accounts import NewToken, TokenAsked
from schemas.activities import ActivityChange, NewActivity, RoleInput
from schemas.matching import NewMatchRun
from schemas.roster import Answer
from schemas.series import DatesInput
from schemas.shifts import ShiftChange, ShiftsAsked
from schemas.signups import NewSignUp
from schemas.teams import NewMember
from schemas.volunteers import NewQualification, NewVolunteer, VolunteerChange
from service.activities.rules import RolePlan, weekly_plan
from service.terms import DayRule, MemberRole

GARBAGE: tuple[Any, ...] = ({}, [], "", "　", -1, 2**70, True, None, "\ud800", "9" * 300, {"a": [None]})


def inputs() -> Iterator[type[Schema]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        imported = importlib.import_module(f"schemas.{module.name}")
        for found in vars(imported).values():
            if isinstance(found, type) and issubclass(found, Input) and found.__module__ == imported.__name__:
                yield found


def texts(messages: Any) -> Iterator[str]:
    for message in messages.values() if isinstance(messages, dict) else messages:
        if isinstance(message, (dict, list)):
            yield from texts(message)
        else:
            yield message


INPUTS = list(inputs())


def refusals(schema: Schema) -> Iterator[str]:
    """What is said to garbage in every field."""
    for value in GARBAGE:
        try:
            schema.load(dict.fromkeys(schema.fields, value))
        except ValidationError as error:
            yield from texts(error.messages)


@pytest.mark.parametrize("schema", INPUTS, ids=lambda schema: schema.__name__)
def test_whatever_is_sent_each_refusal_is_a_sentence(schema: type[Schema]) -> None:
    assert [text for text in refusals(schema()) if len(text) <= 2] == []


@pytest.mark.parametrize("schema", INPUTS, ids=lambda schema: schema.__name__)
def test_every_field_has_a_label_to_be_called_by(schema: type[Schema]) -> None:
    assert [name for name, field in schema().fields.items() if not field.metadata.get("label")] == []


@pytest.mark.parametrize(
    ("schema", "typed", "loaded"),
    [
        (TokenAsked(), {"phone": "１３８-００１３ ８０００", "code": "12 34 56"},
         {"phone": "+8613800138000", "code": "123456"}),
        (NewToken(), {"label": "对接"}, {"label": "对接", "days": 365}),
        (NewSignUp(), {"shift_role_id": "７"},
         {"shift_role_id": 7, "rank": 1, "note": "", "with_adults": 0, "with_children": 0, "guardian_consents": False}),
        (ActivityChange(), {}, {}),
        (ActivityChange(), {"has_waitlist": False, "lead_times": ["P3D", "eve20:00", "PT2H", "PT30M"]},
         {"has_waitlist": False, "lead_times": ["P3D", "eve20:00", "PT2H", "PT30M"]}),
        (RoleInput(), {"name": " 医生 ", "min_needed": 1, "max_needed": 2, "requires": ["doctor"]},
         RolePlan(name="医生", min_needed=1, max_needed=2, requires=("doctor",))),  # type: ignore[arg-type]  # a StrEnum equals its value
        (DatesInput(), {"on": "2026年11月28日", "starts": "9点", "ends": "11:30"}, None),
        (DatesInput(), {"on": "2026年11月28日", "starts": "9：00", "ends": "11:30"},
         weekly_plan(starts=time(9), ends=time(11, 30), from_on=date(2026, 11, 28), until_on=date(2026, 11, 28))),
        (DatesInput(), {"from_on": "2026-12-01", "until_on": "2026-12-31", "weekdays": [1, 3], "day_rule": "workdays",
                        "starts": "22:00", "ends": "06:00"},
         weekly_plan(starts=time(22), ends=time(6), from_on=date(2026, 12, 1), until_on=date(2026, 12, 31),
                    weekdays=frozenset({1, 3}), day_rule=DayRule.WORKDAYS)),
        (NewMember(), {"volunteer_id": 1}, {"volunteer_id": 1, "role": MemberRole.MEMBER}),
        (VolunteerChange(), {"name": "王 小 满"}, {"name": "王小满"}),
        (ShiftsAsked(), {}, {"takeable": False, "limit": 30}),
        (ShiftsAsked(), {"takeable": "1", "limit": "5"}, {"takeable": True, "limit": 5}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Schema) else "",
)  # fmt: skip
def test_what_is_meant_is_understood(schema: Schema, typed: dict[str, Any], loaded: Any) -> None:
    if loaded is None:
        with pytest.raises(ValidationError):
            schema.load(typed)
    else:
        assert schema.load(typed) == loaded


@pytest.mark.parametrize(
    ("schema", "typed", "field"),
    [
        (TokenAsked(), {"phone": "0371 64351234", "code": "123456"}, "phone"),
        (TokenAsked(), {"phone": "13800138000", "code": "12345"}, "code"),
        (NewSignUp(), {"shift_role_id": 0}, "shift_role_id"),
        (NewSignUp(), {"shift_role_id": 2**63}, "shift_role_id"),
        (NewSignUp(), {"shift_role_id": 1, "asked_how": "telepathy"}, "asked_how"),
        (NewSignUp(), {"shift_role_id": 1, "note": "很" * 201}, "note"),
        (RoleInput(), {"name": "医生", "min_needed": 3, "max_needed": 2}, "max_needed"),
        (RoleInput(), {"name": "医生", "min_needed": 0, "max_needed": 0}, "max_needed"),
        (RoleInput(), {"name": "医生", "min_needed": 0, "max_needed": 1, "min_age": 70, "max_age": 60}, "max_age"),
        (DatesInput(), {"starts": "9:00", "ends": "10:00", "from_on": "2026-12-01"}, "until_on"),
        (DatesInput(), {"starts": "9:00", "ends": "10:00", "on": "2026-02-29"}, "on"),
        (DatesInput(), {"starts": "9:00", "ends": "10:00", "on": "2026-12-01", "weekdays": [8]}, "weekdays"),
        (ActivityChange(), {"lead_times": ["eve25:00"]}, "lead_times"),
        (ActivityChange(), {"lead_times": ["P0D"]}, "lead_times"),
        (NewActivity(), {"mode": "instant"}, "roles"),
        (ShiftChange(), {"starts_at": "2026-11-28T10:00", "ends_at": "2026-11-28T10:00"}, "ends_at"),
        (NewMatchRun(), {"from_at": "2026-12-02T00:00", "until_at": "2026-12-01T00:00"}, "until_at"),
        (Answer(), {"reply": "maybe"}, "reply"),
        (NewMember(), {"volunteer_id": 1, "from_on": "2026-12-01", "until_on": "2026-11-30"}, "until_on"),
        (NewQualification(),
         {"kind": "doctor", "evidence": "证", "valid_from": "2026-01-01", "valid_until": "2025-12-31"},
         "valid_until"),
        (NewVolunteer(), {"area_id": 1, "name": "王小满"}, "agrees"),
        (NewVolunteer(), {"area_id": 1, "name": "王小满", "agrees": False}, "agrees"),
        (NewVolunteer(), {"area_id": 1, "name": "R2-D2", "agrees": True}, "name"),
        (VolunteerChange(), {"weekly_hours": 0}, "weekly_hours"),
        (VolunteerChange(), {"phone": "138"}, "phone"),
        (ShiftsAsked(), {"takable": "1"}, "takable"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Schema) else "",
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(schema: Schema, typed: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        schema.load(typed)
    assert field in refused.value.messages_dict
