"""Campaigns: the same asked of each community, and how far each has come."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from schemas import Input
from schemas.fields import Id, LocalDate, Many, Part, Text, Whole
from schemas.shown import Shown, one_of
from service.campaigns.actions import IndicatorPlan
from service.language import Lazy, _
from service.terms import QuotaState

MOST_INDICATORS = 12
#: `文明劝导 2`, `文明劝导：2场`.
LINE = re.compile(r"(?P<title>.{2,30}?)[\s:：,，]*(?P<needed>[0-9]{1,3})\s*[场次]?")


class _Span(Input):
    """What both doors ask."""

    area_id = Id(required=True, label=Lazy("哪里"), hint=Lazy("下面的每个社区都有一份"), widget="select")
    title = Text(required=True, shortest=2, longest=30, label=Lazy("叫什么"), hint=Lazy("比如：摘星夺旗"))
    from_on = LocalDate(required=True, label=Lazy("从哪天起"), widget="date")
    until_on = LocalDate(required=True, label=Lazy("到哪天为止"), hint=Lazy("这一天也算"), widget="date")

    @validates_schema
    def check_dates(self, data: dict[str, Any], **_options: Any) -> None:
        """It has at least a day."""
        if data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": [_("结束日期不能早于开始日期")]})


class IndicatorInput(Input):
    """What is asked of each community, and how often."""

    title = Text(required=True, shortest=2, longest=30, label=Lazy("指标"))
    needed = Whole(required=True, least=1, most=999, label=Lazy("要办几场"))

    @post_load
    def as_plan(self, data: dict[str, Any], **_options: Any) -> IndicatorPlan:
        """As the action takes it."""
        return IndicatorPlan(**data)


class NewCampaign(_Span):
    """A campaign from a program."""

    indicators = Many(Part(nested=IndicatorInput), most=MOST_INDICATORS, required=True, label=Lazy("指标"))

    @validates_schema
    def check_indicators(self, data: dict[str, Any], **_options: Any) -> None:
        """There is one, and no two have one name."""
        check_titles(data["indicators"])


class CampaignForm(_Span):
    """The same as the page asks it: a line for each indicator."""

    indicators = Text(
        required=True,
        longest=600,
        label=Lazy("指标，一行一项"),
        hint=Lazy("后面写每个社区要办几场，比如：文明劝导 2"),
        widget="textarea",
    )

    @post_load
    def read_lines(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """The lines as plans."""
        plans = [_plan(line) for line in map(str.strip, data["indicators"].splitlines()) if line]
        check_titles(plans)
        return {**data, "indicators": plans}


def _plan(line: str) -> IndicatorPlan:
    found = LINE.fullmatch(line)
    if found is None or not int(found["needed"]):
        said = _("“{line}”看不懂，请写成：文明劝导 2", line=line[:40])
        raise ValidationError({"indicators": [said]})
    return IndicatorPlan(title=found["title"].strip(), needed=int(found["needed"]))


def check_titles(plans: list[IndicatorPlan]) -> None:
    """There is one, not too many, and no two have one name."""
    if not 0 < len(plans) <= MOST_INDICATORS:
        raise ValidationError({"indicators": [_("要有1到{n}项指标", n=MOST_INDICATORS)]})
    if len({plan.title for plan in plans}) < len(plans):
        raise ValidationError({"indicators": [_("有两项叫一个名字")]})


class CampaignEntry(Shown):
    """A campaign."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    title = fields.String(required=True)
    from_on = LocalDate(required=True)
    until_on = LocalDate(required=True)
    is_closed = fields.Boolean(required=True)


class CampaignsShown(Shown):
    """Those of one's areas, or asked of them."""

    items = fields.List(fields.Nested(CampaignEntry), required=True)


class IndicatorShown(Shown):
    """What is asked of each."""

    title = fields.String(required=True)
    needed = fields.Integer(required=True)


class CellShown(Shown):
    """How one community stands in one indicator."""

    quota_id = fields.Integer(required=True)
    held = fields.Integer(required=True)
    planned = fields.Integer(required=True)
    state = one_of(QuotaState, required=True)


class LineShown(Shown):
    """One community."""

    area_id = fields.Integer(required=True)
    name = fields.String(required=True)
    stars = fields.Integer(required=True, metadata={"description": "Indicators that are met."})
    cells = fields.List(fields.Nested(CellShown), required=True, metadata={"description": "In the indicators' order."})


class CampaignShown(CampaignEntry):
    """Communities and indicators side by side, in the order of the tree: no ranking."""

    indicators = fields.List(fields.Nested(IndicatorShown), required=True)
    lines = fields.List(fields.Nested(LineShown), required=True)
