"""The answer to an offer."""

from __future__ import annotations

from marshmallow import validate

from schemas import Input
from schemas.fields import Text
from service.language import Lazy


class AnswerInput(Input):
    """Yes or no, and why not, if she likes to say."""

    answer = Text(
        required=True,
        label=Lazy("能来还是来不了"),
        validate=validate.OneOf(("yes", "no"), error=Lazy("请选择能来或者来不了")),
    )
    reason = Text(longest=100, load_default="", label=Lazy("来不了的原因（可以不填）"))
