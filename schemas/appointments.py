"""Appointments: how people are seen in a role, who has which slot. There is no field for why, or for what was said."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Name, Phone, Text, Ticked, Whole
from schemas.roster import Reply
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import AppointmentState, AskedHow

#: How somebody let a coordinator know that she wants an appointment.
HOW = {
    AskedHow.PHONE: Lazy("打电话来说的"),
    AskedHow.IN_PERSON: Lazy("当面说的"),
    AskedHow.PAPER: Lazy("填的纸"),
    AskedHow.CHAT: Lazy("微信里说的"),
}
MOST_ROOMS = 12


class ConsultationInput(Input):
    """How people are seen one by one in a role."""

    slot_minutes = Whole(required=True, least=5, most=180, label=Lazy("一个人看几分钟"))
    rooms = Many(
        Text(shortest=1, longest=20, label=Lazy("诊室")),
        required=True,
        most=MOST_ROOMS,
        label=Lazy("有哪几间"),
        metadata={"description": "Names of the rooms; a room's number is its place here, from 0."},
    )
    is_private = Ticked(label=Lazy("只有坐诊的人知道谁来（心理辅导这样的）"))


class RoomsInput(Input):
    """The same on a page, where the rooms stand in one line."""

    slot_minutes = Whole(required=True, least=5, most=180, label=Lazy("一个人看几分钟"))
    rooms = Text(
        required=True, shortest=1, longest=200, label=Lazy("有哪几间"), hint=Lazy("用顿号隔开，比如：诊室一、诊室二")
    )
    is_private = Ticked(label=Lazy("只有坐诊的人知道谁来"), hint=Lazy("心理辅导这样的要勾上：协调员也只看得到“已约”"))


class SlotInput(Input):
    """One slot."""

    shift_role_id = Id(required=True, label=Lazy("岗位"))
    room = Whole(required=True, least=0, most=MOST_ROOMS, label=Lazy("哪一间"))
    slot = Whole(required=True, least=0, most=300, label=Lazy("第几个"), metadata={"description": "From 0."})


class AppointmentInput(SlotInput):
    """An appointment: for oneself, or for somebody who told a coordinator, or who sits there."""

    name = Name(label=Lazy("姓名"), metadata={"description": "Whose; oneself if left out."})
    phone = Phone(load_default=None, allow_none=True, label=Lazy("电话"))
    asked_how = Choice(AskedHow, label=Lazy("怎么说的"))


class AppointmentAnswerInput(Input):
    """Whether another slot suits her."""

    reply = Choice(Reply, required=True, label=Lazy("行不行"))


class BookInput(Input):
    """What somebody types who makes an appointment by herself."""

    slot = Text(required=True, longest=40, widget="radios", label=Lazy("哪个时间"))
    name = Name(required=True, label=Lazy("您的姓名"))
    phone = Phone(mobile=True, required=True, hint=Lazy("我们发一条短信，里面有6位数字。"))


class BookForInput(Input):
    """What is typed for somebody who telephoned, came by, or filled in a paper."""

    slot = Text(required=True, longest=40, widget="select", label=Lazy("哪个时间"))
    name = Name(required=True, label=Lazy("给谁约"), metadata={"autocomplete": "off"})
    phone = Phone(
        load_default=None,
        allow_none=True,
        label=Lazy("电话"),
        hint=Lazy("手机发短信；座机或者没有电话的，改时间要打电话或者上门告诉"),
        metadata={"autocomplete": "off"},
    )
    asked_how = Choice(AskedHow, words=HOW, load_default=AskedHow.PHONE, label=Lazy("怎么说的"))


class ChangeSlotInput(Input):
    """Another slot for somebody."""

    slot = Text(required=True, longest=40, widget="select", label=Lazy("改到哪个时间"))


class ConsultationShown(Shown):
    """How people are seen in a role."""

    activity_role_id = fields.Integer(required=True)
    slot_minutes = fields.Integer(required=True)
    rooms = fields.List(fields.String(), required=True)
    is_private = fields.Boolean(required=True)


class AppointmentShown(Shown):
    """Somebody's appointment. Never the telephone number."""

    id = fields.Integer(required=True)
    state = one_of(AppointmentState, required=True)
    name = fields.String(required=True, metadata={"description": "Whole for who sits there, masked at the desk."})
    has_mobile = fields.Boolean(required=True, metadata={"description": "False: somebody has to call her."})
    room = fields.Integer(required=True)
    slot = fields.Integer(required=True)


class SlotShown(Shown):
    """One slot of one room."""

    shift_role_id = fields.Integer(required=True)
    room = fields.Integer(required=True)
    room_name = fields.String(required=True)
    slot = fields.Integer(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    is_free = fields.Boolean(required=True)
    is_taken = fields.Boolean(required=True)
    appointment = fields.Nested(
        AppointmentShown,
        required=True,
        allow_none=True,
        metadata={
            "description": "null where it is free, or not for whoever asks: private ones are for who sits there."
        },
    )


class SlotsShown(Shown):
    """All slots of a shift, and who waits for one."""

    shift_id = fields.Integer(required=True)
    items = fields.List(fields.Nested(SlotShown), required=True)
    waiting = fields.List(fields.Nested(AppointmentShown), required=True)


class AppointmentPhoneShown(Shown):
    """A number in full."""

    id = fields.Integer(required=True)
    phone = fields.String(required=True, metadata={"description": "E.164; empty where she has none."})
