"""How somebody reads."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Choice
from service.language import Lazy
from service.terms import Language, TextSize


class ReadingInput(Input):
    """The size of the letters, and the language."""

    text_size = Choice(
        TextSize,
        words={TextSize.STANDARD: Lazy("标准"), TextSize.LARGE: Lazy("大字"), TextSize.XLARGE: Lazy("特大")},
        required=True,
        label=Lazy("字的大小"),
        widget="select",
    )
    language = Choice(
        Language,
        words={Language.ZH: Lazy("中文"), Language.EN: Lazy("English")},
        required=True,
        label=Lazy("网页和消息用什么话"),
        widget="select",
    )
