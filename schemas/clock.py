"""The virtual clock of a demo, and the sweeps that follow the time."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import LocalDateTime
from schemas.shown import Shown
from service.language import Lazy


class ClockSet(Input):
    """What time it shall be."""

    now = LocalDateTime(required=True, label=Lazy("时间"))


class ClockShown(Shown):
    """What time it is here."""

    now = LocalDateTime(required=True)


class SweepShown(Shown):
    """How much each sweep found to do."""

    extended_shifts = fields.Integer(required=True)
    dealt_rotations = fields.Integer(required=True)
    asked_again = fields.Integer(required=True)
    expired_offers = fields.Integer(required=True)
    handed_on_places = fields.Integer(required=True)
    searches_looked_at = fields.Integer(required=True)
    lapsed_swaps = fields.Integer(required=True)
    settled_reminders = fields.Integer(required=True)
    forgotten_keys = fields.Integer(required=True)
