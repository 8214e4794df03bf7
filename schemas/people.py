"""The people of a neighbourhood: looked for, changed, left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates

from schemas import Input
from schemas.fields import Choice, Email, Id, LocalDate, LocalDateTime, Many, Name, Phone, Text, Ticked, Whole
from schemas.shown import PageAsked, Shown, one_of
from service.language import Lazy, _
from service.people.rules import FACTS
from service.terms import Likeness, QualificationKind
from service.wording import QUALIFICATIONS

LONGEST_TAG, MOST_TAGS = 40, 20


class PeopleAsked(Input):
    """Whom a coordinator looks for."""

    q = Text(
        longest=60, load_default="", label=Lazy("找谁"), hint=Lazy("姓名、拼音首字母（比如wxy），或者手机号后四位")
    )
    tag = Text(longest=LONGEST_TAG, load_default="", label=Lazy("标签"), widget="select")
    skill = Text(longest=40, load_default="", label=Lazy("会什么"), hint=Lazy("比如：书法"))
    kind = Choice(QualificationKind, words=QUALIFICATIONS, load_default=None, label=Lazy("资质"), widget="select")
    team_id = Id(load_default=None, label=Lazy("队伍"), widget="select")
    has_left = Ticked(label=Lazy("只看已经离开的"))


class PersonInput(Input):
    """What a coordinator may change about a person."""

    name = Name(required=True, metadata={"autocomplete": "off"})
    phone = Phone(label=Lazy("换成新的号码"), hint=Lazy("不换就空着"), metadata={"autocomplete": "off"})
    birth_on = LocalDate(load_default=None, allow_none=True, label=Lazy("出生日期"), hint=Lazy("可不填"))
    email = Email(load_default=None, allow_none=True, label=Lazy("邮箱"), hint=Lazy("可不填"))
    tags = Text(
        longest=400, load_default="", label=Lazy("标签"), hint=Lazy("比如 老党员、退役军人；几个之间用、隔开，可不填")
    )
    weekly_hours = Whole(required=True, least=1, most=60, label=Lazy("每周最多小时"))

    @validates("tags")
    def check_tags(self, value: str, **_options: Any) -> None:
        """Few, and short."""
        if trouble := tag_trouble(value):
            raise ValidationError(trouble)


def tag_trouble(typed: str) -> str:
    """What is wrong with a line of tags, in words; empty when nothing is."""
    tags = tags_of(typed)
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        return _("最多{n}个标签，每个最多{long}个字", n=MOST_TAGS, long=LONGEST_TAG)
    return ""


def tags_of(typed: str) -> list[str]:
    """The tags of a line, each once."""
    parts = (part.strip() for part in typed.replace("，", "、").replace(",", "、").split("、"))
    return list(dict.fromkeys(part for part in parts if part))


class LeavingInput(Input):
    """Why somebody serves no more."""

    reason = Text(
        longest=200, load_default="", label=Lazy("原因"), hint=Lazy("比如搬走了、身体原因。可不填，只留在记录里")
    )


class TwinAsked(Input):
    """Who else a person might be."""

    q = Text(longest=60, load_default="", label=Lazy("找另外一个"), hint=Lazy("姓名、拼音首字母，或者手机号后四位"))


def merge_input(labels: Mapping[str, str]) -> Schema:
    """The facts in which two entries differ: of each, the one of the entry that stays or of the one that goes."""
    sides = validate.OneOf(("kept", "gone"), error=Lazy("请选一个"))
    chosen: dict[str, Any] = {
        name: Text(required=True, label=label, widget="radios", validate=sides) for name, label in labels.items()
    }
    return Input.from_dict(chosen, name="MergeInput")()


class NewMerge(Input):
    """Two entries of one person."""

    kept_id = Id(required=True, label=Lazy("留下的"))
    gone_id = Id(required=True, label=Lazy("并进去的"))
    take = Many(
        Text(validate=validate.OneOf(FACTS), label=Lazy("内容")),
        load_default=list,
        label=Lazy("用哪些内容"),
        metadata={"description": "Facts to be taken from the entry that goes: " + ", ".join(FACTS)},
    )


class NotTwins(Input):
    """Two people."""

    one_id = Id(required=True, label=Lazy("一个"))
    other_id = Id(required=True, label=Lazy("另一个"))


class MergeShown(Shown):
    """A merge, and until when it can be undone."""

    id = fields.Integer(required=True)
    kept_id = fields.Integer(required=True)
    gone_id = fields.Integer(required=True)
    merged_at = LocalDateTime(required=True)
    undo_until = LocalDateTime(required=True)
    undone_at = LocalDateTime(required=True, allow_none=True)
    given_back = fields.List(
        fields.Integer(), required=True, metadata={"description": "Assignments she held at one time with another."}
    )


class TwinsShown(Shown):
    """Two entries that may be one person."""

    one_id = fields.Integer(required=True)
    other_id = fields.Integer(required=True)
    names = fields.List(fields.String(), required=True)
    likeness = one_of(Likeness, required=True)


class TwinsListed(Shown):
    """All that are suggested, at most 50."""

    items = fields.List(fields.Nested(TwinsShown), required=True)


class CardShown(Shown):
    """A person in a list, with what helps to choose: never her telephone number."""

    id = fields.Integer(required=True)
    area_id = fields.Integer(required=True)
    area = fields.String(required=True)
    name = fields.String(required=True)
    has_phone = fields.Boolean(required=True)
    tags = fields.List(fields.String(), required=True)
    skills = fields.List(fields.String(), required=True)
    kinds = fields.List(fields.String(), required=True, metadata={"description": "Qualifications, verified or not."})
    teams = fields.List(fields.String(), required=True)
    last_at = LocalDateTime(required=True, allow_none=True, metadata={"description": "When she served last."})
    next_at = LocalDateTime(required=True, allow_none=True, metadata={"description": "When her next shift begins."})


class PeopleListed(PeopleAsked, PageAsked):
    """The same as programs ask it."""


class LeftShown(Shown):
    """Somebody left."""

    volunteer_id = fields.Integer(required=True)
    left_at = LocalDateTime(required=True)
    back_at = LocalDateTime(required=True, allow_none=True)
    signup_ids = fields.List(fields.Integer(), required=True, metadata={"description": "Withdrawn when she left."})
    assignment_ids = fields.List(fields.Integer(), required=True, metadata={"description": "Declined when she left."})


class ErasureShown(Shown):
    """Somebody wants to be forgotten, and when that will be done."""

    volunteer_id = fields.Integer(required=True)
    asked_at = LocalDateTime(required=True)
    due_at = LocalDateTime(required=True)


class OwnDataShown(Shown):
    """All that is kept about somebody."""

    made_at = fields.String(required=True)
    person = fields.Dict(required=True, metadata={"description": "Her entry, with the telephone in full."})
    records = fields.Dict(required=True, metadata={"description": "Rows that refer to her, by table."})
