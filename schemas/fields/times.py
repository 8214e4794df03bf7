"""Days, times of day and instants, as people here write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from marshmallow import fields

from schemas.fields.base import Field, half_width
from service.language import Lazy
from service.settings import LOCAL_ZONE

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
CLOCK = re.compile(r"(\d{1,2})\s*[:.点时]\s*(\d{2})\s*分?(?::\d{2}(?:\.\d+)?)?")
YEARS = range(1900, 2101)


class LocalDate(Field, fields.Date):
    """A day: `2026-11-28`; `2026/11/28` and `2026年11月28日` may be typed. Years 1900 to 2100."""

    default_error_messages = dict.fromkeys(("invalid", "format"), Lazy("请填写{label}，比如 2026-11-28"))
    look = {"widget": "date"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        iso = _iso_day(half_width(value)) if isinstance(value, str) else value
        day: date = super()._deserialize(iso, attr, data, **kwargs)
        if day.year not in YEARS:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return day


class LocalTime(Field, fields.Time):
    """A time of day on the wall, to the minute: `09:00`; `9:00`, `９：００` and `9点30` may be typed."""

    default_error_messages = dict.fromkeys(("invalid", "format"), Lazy("请填写{label}，比如 14:30"))
    look = {"widget": "time"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        iso = _iso_clock(half_width(value)) if isinstance(value, str) else value
        at: time = super()._deserialize(iso, attr, data, **kwargs)
        return at.replace(tzinfo=None, second=0, microsecond=0)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value:%H:%M}"


class LocalDateTime(Field, fields.DateTime):
    """An instant. Typed without a zone it is wall time in Asia/Shanghai; given back aware, in that zone."""

    default_error_messages = dict.fromkeys(("invalid", "format"), Lazy("请填写{label}的日期和时间"))
    look = {"widget": "date_time"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        iso = value
        if isinstance(value, str):
            day, _space, at = half_width(value).replace("T", " ", 1).partition(" ")
            iso = f"{_iso_day(day)}T{_iso_clock(at)}"
        instant: datetime = super()._deserialize(iso, attr, data, **kwargs)
        if instant.year not in YEARS:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return instant.astimezone(LOCAL_ZONE) if instant.tzinfo else instant.replace(tzinfo=LOCAL_ZONE)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        local = value.astimezone(LOCAL_ZONE) if value is not None else None
        return super()._serialize(local, attr, obj, **kwargs)


def _iso_day(typed: str) -> str:
    """The day as ISO; what is no day stays as it is, and is refused by marshmallow."""
    found = DAY.fullmatch(typed)
    return "-".join(part.zfill(2) for part in found.groups()) if found else typed


def _iso_clock(typed: str) -> str:
    found = CLOCK.fullmatch(typed)
    return f"{found[1].zfill(2)}:{found[2]}" if found else typed
