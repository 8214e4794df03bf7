"""A community's brand."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Text, Ticked
from schemas.shown import Shown
from service.language import Lazy


class BrandInput(Input):
    """Its name and colour; the mark comes as a file beside it."""

    name = Text(required=True, shortest=2, longest=30, label=Lazy("品牌名称"), hint=Lazy("比如：红色管家、大家的门"))
    accent = Text(
        required=True, shortest=7, longest=7, label=Lazy("颜色"), hint=Lazy("写成 #8a1f11 这样。要够深，老人才看得清")
    )
    without_mark = Ticked(load_default=False, label=Lazy("不要标志了"))


class BrandGiven(Input):
    """A brand as programs give it."""

    name = Text(required=True, shortest=2, longest=30, label=Lazy("品牌名称"))
    accent = Text(required=True, shortest=7, longest=7, label=Lazy("颜色"), metadata={"description": "#rrggbb"})
    mark = Text(
        allow_none=True,
        longest=20_000,
        label=Lazy("标志"),
        metadata={"description": "A PNG of 48 to 256 points a side, in Base64. Left out: as it was; null: none."},
    )


class BrandShown(Shown):
    """A brand."""

    name = fields.String(required=True)
    accent = fields.String(required=True)
    mark = fields.String(required=True, allow_none=True, metadata={"description": "A PNG in Base64."})
