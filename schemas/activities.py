"""Activities: what a coordinator writes down, what everybody reads."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, missing, post_load, validate, validates_schema

from schemas import Input
from schemas.fields import (
    Choice,
    Id,
    LocalDateTime,
    Many,
    Name,
    Part,
    Phone,
    Text,
    Ticked,
    Whole,
)
from schemas.series import DatesInput, SeriesShown
from schemas.shown import PageAsked, Shown, one_of
from service.activities.rules import RolePlan
from service.language import Lazy, _
from service.terms import ActivityState, Mode, QualificationKind

LEAD_TIME = r"P[1-9]\d?D|PT[1-9]\d?H|PT[1-9]\d{0,2}M|eve([01]\d|2[0-3]):[0-5]\d"


class LeadTimes(Many):
    """When somebody is reminded before a shift: some of them, each once."""

    def __init__(self, *, note: str = "", **kwargs: Any) -> None:
        each = Text(
            validate=validate.Regexp(f"({LEAD_TIME})\\Z", error=Lazy("比如 P3D、eve20:00、PT2H")),
            label=Lazy("提前提醒"),
        )
        known = "`P3D` three days before, `eve20:00` the evening before at 20:00, `PT2H`, `PT30M`."
        super().__init__(
            each, most=6, label=Lazy("提前提醒"), metadata={"description": f"{known} {note}".strip()}, **kwargs
        )


class RoleInput(Input):
    """A kind of work: how many it takes and who may do it."""

    name = Text(required=True, shortest=1, longest=60, label=Lazy("岗位名称"))
    min_needed = Whole(required=True, least=0, most=10_000, label=Lazy("至少人数"))
    max_needed = Whole(required=True, least=1, most=10_000, label=Lazy("最多人数"))
    requires = Many(Choice(QualificationKind, label=Lazy("资质")), most=5, load_default=list, label=Lazy("资质"))
    tags = Many(
        Text(shortest=1, longest=40, label=Lazy("标签")),
        most=20,
        load_default=list,
        label=Lazy("标签"),
        metadata={"description": "Only for people with one of these tags; none: for everybody."},
    )
    min_age = Whole(most=150, allow_none=True, label=Lazy("最小年龄"))
    max_age = Whole(most=150, allow_none=True, label=Lazy("最大年龄"))
    stand_bys = Whole(
        least=0,
        most=100,
        load_default=0,
        label=Lazy("候备几人"),
        metadata={"description": "Places beside these, for people who come if somebody drops out."},
    )

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """What is least cannot be above what is most."""
        if data["min_needed"] > data["max_needed"]:
            raise ValidationError({"max_needed": [_("最多人数不能少于至少人数")]})
        youngest, oldest = data.get("min_age"), data.get("max_age")
        if youngest is not None and oldest is not None and youngest > oldest:
            raise ValidationError({"max_age": [_("最大年龄不能小于最小年龄")]})

    @post_load
    def make(self, data: dict[str, Any], **_options: Any) -> RolePlan:
        """As the rules take it."""
        return RolePlan(**{**data, "requires": tuple(data["requires"]), "tags": tuple(data["tags"])})


class ActivityChange(Input):
    """What can be changed about an activity, published or not."""

    title = Text(shortest=2, longest=80, label=Lazy("活动名称"))
    summary = Text(longest=1000, label=Lazy("活动说明"))
    what_to_bring = Text(longest=200, label=Lazy("要带什么"))
    risk_notice = Text(longest=500, label=Lazy("安全提醒"))
    must_confirm_risk = Ticked(
        load_default=missing,
        label=Lazy("要来的人先确认看过安全提醒"),
        metadata={"description": "Nobody takes a place before she has confirmed `risk_notice` as it is then."},
    )
    contact_name = Name(label=Lazy("联系人"))
    contact_phone = Phone(label=Lazy("联系电话"))
    has_waitlist = Ticked(load_default=missing, label=Lazy("排候补"))
    swaps_need_approval = Ticked(load_default=missing, label=Lazy("换班要协调员同意"))
    is_loud = Ticked(
        load_default=missing,
        label=Lazy("会出声，附近都听得到"),
        metadata={"description": "Not in quiet hours: a plan or a move into them is refused."},
    )
    is_outdoors = Ticked(
        load_default=missing,
        label=Lazy("在户外"),
        metadata={
            "description": "While a warning of high temperature holds, nobody is placed where it is too hot for her."
        },
    )
    is_free = Ticked(
        load_default=missing,
        label=Lazy("免费"),
        metadata={"description": "Costs whoever it is for nothing: said on its page and poster."},
    )
    is_drill = Ticked(
        load_default=missing,
        label=Lazy("是演练或培训"),
        metadata={"description": "Practice: its hours stand apart from those of service."},
    )
    late_after = Whole(
        most=120,
        allow_none=True,
        label=Lazy("准时：开始几分钟还没到就提醒"),
        metadata={
            "description": "So many minutes after the start who is not marked as there is missed: the desk is told, and"
            " somebody is sought. null: nobody asks."
        },
    )
    reveal_before = Whole(
        least=1,
        most=60 * 24 * 30,
        allow_none=True,
        label=Lazy("突击检查，提前多久告诉本人（分钟）"),
        metadata={"description": "So long before a shift its people hear of it, nobody else. null: no secret."},
    )
    lead_times = LeadTimes()
    closes_before = Whole(most=60 * 24 * 60, label=Lazy("报名截止（开始前分钟）"))
    withdraw_before = Whole(most=60 * 24 * 60, label=Lazy("取消期限（开始前分钟）"))
    answer_within = Whole(least=1, most=60 * 24 * 60, label=Lazy("回复时限（分钟）"))


class NewActivity(ActivityChange):
    """An activity as its coordinator writes it down."""

    area_id = Id(required=True, label=Lazy("社区"))
    place_id = Id(label=Lazy("地点"), metadata={"description": "The area itself if left out."})
    team_id = Id(label=Lazy("志愿队"), allow_none=True)
    programme_id = Id(label=Lazy("服务项目"), allow_none=True)
    mode = Choice(Mode, required=True, label=Lazy("排班方式"))
    title = Text(required=True, shortest=2, longest=80, label=Lazy("活动名称"))
    contact_name = Name(required=True, label=Lazy("联系人"))
    contact_phone = Phone(required=True, label=Lazy("联系电话"))
    has_waitlist = Ticked(load_default=True, label=Lazy("排候补"))
    swaps_need_approval = Ticked(load_default=False, label=Lazy("换班要协调员同意"))
    must_confirm_risk = Ticked(load_default=False, label=Lazy("要来的人先确认看过安全提醒"))
    is_loud = Ticked(load_default=False, label=Lazy("会出声，附近都听得到"))
    is_outdoors = Ticked(load_default=False, label=Lazy("在户外"))
    is_free = Ticked(load_default=False, label=Lazy("免费"))
    is_drill = Ticked(load_default=False, label=Lazy("是演练或培训"))
    roles = Many(Part(nested=RoleInput), most=20, required=True, label=Lazy("岗位"))
    dates = Many(Part(nested=DatesInput), most=20, required=True, label=Lazy("日期"))

    @validates_schema
    def check_names(self, data: dict[str, Any], **_options: Any) -> None:
        """Two roles of one activity have different names."""
        names = [role.name for role in data["roles"]]
        if len(set(names)) < len(names):
            raise ValidationError({"roles": [_("岗位名称不能重复")]})


class Cancellation(Input):
    """Why something is called off: those concerned are told."""

    reason = Text(required=True, shortest=2, longest=200, label=Lazy("原因"))


class ActivitiesAsked(PageAsked):
    """Which activities."""

    area_id = Id(label=Lazy("社区"), metadata={"description": "This area and everything below it."})
    state = Choice(ActivityState, label=Lazy("状态"))


class RoleShown(Shown):
    """A kind of work in an activity."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    min_needed = fields.Integer(required=True)
    max_needed = fields.Integer(required=True)
    requires = fields.List(one_of(QualificationKind), required=True)
    tags = fields.List(fields.String(), required=True)
    min_age = fields.Integer(required=True, allow_none=True)
    max_age = fields.Integer(required=True, allow_none=True)
    stand_bys = fields.Integer(required=True)
    most_together = fields.Integer(required=True, metadata={"description": "Places one sign-up may take: a family's."})


