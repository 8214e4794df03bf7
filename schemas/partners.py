"""Partner organisations, and who holds an activity together with whom."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Name, Phone, Text, Ticked
from schemas.roster import Reply
from schemas.shown import Shown, one_of
from service.language import Lazy, _
from service.terms import AssignmentState, CoHostState, PartnerKind

KINDS = {
    PartnerKind.PARTY: Lazy("党组织"),
    PartnerKind.PUBLIC_BODY: Lazy("机关单位"),
    PartnerKind.ENTERPRISE: Lazy("企业"),
    PartnerKind.SCHOOL: Lazy("学校"),
    PartnerKind.HOSPITAL: Lazy("医院"),
    PartnerKind.ASSOCIATION: Lazy("社会组织"),
}


class ContactInput(Input):
    """The person to turn to."""

    contact_name = Name(required=True, label=Lazy("找谁"), metadata={"autocomplete": "off"})
    phone = Phone(
        allow_none=True,
        load_default=None,
        label=Lazy("她的电话"),
        hint=Lazy("加密保存，谁看过都会记下。可不填"),
        metadata={"autocomplete": "off"},
    )


class NewPartner(ContactInput):
    """An organisation that stands by an area."""

    area_id = Id(required=True, label=Lazy("联建的院落或社区"), widget="select")
    name = Text(required=True, shortest=2, longest=80, label=Lazy("单位名称"))
    kind = Choice(PartnerKind, words=KINDS, required=True, label=Lazy("哪一类"))


class PartnerMemberInput(Input):
    """A person of the organisation."""

    volunteer_id = Id(required=True, label=Lazy("请谁"), widget="select")
    is_lead = Ticked(label=Lazy("她带队，能看到自己单位那一份"))


class CoHostInput(Input):
    """A team or an organisation, and the roles it provides people for."""

    team_id = Id(label=Lazy("志愿队"), allow_none=True, load_default=None)
    partner_id = Id(label=Lazy("联建单位"), allow_none=True, load_default=None)
    role_ids = Many(Id(label=Lazy("岗位")), most=20, required=True, label=Lazy("出人的岗位"))

    @validates_schema
    def check_one(self, data: dict[str, Any], **_options: Any) -> None:
        """It is one of the two, and provides for something."""
        if (data["team_id"] is None) == (data["partner_id"] is None):
            raise ValidationError({"team_id": [_("志愿队和联建单位填一个")]})
        if not data["role_ids"]:
            raise ValidationError({"role_ids": [_("至少选一个岗位")]})


class CoHostForm(Input):
    """The same as the page asks it: one list for teams and organisations."""

    host = Text(required=True, label=Lazy("和谁合办"), widget="select")
    role_ids = Many(Id(label=Lazy("岗位")), most=20, required=True, label=Lazy("哪些岗位由他们出人"))


class HostingAnswer(Input):
    """What a co-host says to the asking."""

    reply = Choice(Reply, required=True, label=Lazy("答复"))
    reason = Text(longest=200, load_default="", label=Lazy("不能一起办的原因"), hint=Lazy("可不填"))


class PartnersAsked(Input):
    """Which partners."""

    area_id = Id(label=Lazy("院落"), metadata={"description": "Of just this area."})


class PartnerShown(Shown):
    """An organisation. Never its telephone number."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    kind = one_of(PartnerKind, required=True)
    name = fields.String(required=True)
    contact_name = fields.String(required=True)
    has_phone = fields.Boolean(required=True)
    is_ended = fields.Boolean(required=True)


class PartnersShown(Shown):
    """Those of one's areas."""

    items = fields.List(fields.Nested(PartnerShown), required=True)


class PartnerMemberShown(Shown):
    """A person of the organisation."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    is_lead = fields.Boolean(required=True)


class PartnerMembersShown(Shown):
    """Its people."""

    items = fields.List(fields.Nested(PartnerMemberShown), required=True)


class CoHostShown(Shown):
    """Who holds the activity too."""

    id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    team_id = fields.Integer(required=True, allow_none=True)
    partner_id = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    role_ids = fields.List(fields.Integer(), required=True)
    state = one_of(CoHostState, required=True)
    asked_at = LocalDateTime(required=True, allow_none=True)
    answered_at = LocalDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, metadata={"description": "Why not."})


class CoHostsShown(Shown):
    """All of an activity."""

    items = fields.List(fields.Nested(CoHostShown), required=True)


class PartEntry(Shown):
    """A part one may look at."""

    co_host_id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"description": "Of the team or organisation."})
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    state = one_of(CoHostState, required=True)


class PartsShown(Shown):
    """All parts for whoever asks, and what is to be answered."""

    items = fields.List(fields.Nested(PartEntry), required=True)
    askings = fields.List(fields.Nested(PartEntry), required=True)


class AskedRole(Shown):
    """A role for which people are asked."""

    name = fields.String(required=True)
    min_needed = fields.Integer(required=True)
    max_needed = fields.Integer(required=True)


class AskingShown(PartEntry):
    """What is asked of a team or organisation."""

    area_id = fields.Integer(required=True, metadata={"description": "Whose activity it is."})
    from_on = fields.Date(required=True)
    roles = fields.List(fields.Nested(AskedRole), required=True)
    reason = fields.String(required=True)


class OwnPersonShown(Shown):
    """One of the co-host's own people."""

    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)
    state = one_of(AssignmentState, required=True)


class PartRoleShown(Shown):
    """One of its roles in a shift."""

    name = fields.String(required=True)
    min_needed = fields.Integer(required=True)
    max_needed = fields.Integer(required=True)
    taken = fields.Integer(required=True, metadata={"description": "By anybody."})
    people = fields.List(
        fields.Nested(OwnPersonShown), required=True, metadata={"description": "Its own people, nobody else."}
    )


class PartShiftShown(Shown):
    """A shift to come."""

    shift_id = fields.Integer(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    roles = fields.List(fields.Nested(PartRoleShown), required=True)


class PartShown(PartEntry):
    """A co-host's part: the shifts to come with its roles."""

    shifts = fields.List(fields.Nested(PartShiftShown), required=True)
