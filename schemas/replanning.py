"""Other dates for a series: typed on a page, or sent by a program."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, fields

from schemas import Input
from schemas.fields import LocalDate, LocalDateTime, Part, Text
from schemas.publishing import WHEN, Repeats
from schemas.series import DatesInput
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import DateChange

LONGEST_REASON = 200


@cache
def dates_form(repeats: Repeats) -> type[Schema]:
    """What is asked about the new dates, by how often the activity is held: as when it was published."""
    kind = WHEN[repeats]
    names = tuple(name for name in kind().fields if name not in ("from_on", "until_on", "left_out"))
    changed: dict[str, Any] = {
        "from_on": LocalDate(required=True, label=Lazy("从哪天起照新的办"), hint=Lazy("这一天以前的不变")),
        "until_on": LocalDate(label=Lazy("到哪天为止"), hint=Lazy("空着，就一直办下去")),
        "reason": Text(
            longest=LONGEST_REASON,
            load_default="",
            label=Lazy("为什么改"),
            hint=Lazy("有人的日子不办了才要填，会告诉他们"),
        ),
        "Meta": type("Meta", (Input.Meta,), {"fields": ("from_on", *names, "until_on", "left_out", "reason")}),
    }
    return type(f"{kind.__name__}Anew", (kind,), changed)


class RevisionInput(Input):
    """The dates a series is to follow from a day on."""

    dates = Part(nested=DatesInput, required=True, label=Lazy("日期"))


class RevisionDone(RevisionInput):
    """The same, to be done as the preview showed it."""

    token = Text(required=True, longest=64, label=Lazy("预览的记号"))
    reason = Text(longest=LONGEST_REASON, load_default="", label=Lazy("原因"))


class ChangeShown(Shown):
    """What becomes of one date."""

    kind = one_of(DateChange, required=True)
    on_date = LocalDate(required=True)
    shift_id = fields.Integer(required=True, allow_none=True)
    was_from = LocalDateTime(required=True, allow_none=True)
    becomes_from = LocalDateTime(required=True, allow_none=True)
    people = fields.List(fields.Integer(), required=True, metadata={"description": "Volunteers who are told, by id."})


class PreviewShown(Shown):
    """What would change, and the token that lets exactly this be done."""

    token = fields.String(required=True)
    changes = fields.List(fields.Nested(ChangeShown), required=True)
