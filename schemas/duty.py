"""Who is on duty on a day."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import LocalDate, LocalDateTime
from schemas.shown import Shown
from service.language import Lazy


class DutyAsked(Input):
    """On which day."""

    on = LocalDate(label=Lazy("哪一天"), metadata={"description": "Today if left out."})


class OnDutyShown(Shown):
    """One role of one shift of the day."""

    shift_id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    place_id = fields.Integer(required=True)
    people = fields.Integer(required=True, metadata={"description": "How many have said yes; 0: nobody."})
    names = fields.List(fields.String(), required=True, metadata={"description": "Of those who agreed to be shown."})


class DutyShown(Shown):
    """The day, by start."""

    items = fields.List(fields.Nested(OnDutyShown), required=True)
