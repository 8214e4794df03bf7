"""Logging in, who one is, and tokens."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Code, Id, LocalDateTime, Name, Phone, Text, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import Role


class CodeAsked(Input):
    """Have six digits sent to this phone."""

    phone = Phone(mobile=True, required=True)


class CodeSent(Shown):
    """What to expect. The same for known and unknown numbers."""

    good_for_s = fields.Integer(required=True, metadata={"description": "Seconds the digits can be used."})
    again_after_s = fields.Integer(required=True, metadata={"description": "Seconds until one may ask anew."})
    code = fields.String(
        metadata={"description": "The digits themselves: only in a trial, for the demo's own numbers."}
    )


class TokenAsked(Input):
    """The digits that came, for a token."""

    phone = Phone(mobile=True, required=True)
    code = Code(required=True)


class GrantShown(Shown):
    """A role in an area and all below it."""

    role = one_of(Role, required=True)
    area_id = fields.Integer(required=True)


class MeShown(Shown):
    """Who the token speaks for."""

    account_id = fields.Integer(required=True)
    name = fields.String(required=True)
    volunteer_id = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null for an account that is no volunteer."}
    )
    roles = fields.List(fields.Nested(GrantShown), required=True)


class RoleGiven(GrantShown):
    """A role as it was given, with its own id and whose it is."""

    id = fields.Integer(required=True)
    account_id = fields.Integer(required=True)


class AccountShown(Shown):
    """An account that holds a role in one's areas. Its telephone number is shown to nobody."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    volunteer_id = fields.Integer(required=True, allow_none=True)
    disabled_at = LocalDateTime(
        required=True, allow_none=True, metadata={"description": "Since when nobody logs in with it."}
    )
    roles = fields.List(
        fields.Nested(RoleGiven), required=True, metadata={"description": "Those within one's own areas."}
    )


class NewRole(Input):
    """A role for whoever logs in with this number; she need not have been here before."""

    phone = Phone(required=True)
    name = Name(required=True)
    role = Choice(Role, required=True, label=Lazy("能做什么"))
    area_id = Id(required=True, label=Lazy("管哪里"))


class TokenGiven(Shown):
    """A bearer token, told this once."""

    token = fields.String(required=True)
    expires_at = LocalDateTime(required=True)
    me = fields.Nested(MeShown, required=True)


class NewToken(Input):
    """A token for a program of one's own."""

    label = Text(required=True, shortest=1, longest=80, label=Lazy("用途"))
    days = Whole(least=1, most=3650, load_default=365, label=Lazy("有效天数"))


class TokenShown(Shown):
    """A token that can be used, without the token itself."""

    id = fields.Integer(required=True)
    label = fields.String(required=True)
    issued_at = LocalDateTime(required=True)
    expires_at = LocalDateTime(required=True, allow_none=True)


class TokenIssued(TokenShown):
    """A new token, told this once."""

    token = fields.String(required=True)
