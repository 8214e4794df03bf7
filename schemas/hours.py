"""Hours: of which days, and what they come to."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import LocalDate
from schemas.shown import Shown
from service.language import Lazy, _


class HoursAsked(Input):
    """From one day to another; this year if left out."""

    from_on = LocalDate(load_default=None, allow_none=True, label=Lazy("从哪天起"), widget="date")
    until_on = LocalDate(load_default=None, allow_none=True, label=Lazy("到哪天为止"), widget="date")

    @validates_schema
    def check_dates(self, data: dict[str, Any], **_options: Any) -> None:
        """The last is not before the first."""
        first, last = data.get("from_on"), data.get("until_on")
        if first is not None and last is not None and last < first:
            raise ValidationError({"until_on": [_("结束日期不能早于开始日期")]})


class OwnHoursShown(Shown):
    """One person's time, in minutes."""

    service = fields.Integer(required=True, metadata={"description": "Served, marked as there. Without drills."})
    drills = fields.Integer(required=True, metadata={"description": "In drills, marked as there."})
    unmarked = fields.Integer(required=True, metadata={"description": "Said yes, marked neither there nor missing."})


class HoursLineShown(OwnHoursShown):
    """A person of the ledger."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)


class HoursShown(Shown):
    """The ledger of these days."""

    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    items = fields.List(fields.Nested(HoursLineShown), required=True)