class ActivityShown(Shown):
    """An activity."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    place_id = fields.Integer(required=True)
    team_id = fields.Integer(required=True, allow_none=True)
    programme_id = fields.Integer(required=True, allow_none=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    what_to_bring = fields.String(required=True)
    risk_notice = fields.String(required=True)
    must_confirm_risk = fields.Boolean(required=True)
    reveal_before = fields.Integer(required=True, allow_none=True, metadata={"description": "Minutes."})
    is_loud = fields.Boolean(required=True, metadata={"description": "Never in quiet hours."})
    is_outdoors = fields.Boolean(required=True, metadata={"description": "Minds warnings of high temperature."})
    is_free = fields.Boolean(required=True)
    is_drill = fields.Boolean(required=True)
    late_after = fields.Integer(required=True, allow_none=True, metadata={"description": "Minutes after the start."})
    risk_version = fields.Integer(
        required=True, metadata={"description": "The number of the risk notice last to be confirmed."}
    )
    contact_name = fields.String(required=True)
    contact_phone = fields.String(required=True)
    mode = one_of(Mode, required=True)
    state = one_of(ActivityState, required=True)
    has_waitlist = fields.Boolean(required=True)
    swaps_need_approval = fields.Boolean(required=True)
    lead_times = fields.List(fields.String(), required=True)
    closes_before = fields.Integer(required=True, metadata={"description": "Minutes before the start."})
    withdraw_before = fields.Integer(required=True, metadata={"description": "Minutes before the start."})
    answer_within = fields.Integer(required=True, metadata={"description": "Minutes an offer stays open."})
    cancel_reason = fields.String(required=True, allow_none=True)
    published_at = LocalDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)
    roles = fields.List(fields.Nested(RoleShown), required=True)
    series = fields.List(fields.Nested(SeriesShown), required=True)
