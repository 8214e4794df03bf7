"""The answers to an offer, and to being asked to step in."""

from __future__ import annotations

from marshmallow import validate

from schemas import Input
from schemas.fields import Text, Ticked
from service.language import Lazy


class StepInInput(Input):
    """Yes or no."""

    answer = Text(
        required=True,
        label=Lazy("能来还是来不了"),
        validate=validate.OneOf(("yes", "no"), error=Lazy("请选择能来或者来不了")),
    )


class SuggestionInput(Input):
    """Who could come instead: somebody from the list (`p12`), or a name for the coordinator."""

    suggests = Text(
        load_default="",
        label=Lazy("推荐谁来（可以不填）"),
        hint=Lazy("会先问这个人"),
        widget="select",
        validate=validate.Regexp(r"(p[0-9]{1,18})?\Z", error=Lazy("请从列出的人里选一位")),
    )
    suggests_name = Text(
        longest=30, load_default="", label=Lazy("推荐别的人，写名字（可以不填）"), hint=Lazy("协调员看得到")
    )


class CallInput(SuggestionInput):
    """What else was said in a telephone call that asks whether somebody comes."""

    never_again = Ticked(label=Lazy("本人说以后不要请来顶班、替班"))


class AnswerInput(StepInInput, SuggestionInput):
    """Yes or no; why not, and who could come instead, if she likes to say."""

    reason = Text(longest=100, load_default="", label=Lazy("来不了的原因（可以不填）"))
