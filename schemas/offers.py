"""The answers to an offer, and to being asked to step in."""

from __future__ import annotations

from marshmallow import validate

from schemas import Input
from schemas.fields import Text
from service.language import Lazy


class StepInInput(Input):
    """Yes or no."""

    answer = Text(
        required=True,
        label=Lazy("能来还是来不了"),
        validate=validate.OneOf(("yes", "no"), error=Lazy("请选择能来或者来不了")),
    )


class AnswerInput(StepInInput):
    """Yes or no, and why not, if she likes to say."""

    reason = Text(longest=100, load_default="", label=Lazy("来不了的原因（可以不填）"))
