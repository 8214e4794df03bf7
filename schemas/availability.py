"""When somebody can come: hours of the week, how much, what not, days away."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, LocalDateTime, Many, Part, Whole
from schemas.shown import Shown, one_of
from service.availability.rules import SLOTS, Slot
from service.language import Lazy
from service.terms import Availability, DayPart

PARTS = {DayPart.MORNING: Lazy("上午"), DayPart.AFTERNOON: Lazy("下午"), DayPart.EVENING: Lazy("晚上")}
ANSWERS = {Availability.CAN: Lazy("能来"), Availability.IF_NEEDED: Lazy("必要时"), Availability.CANNOT: Lazy("不能")}


def cell(slot: Slot) -> str:
    """The name of the field for a time of the week."""
    weekday, part = slot
    return f"{part}_{weekday}"


def _limit(label: str, *, most: int, hint: str = Lazy("没有限制就不填")) -> Whole:
    return Whole(least=1, most=most, allow_none=True, load_default=None, label=label, hint=hint)


class _Limits(Input):
    """How much she will at most."""

    most_a_week = _limit(Lazy("一周最多几次"), most=21)
    most_a_day = _limit(Lazy("一天最多几次"), most=6)
    most_at_a_stretch = _limit(
        Lazy("一口气最多几个小时"), most=24, hint=Lazy("没有限制就不填；满70岁的，最多排4个小时")
    )


def _cells() -> dict[str, fields.Field[Any]]:
    return {
        cell(slot): Choice(
            Availability, words=ANSWERS, load_default=Availability.CAN, widget="select", label=PARTS[slot[1]]
        )
        for slot in SLOTS
    }


class AvailabilityForm(_Limits.from_dict(_cells(), name="Cells")):  # type: ignore[misc]  # made when read
    """The form: a field for each time of the week, the limits, and what she leaves to others."""

    weekly_hours = Whole(
        least=1, most=60, allow_none=True, load_default=None, label=Lazy("每周最多小时"), hint=Lazy("不填就还是原来的")
    )
    avoids = Many(Id(label=Lazy("活动")), load_default=list, label=Lazy("这些活动不用找我"))


class TimeInput(Input):
    """One time of the week, and what she says of it."""

    weekday = Whole(required=True, least=1, most=7, label=Lazy("星期几"), metadata={"description": "ISO: 1 is Monday."})
    part = Choice(DayPart, words=PARTS, required=True, label=Lazy("什么时候"))
    availability = Choice(Availability, words=ANSWERS, required=True, label=Lazy("能不能来"))


class AvailabilityInput(_Limits):
    """Everything she says of her week, all anew: what is not named she can."""

    week = Many(Part(nested=TimeInput), load_default=list, most=len(SLOTS), label=Lazy("一周的时间"))
    avoids = Many(Id(label=Lazy("活动")), load_default=list, label=Lazy("这些活动不用找我"))


class AwayInput(Input):
    """From which day to which she is away, both included."""

    from_on = LocalDate(required=True, label=Lazy("从哪天"))
    until_on = LocalDate(required=True, label=Lazy("到哪天为止（这天也算）"))


class TimeShown(Shown):
    """One time of the week."""

    weekday = fields.Integer(required=True)
    part = one_of(DayPart, required=True)
    availability = one_of(Availability, required=True)


class AbsenceShown(Shown):
    """Days she is away, both included."""

    id = fields.Integer(required=True)
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    noted_at = LocalDateTime(required=True)


class AvailabilityShown(Shown):
    """All she has said."""

    week = fields.List(fields.Nested(TimeShown), required=True, metadata={"description": "Only where not `can`."})
    most_a_week = fields.Integer(required=True, allow_none=True)
    most_a_day = fields.Integer(required=True, allow_none=True)
    most_at_a_stretch = fields.Integer(required=True, allow_none=True, metadata={"description": "Hours."})
    avoids = fields.List(fields.Integer(), required=True)
    absences = fields.List(fields.Nested(AbsenceShown), required=True)
