"""What an error looks like: RFC 9457, and what we add to it."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.terms import Refusal


class ReasonShown(Schema):
    """One reason that stands between a volunteer and a place."""

    code = fields.Enum(Refusal, by_value=True, required=True)
    text = fields.String(required=True, metadata={"description": "The reason as a sentence."})
    details = fields.Dict(required=True, metadata={"description": "The values the sentence was made from."})


class ProblemShown(Schema):
    """A problem document (application/problem+json)."""

    type = fields.String(required=True, metadata={"description": "about:blank, or where this kind is described."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(metadata={"description": "What happened, in words."})
    instance = fields.String(metadata={"description": "The id of this request, as in X-Request-ID."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "What is wrong in each field."},
    )
    reasons = fields.List(
        fields.Nested(ReasonShown), metadata={"description": "All the reasons why a sign-up was refused."}
    )
