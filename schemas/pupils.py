"""Pupils, who may fetch them, and a day's sheet. There is no field for anything else about a child."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Name, Phone, Ticked
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import ConsentHow, Kinship, PupilState

KINSHIPS = {
    Kinship.PARENT: Lazy("爸爸妈妈"),
    Kinship.GRANDPARENT: Lazy("爷爷奶奶、外公外婆"),
    Kinship.RELATIVE: Lazy("别的亲属"),
    Kinship.ENTRUSTED: Lazy("家长托付的人"),
}
CONSENTS = {
    ConsentHow.PAPER: Lazy("签了字的同意书"),
    ConsentHow.ORAL: Lazy("念给家长听，口头同意"),
    ConsentHow.WEB: Lazy("在网上同意"),
}


class GuardianInput(Input):
    """Somebody who may fetch the pupil."""

    guardian_name = Name(required=True, label=Lazy("谁来接"), metadata={"autocomplete": "off"})
    kinship = Choice(Kinship, words=KINSHIPS, required=True, label=Lazy("是孩子的"))
    phone = Phone(
        required=True,
        label=Lazy("来接的人的手机"),
        hint=Lazy("加密保存，谁看过都会记下"),
        metadata={"autocomplete": "off"},
    )


class NewPupil(GuardianInput):
    """A child, and the guardian who agrees to it."""

    name = Name(
        required=True,
        label=Lazy("孩子的姓名"),
        hint=Lazy("只记姓名。不记年龄、学校、身体和家里的情况"),
        metadata={"autocomplete": "off"},
    )
    consent_how = Choice(ConsentHow, words=CONSENTS, required=True, label=Lazy("家长怎么同意的"))
    has_consented = Ticked(
        label=Lazy("这位家长单独同意了：为点名和接送记下孩子的姓名、谁来接和电话"),
        hint=Lazy("只有当天上课的老师和社区协调员看得到；退出就全部删掉"),
    )


class MarkInput(Input):
    """What the day's sheet says."""

    state = Choice(PupilState, required=True, label=Lazy("到没到"))


class HandOverInput(Input):
    """With whom the pupil goes home."""

    guardian_id = Id(required=True, label=Lazy("谁来接"))


class GuardianShown(Shown):
    """Somebody who may fetch the pupil. Never the telephone number."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    kinship = one_of(Kinship, required=True)
    gave_consent = fields.Boolean(required=True)


class PupilShown(Shown):
    """A pupil."""

    id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    name = fields.String(required=True)
    consented_at = LocalDateTime(required=True)
    consent_how = one_of(ConsentHow, required=True)
    guardians = fields.List(fields.Nested(GuardianShown), required=True)


class PupilsShown(Shown):
    """All of an activity."""

    items = fields.List(fields.Nested(PupilShown), required=True)


class SheetLineShown(Shown):
    """A pupil on a day's sheet."""

    pupil_id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"description": "Empty once the pupil has left."})
    state = one_of(PupilState, required=True, allow_none=True)
    marked_at = LocalDateTime(required=True, allow_none=True)
    handed_to = fields.Nested(GuardianShown, required=True, allow_none=True)
    handed_at = LocalDateTime(required=True, allow_none=True)
    guardians = fields.List(fields.Nested(GuardianShown), required=True)


class SheetShown(Shown):
    """A day's sheet."""

    shift_id = fields.Integer(required=True)
    pupils = fields.List(fields.Nested(SheetLineShown), required=True)


class GuardianPhoneShown(Shown):
    """A number in full."""

    guardian_id = fields.Integer(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, metadata={"description": "E.164."})


class GuardianPhonesShown(Shown):
    """Whom to call about a pupil."""

    items = fields.List(fields.Nested(GuardianPhoneShown), required=True)
