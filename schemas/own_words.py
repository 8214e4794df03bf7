"""What an area says before and after a message, in its own words."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Text
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.notifications.own_words import LONGEST
from service.terms import Language, NotificationKind


class SayingInput(Input):
    """Both sides, in one language."""

    opening = Text(longest=LONGEST, load_default="", label=Lazy("开头加一句"))
    closing = Text(longest=LONGEST, load_default="", label=Lazy("最后加一句"))


class OwnWordsInput(Input):
    """Both sides in both languages, as a page asks for them."""

    zh_opening = Text(longest=LONGEST, load_default="", label=Lazy("开头加一句"), hint=Lazy("比如：各位老邻居"))
    zh_closing = Text(
        longest=LONGEST, load_default="", label=Lazy("最后加一句"), hint=Lazy("比如：辛苦了，活动室有热茶")
    )
    en_opening = Text(longest=LONGEST, load_default="", label=Lazy("英文的，开头加一句"))
    en_closing = Text(longest=LONGEST, load_default="", label=Lazy("英文的，最后加一句"))


class SayingShown(Shown):
    """What is said in messages of one kind and language."""

    kind = one_of(NotificationKind, required=True)
    language = one_of(Language, required=True)
    opening = fields.String(required=True)
    closing = fields.String(required=True)


class SayingsShown(Shown):
    """All that is said in an area."""

    items = fields.List(fields.Nested(SayingShown), required=True)
