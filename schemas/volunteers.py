"""People: what is asked of them and what is shown of them. Never a telephone number in a list."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, missing, validates, validates_schema

from schemas import Input
from schemas.activities import LeadTimes
from schemas.fields import Choice, Email, Id, LocalDate, LocalDateTime, Many, Name, Phone, Text, Ticked, Whole
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.terms import Channel, ConsentHow, ConsentPurpose, Language, QualificationKind
from service.wording import QUALIFICATIONS


class VolunteersAsked(PageAsked):
    """Which people, in the areas one coordinates."""

    q = Text(
        longest=60,
        label=Lazy("姓名"),
        metadata={"description": "Part of the name, pinyin or initials: 王, wangxy, wxy."},
    )


class VolunteerChange(Input):
    """What can be changed about a person; `birth_on`, `phone` and `tags` by her coordinator only."""

    name = Name()
    email = Email(allow_none=True, label=Lazy("邮箱"))
    channel = Choice(Channel, allow_none=True, label=Lazy("通知方式"))
    weekly_hours = Whole(least=1, most=60, label=Lazy("每周最多小时"))
    steps_in = Ticked(
        load_default=missing,
        label=Lazy("可以请来顶班、替班"),
        metadata={"description": "false: is never asked to step in or to take somebody's place."},
    )
    lead_times = LeadTimes(allow_none=True, note="Null: as each activity says.")
    language = Choice(Language, label=Lazy("消息用什么话"), metadata={"description": "Of messages to her."})
    birth_on = LocalDate(label=Lazy("出生日期"))
    phone = Phone(
        label=Lazy("新的号码"), metadata={"description": "She logs in with it from then on, and is logged out."}
    )
    tags = Many(Text(shortest=1, longest=40, label=Lazy("标签")), most=20, label=Lazy("标签"))

    @validates("lead_times")
    def check_lead_times(self, value: list[str] | None, **_options: Any) -> None:
        """Some, or as the activity says. No reminders at all is another matter: the consent to them."""
        if value == []:
            raise ValidationError(_("至少说一个时间；照活动定的就填 null；不要提醒就收回同意"))


class NewVolunteer(Input):
    """A person who agreed to serve. Without a coordinator's role: oneself, with the number one logged in by."""

    area_id = Id(required=True, label=Lazy("社区"))
    name = Name(required=True)
    phone = Phone(label=Lazy("电话"), metadata={"description": "For coordinators only; may be left out."})
    birth_on = LocalDate(label=Lazy("出生日期"))
    email = Email(label=Lazy("邮箱"))
    channel = Choice(Channel, label=Lazy("通知方式"))
    how = Choice(
        ConsentHow,
        load_default=ConsentHow.ORAL,
        label=Lazy("怎么同意的"),
        metadata={"description": "Coordinators only."},
    )
    agrees = Ticked(must=True, label=Lazy("本人同意用姓名和电话安排志愿服务、发送提醒"))
    tags = Many(Text(shortest=1, longest=40, label=Lazy("标签")), most=20, load_default=list, label=Lazy("标签"))


class NewQualification(Input):
    """What a person says she holds. It counts once a coordinator has verified it."""

    kind = Choice(QualificationKind, required=True, label=Lazy("资质"))
    evidence = Text(required=True, shortest=1, longest=200, label=Lazy("凭据"))
    valid_from = LocalDate(required=True, label=Lazy("生效日期"))
    valid_until = LocalDate(allow_none=True, load_default=None, label=Lazy("有效期至"))

    @validates_schema
    def check_term(self, data: dict[str, Any], **_options: Any) -> None:
        """It does not end before it begins."""
        if data["valid_until"] is not None and data["valid_until"] < data["valid_from"]:
            raise ValidationError({"valid_until": [_("有效期不能早于生效日期")]})


class PaperOfMine(NewQualification):
    """The same, as a page asks for it."""

    kind = Choice(QualificationKind, words=QUALIFICATIONS, required=True, label=Lazy("什么证"), widget="select")
    evidence = Text(
        required=True, shortest=1, longest=200, label=Lazy("编号和谁发的"), hint=Lazy("证上印的编号，哪个单位发的")
    )
    valid_from = LocalDate(required=True, label=Lazy("从哪天起有效"))
    valid_until = LocalDate(allow_none=True, load_default=None, label=Lazy("到哪天为止"), hint=Lazy("长期有效的，空着"))


class PaperOfHers(PaperOfMine):
    """As her coordinator writes it down."""

    was_seen = Ticked(label=Lazy("我看过原件"), hint=Lazy("看过才作数。没看过也可以先记下"))


class QualificationShown(Shown):
    """Held with evidence and expiry."""

    id = fields.Integer(required=True)
    kind = one_of(QualificationKind, required=True)
    evidence = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    verified_at = LocalDateTime(required=True, allow_none=True)


class NewConsent(Input):
    """An agreement."""

    purpose = Choice(ConsentPurpose, required=True, label=Lazy("用途"))
    how = Choice(
        ConsentHow,
        load_default=ConsentHow.ORAL,
        label=Lazy("怎么同意的"),
        metadata={"description": "Coordinators only."},
    )


class ConsentShown(Shown):
    """What a person agreed to, and until when."""

    id = fields.Integer(required=True)
    purpose = one_of(ConsentPurpose, required=True)
    how = one_of(ConsentHow, required=True)
    given_at = LocalDateTime(required=True)
    withdrawn_at = LocalDateTime(required=True, allow_none=True)


class VolunteerListed(Shown):
    """A person in a list."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    name = fields.String(required=True)
    has_phone = fields.Boolean(required=True)
    tags = fields.List(fields.String(), required=True)


class VolunteerShown(VolunteerListed):
    """A person, for herself and her coordinators."""

    birth_on = fields.Date(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    channel = one_of(Channel, required=True, allow_none=True)
    weekly_hours = fields.Integer(required=True)
    steps_in = fields.Boolean(required=True)
    lead_times = fields.List(fields.String(), required=True, allow_none=True)
    language = one_of(Language, required=True)
    registered_at = LocalDateTime(required=True)
    left_at = LocalDateTime(required=True, allow_none=True)
    qualifications = fields.List(fields.Nested(QualificationShown), required=True)
    consents = fields.List(fields.Nested(ConsentShown), required=True)
    version = fields.Integer(required=True)


class QualificationsShown(Shown):
    """What a person holds."""

    items = fields.List(fields.Nested(QualificationShown), required=True)


class ConsentsShown(Shown):
    """What a person agreed to and took back."""

    items = fields.List(fields.Nested(ConsentShown), required=True)


class PhoneLookAsked(Input):
    """Why one must know the number. Kept in the audit."""

    why = Text(required=True, shortest=2, longest=200, label=Lazy("原因"))


class PhoneShown(Shown):
    """A number in full."""

    phone = fields.String(
        required=True, allow_none=True, metadata={"description": "E.164; null for somebody without one."}
    )
