"""Risk notices: confirming one, and who has."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDateTime, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import RiskDoor


class NewRiskConfirmation(Input):
    """Which version was read, by oneself or by somebody it was read out to."""

    version = Whole(
        required=True, least=1, most=32_000, label=Lazy("第几版"), metadata={"description": "The `risk_version`."}
    )
    volunteer_id = Id(
        label=Lazy("志愿者"),
        metadata={"description": "Somebody who is to come, in an area I coordinate: I read it out, and she knows now."},
    )


class RiskReaderShown(Shown):
    """Somebody who is to come, and whether she has confirmed the notice as it is now."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    next_at = LocalDateTime(required=True, metadata={"description": "When she is to come next."})
    is_confirmed = fields.Boolean(required=True)
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The newest text she confirmed; null: none."}
    )
    door = one_of(RiskDoor, required=True, allow_none=True)
    confirmed_at = LocalDateTime(required=True, allow_none=True)


class RiskReadersShown(Shown):
    """Everybody who is to come, those who have not confirmed in front."""

    items = fields.List(fields.Nested(RiskReaderShown), required=True)


class RiskConfirmationShown(Shown):
    """One confirmation."""

    activity_id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    door = one_of(RiskDoor, required=True)
    confirmed_at = LocalDateTime(required=True)
