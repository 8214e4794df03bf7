"""Lines of the audit, and what is looked for in it."""

from __future__ import annotations

from marshmallow import fields

from schemas.fields import LocalDate, LocalDateTime, Text
from schemas.shown import PageAsked, Shown
from service.language import Lazy


class AuditAskedFor(PageAsked):
    """Which lines: all, by who did it, about whom, what was done, from a day to a day."""

    by = Text(longest=30, load_default="", label=Lazy("谁做的"))
    about = Text(longest=30, load_default="", label=Lazy("关于谁"))
    verb = Text(longest=40, load_default="", label=Lazy("做了什么"))
    since = LocalDate(load_default=None, label=Lazy("从哪天"))
    until = LocalDate(load_default=None, label=Lazy("到哪天"))


class AuditShown(Shown):
    """One line: who did what to what, when."""

    id = fields.Integer(required=True)
    at = LocalDateTime(required=True)
    verb = fields.String(required=True)
    account_id = fields.Integer(required=True, allow_none=True, metadata={"description": "null: the house itself."})
    by = fields.String(required=True, allow_none=True)
    area_id = fields.Integer(required=True, allow_none=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.Integer(required=True, allow_none=True)
    details = fields.Dict(required=True)
