"""What an error looks like: RFC 9457, and what we add to it."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.terms import Refusal


class ReasonShown(Schema):
    """One reason that stands between a volunteer and a place."""

    code = fields.Enum(Refusal, by_value=True, required=True)
    text = fields.String(required=True, metadata={"description": "The reason as a sentence."})
    details = fields.Dict(required=True, metadata={"description": "The values the sentence was made from."})


class RiskTold(Schema):
    """A risk notice to be read and confirmed before the same is asked once more."""

    activity_id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True, metadata={"description": "Who has to confirm it."})
    version = fields.Integer(required=True)
    text = fields.String(required=True)


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
    code = fields.String(metadata={"description": "Why, as a word for programs."})
    risk = fields.Nested(RiskTold, metadata={"description": "What must be confirmed first."})
    reasons = fields.List(
        fields.Nested(ReasonShown), metadata={"description": "All the reasons why a sign-up was refused."}
    )
