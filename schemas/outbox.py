"""The state of the outbox."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Id, LocalDateTime, Many
from schemas.shown import Shown
from service.language import Lazy


class BacklogShown(Shown):
    """How much is waiting."""

    new = fields.Integer(required=True, metadata={"description": "Events whose reactions have no rows yet."})
    open = fields.Integer(required=True, metadata={"description": "Reactions not done yet."})
    dead = fields.Integer(required=True, metadata={"description": "Reactions given up."})


class DeadShown(Shown):
    """A reaction given up."""

    id = fields.Integer(required=True)
    event_id = fields.Integer(required=True)
    event = fields.String(required=True)
    payload = fields.Dict(required=True)
    reaction = fields.String(required=True)
    attempts = fields.Integer(required=True)
    last_error = fields.String(required=True, allow_none=True)
    recorded_at = LocalDateTime(required=True)
    dead_at = LocalDateTime(required=True)


class DeadListed(Shown):
    """Reactions given up, newest first: a hundred at most."""

    items = fields.List(fields.Nested(DeadShown), required=True)


class NewRetry(Input):
    """Which dead reactions to bring back."""

    reaction_ids = Many(Id(label=Lazy("反应")), most=1000, required=True, label=Lazy("反应"))


class RetryShown(Shown):
    """What became of it."""

    revived = fields.Integer(required=True)
