"""Rotations: a post watched in turns, its pool, its deals, its hand-over notes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Range, Regexp

from schemas import Input
from schemas.fields import (
    Choice,
    Id,
    LocalDate,
    LocalDateTime,
    LocalTime,
    Many,
    Name,
    Part,
    Phone,
    Text,
    Ticked,
    Whole,
)
from schemas.publishing import WEEKDAYS
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.terms import DealState, QualificationKind

#: How long a block may be, as the form offers it.
HOURS = {"4": Lazy("4小时一班"), "6": Lazy("6小时一班"), "8": Lazy("8小时一班")}


def _weeks() -> Text:
    wrong = Lazy("请写A、B、C、D里的字母，每周都轮就不填")
    return Text(
        longest=4,
        load_default="",
        label=Lazy("哪几周轮"),
        hint=Lazy("按A、B、C、D周轮的填字母，比如：AC；每周都轮就不填"),
        validate=Regexp(r"[ABCD]{0,4}\Z", error=wrong),
    )


class _Opening(Input):
    """What a rotation needs, whoever types it."""

    title = Text(required=True, shortest=2, longest=80, label=Lazy("叫什么"))
    place_id = Id(required=True, label=Lazy("在哪里"), widget="select")
    starts_at = LocalDateTime(required=True, label=Lazy("从什么时候开始"), widget="date_time")
    until_on = LocalDate(
        allow_none=True,
        load_default=None,
        label=Lazy("到哪一天"),
        hint=Lazy("还不知道就不填，什么时候都可以结束"),
    )
    people = Whole(load_default=2, label=Lazy("一班几个人"), validate=Range(1, 10, error=Lazy("一班1到10个人")))
    stand_bys = Whole(
        load_default=0,
        label=Lazy("一班几个人候备"),
        hint=Lazy("有人来不了，先请候备的人来。不要就填0"),
        validate=Range(0, 3, error=Lazy("候备0到3个人")),
    )
    contact_name = Name(required=True, label=Lazy("联系人"), metadata={"autocomplete": "off"})
    contact_phone = Phone(required=True, label=Lazy("联系电话"), metadata={"autocomplete": "off"})
    is_automatic = Ticked(label=Lazy("排好马上问人，不等我看"), hint=Lazy("今晚就要开始时用。平时不勾，您看过再问"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """It lasts some time."""
        if "starts_at" in data and data.get("until_on") and data["until_on"] < data["starts_at"].date():
            raise ValidationError({"until_on": [_("结束的日子要在开始之后")]})


class RotationInput(_Opening):
    """The form: the pool is a team."""

    team_id = Id(
        required=True, label=Lazy("谁来轮"), hint=Lazy("这个队的队员轮流，开始以后还能加人、合户"), widget="select"
    )
    block_hours = Text(
        required=True, label=Lazy("一班多长"), widget="select", validate=OneOf(tuple(HOURS), error=Lazy("请选一个"))
    )
    is_insured = Ticked(label=Lazy("要有志愿者保险"), hint=Lazy("没有登记保险的人不排"))


class NewParty(Input):
    """A person, or a household that has one share."""

    volunteer_ids = Many(Id(label=Lazy("志愿者")), required=True, most=10, label=Lazy("志愿者"))
    name = Text(longest=60, load_default="", label=Lazy("哪一户"))
    weeks = _weeks()


class NewRotation(_Opening):
    """What a program sends."""

    area_id = Id(required=True, label=Lazy("区域"))
    block_hours = Whole(required=True, label=Lazy("一班多长"))
    cycle = Whole(load_default=1, label=Lazy("几周一轮"))
    no_nights_from = Whole(load_default=60, label=Lazy("多少岁起不排夜班"))
    parties = Many(Part(nested=NewParty), required=True, most=300, label=Lazy("谁来轮"))
    requires = Many(Choice(QualificationKind, label=Lazy("资质")), most=5, label=Lazy("资质"))


class JoinInput(Input):
    """Who joins the pool, alone or with a party that is there."""

    volunteer_id = Id(required=True, label=Lazy("谁"))
    party_id = Id(label=Lazy("和谁一户"), widget="select")
    weeks = _weeks()


class AbsenceInput(Input):
    """From which day to which somebody is away."""

    from_on = LocalDate(required=True, label=Lazy("从哪天"))
    until_on = LocalDate(required=True, label=Lazy("到哪天"), hint=Lazy("这一天也算"))


class WishInput(Input):
    """A block somebody always takes."""

    weekday = Text(
        required=True,
        label=Lazy("星期几"),
        widget="select",
        validate=OneOf(tuple(WEEKDAYS), error=Lazy("请从列出的里面选一项")),
    )
    starts = LocalTime(required=True, label=Lazy("哪一班"), widget="select")
    weeks = _weeks()


class CloseInput(Input):
    """Why a post is not watched any more: everybody concerned reads it."""

    reason = Text(required=True, shortest=2, longest=200, label=Lazy("为什么结束"), hint=Lazy("会告诉还有班的人"))


class NoteInput(Input):
    """What the next ones should know."""

    words = Text(
        required=True,
        shortest=2,
        longest=1000,
        label=Lazy("写给下一班"),
        hint=Lazy("比如：钥匙在哪、谁要出门。别写住户的电话和病情"),
        widget="textarea",
    )


class RotationsAsked(PageAsked):
    """Rotations, the newest first."""


class NewDeal(Input):
    """Deal the turns of what is dealt already again."""

    moves_offers = Ticked(label=Lazy("没答复的也重排"))


class DealShown(Shown):
    """One dealing."""

    id = fields.Integer(required=True)
    rotation_id = fields.Integer(required=True)
    from_at = LocalDateTime(required=True)
    until_at = LocalDateTime(required=True)
    state = one_of(DealState, required=True)
    is_proven = fields.Boolean(required=True)
    gaps = fields.List(fields.Dict(), required=True)
    unmet = fields.List(fields.Dict(), required=True)


class TurnShown(Shown):
    """One turn, and why it is whose."""

    shift_id = fields.Integer(required=True)
    starts_at = LocalDateTime(required=True)
    ends_at = LocalDateTime(required=True)
    volunteer_id = fields.Integer(required=True)
    assignment_id = fields.Integer(required=True, allow_none=True)
    is_wish = fields.Boolean(required=True)
    is_stand_by = fields.Boolean(required=True)
    why = fields.String(required=True)


class DealWhole(DealShown):
    """One dealing with its turns, in order of time."""

    turns = fields.List(fields.Nested(TurnShown), required=True)


class PartyMemberShown(Shown):
    """One person of a party."""

    id = fields.Integer(required=True)
    volunteer_id = fields.Integer(required=True)
    name = fields.String(required=True)


class PartyShown(Shown):
    """One share of the turns, and what it has had."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    weeks = fields.String(required=True)
    blocks = fields.Integer(required=True)
    nights = fields.Integer(required=True)
    weekends = fields.Integer(required=True)
    members = fields.List(fields.Nested(PartyMemberShown), required=True)


class RotationShown(Shown):
    """A post watched in turns."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    activity_id = fields.Integer(required=True)
    title = fields.String(required=True)
    block_hours = fields.Integer(required=True)
    cycle = fields.Integer(required=True)
    is_automatic = fields.Boolean(required=True)
    dealt_until = LocalDateTime(required=True)
    opened_at = LocalDateTime(required=True)
    closed_at = LocalDateTime(required=True, allow_none=True)
    close_reason = fields.String(required=True, allow_none=True)


class RotationWhole(RotationShown):
    """A post with its pool and the deal that waits, if any."""

    parties = fields.List(fields.Nested(PartyShown), required=True)
    pending_deal_id = fields.Integer(required=True, allow_none=True)


class NoteShown(Shown):
    """One hand-over note. `author` is empty for a coordinator's."""

    words = fields.String(required=True)
    author = fields.String(required=True)
    written_at = LocalDateTime(required=True)
    shift_id = fields.Integer(required=True)


class NotesShown(Shown):
    """The notes of a block and of the one before it, the oldest first."""

    items = fields.List(fields.Nested(NoteShown), required=True)
