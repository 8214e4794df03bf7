"""Whom to call if something happens to somebody while she serves."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Name, Phone, Text
from schemas.shown import Shown
from service.language import Lazy


class EmergencyContactInput(Input):
    """One person who can be called."""

    name = Name(required=True, label=Lazy("找谁"))
    relation = Text(
        required=True, shortest=1, longest=20, label=Lazy("是您的什么人"), hint=Lazy("比如女儿、老伴、邻居")
    )
    phone = Phone(required=True, label=Lazy("电话"))


class EmergencyContactShown(Shown):
    """One person who can be called."""

    name = fields.String(required=True)
    relation = fields.String(required=True)
    phone = fields.String(required=True, metadata={"description": "E.164."})
