"""Messages on paper: to be printed, printed, put back."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDateTime, Many, Ticked
from schemas.shown import LONGEST_PAGE, Shown
from service.language import Lazy


class SlipsAsked(Input):
    """Which slips."""

    printed = Ticked(
        load_default=False,
        label=Lazy("印过的"),
        metadata={"description": "Those printed in the last two days instead of those to be printed."},
    )


class SlipShown(Shown):
    """A slip for one person. Its words hold no telephone number, and no link that answers for her."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True)
    words = fields.String(required=True)
    needed_by = LocalDateTime(required=True, allow_none=True)
    printed_at = LocalDateTime(required=True, allow_none=True)


class SlipsShown(Shown):
    """Slips, the one needed first in front."""

    items = fields.List(fields.Nested(SlipShown), required=True)


class SlipsPrinted(Input):
    """These are on paper."""

    slip_ids = Many(Id(), required=True, most=LONGEST_PAGE, label=Lazy("纸条"))


class PrintedShown(Shown):
    """How many were not marked before."""

    printed = fields.Integer(required=True)
