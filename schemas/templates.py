"""Activities kept under a name."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.activities import LeadTimes, RoleInput, RoleShown
from schemas.fields import Id, LocalDate, LocalTime, Many, Name, Part, Phone, Text
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import Belonging, DayRule, Mode


class TemplateName(Input):
    """What it is called."""

    name = Text(required=True, shortest=2, longest=60, label=Lazy("模板叫什么"), hint=Lazy("比如：每周义诊"))


class NewTemplate(TemplateName):
    """An activity to keep."""

    activity_id = Id(required=True, label=Lazy("活动"))


class TemplateWords(TemplateName):
    """What can be changed of it on its page, its roles apart."""

    title = Text(required=True, shortest=2, longest=80, label=Lazy("活动名称"))
    starts = LocalTime(required=True, label=Lazy("几点开始"))
    ends = LocalTime(required=True, label=Lazy("几点结束"), hint=Lazy("比开始早，就是到次日"))
    contact_name = Name(required=True, label=Lazy("联系人"), metadata={"autocomplete": "off"})
    contact_phone = Phone(required=True, label=Lazy("联系电话"), metadata={"autocomplete": "off"})
    lead_times = LeadTimes(load_default=list)
    summary = Text(longest=1000, load_default="", label=Lazy("做些什么"), hint=Lazy("可不填"), widget="textarea")
    what_to_bring = Text(longest=200, load_default="", label=Lazy("要带什么"), hint=Lazy("可不填"))
    risk_notice = Text(longest=500, load_default="", label=Lazy("安全提醒"), hint=Lazy("可不填"), widget="textarea")


class TemplateChange(Input):
    """What can be changed of it; what is left out stays."""

    name = Text(shortest=2, longest=60, label=Lazy("模板叫什么"))
    title = Text(shortest=2, longest=80, label=Lazy("活动名称"))
    starts = LocalTime(label=Lazy("几点开始"))
    ends = LocalTime(label=Lazy("几点结束"))
    contact_name = Name(label=Lazy("联系人"))
    contact_phone = Phone(label=Lazy("联系电话"))
    lead_times = LeadTimes()
    summary = Text(longest=1000, label=Lazy("做些什么"))
    what_to_bring = Text(longest=200, label=Lazy("要带什么"))
    risk_notice = Text(longest=500, label=Lazy("安全提醒"))
    roles = Many(Part(nested=RoleInput), most=20, label=Lazy("岗位"))

    @validates_schema
    def check_roles(self, data: dict[str, Any], **_options: Any) -> None:
        """There is a role, and two have different names."""
        names = [role.name for role in data.get("roles", ())]
        if "roles" in data and not names:
            raise ValidationError({"roles": [_("至少要有一个岗位")]})
        if len(set(names)) < len(names):
            raise ValidationError({"roles": [_("岗位名称不能重复")]})


class TemplateOn(Input):
    """The date of what is held once."""

    from_on = LocalDate(required=True, label=Lazy("哪一天"), widget="date")


class TemplateSpan(Input):
    """From when to when."""

    from_on = LocalDate(required=True, label=Lazy("从哪天起"), widget="date")
    until_on = LocalDate(required=True, label=Lazy("到哪天为止"), widget="date")

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """The last date is not before the first."""
        if data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": [_("要在开始的那天以后")]})


class NewDraft(Input):
    """From when to when; what is held once needs only the first."""

    from_on = LocalDate(required=True, label=Lazy("从哪天起"))
    until_on = LocalDate(allow_none=True, load_default=None, label=Lazy("到哪天为止"))


class TemplatesAsked(Input):
    """Which templates."""

    team_id = Id(label=Lazy("志愿队"))


class TemplateRoleShown(RoleShown):
    """A role it has: as an activity's, but nobody's yet."""

    class Meta:
        exclude = ("id",)


class TemplateHoursShown(Shown):
    """When it is held."""

    once = fields.Boolean(required=True)
    starts = fields.String(required=True)
    ends = fields.String(required=True)
    rule = fields.String(required=True)
    day_rule = one_of(DayRule, required=True)
    dawn_offset = fields.Integer(required=True, allow_none=True)


class TemplateShown(Shown):
    """A template."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    team_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    title = fields.String(required=True)
    mode = one_of(Mode, required=True)
    place_id = fields.Integer(required=True)
    contact_name = fields.String(required=True)
    contact_phone = fields.String(required=True)
    lead_times = fields.List(fields.String(), required=True)
    summary = fields.String(required=True)
    what_to_bring = fields.String(required=True)
    risk_notice = fields.String(required=True)
    hours = fields.Nested(TemplateHoursShown, required=True)
    roles = fields.List(fields.Nested(TemplateRoleShown), required=True)
    brings = fields.List(one_of(Belonging), required=True, metadata={"description": "What else its drafts have."})
    is_archived = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class TemplatesShown(Shown):
    """Those in use."""

    items = fields.List(fields.Nested(TemplateShown), required=True)
