"""A row of an uploaded table: the same fields as a form, one a column. The heading of a column is its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, Name, Phone, Text, Whole
from service.language import Lazy, _
from service.terms import ConsentHow, MemberRole, SheetKind

HOW_AGREED = {ConsentHow.ORAL: Lazy("口头"), ConsentHow.PAPER: Lazy("书面")}
MEMBER_ROLES = {
    MemberRole.LEAD: Lazy("队长"),
    MemberRole.MEMBER: Lazy("队员"),
    MemberRole.SUBSTITUTE: Lazy("替补"),
}


class PersonRow(Input):
    """A person, new or known."""

    id = Id(label=Lazy("编号"), hint=Lazy("导出的表里有；新来的人不填"))
    name = Name(required=True)
    phone = Phone(hint=Lazy("手机号，或者带区号的固定电话；没有就不填"))
    area = Text(longest=80, label=Lazy("社区或院落"), hint=Lazy("只管一个社区的，可以不填"))
    birth_on = LocalDate(label=Lazy("出生日期"), hint=Lazy("比如 1955-03-08"))
    tags = Text(longest=400, label=Lazy("标签"), hint=Lazy("比如 老党员、退役军人；几个之间用、隔开"))
    weekly_hours = Whole(least=1, most=60, label=Lazy("每周最多小时"))
    how = Choice(
        ConsentHow,
        words=HOW_AGREED,
        label=Lazy("怎么同意的"),
        hint=Lazy("口头 或 书面；新来的人要填：本人同意用姓名和电话安排志愿服务"),
    )

    @validates_schema
    def check_how(self, data: dict[str, Any], **_options: Any) -> None:
        """Nobody agreed on the web by being in somebody's table."""
        if data.get("how") not in (None, *HOW_AGREED):
            raise ValidationError({"how": [_("请从列出的{label}里选一项", label=_("怎么同意的"))]})


class MemberRow(Input):
    """A member of a team, and her term."""

    team = Text(required=True, shortest=2, longest=80, label=Lazy("队名"))
    name = Name(required=True)
    phone = Phone(hint=Lazy("同名的人要填，才知道是谁"))
    area = Text(longest=80, label=Lazy("队伍所在的社区或院落"), hint=Lazy("只管一个社区的，可以不填"))
    role = Choice(MemberRole, words=MEMBER_ROLES, label=Lazy("身份"), hint=Lazy("队长、队员 或 替补"))
    looks_after = Text(longest=80, label=Lazy("负责范围"), hint=Lazy("院落或楼栋的名字"))
    from_on = LocalDate(label=Lazy("开始日期"), hint=Lazy("不填就是今天"))
    until_on = LocalDate(label=Lazy("结束日期"), hint=Lazy("任期的第二天；没有期限就不填"))

    @validates_schema
    def check_term(self, data: dict[str, Any], **_options: Any) -> None:
        """A term has at least a day."""
        from_on, until_on = data.get("from_on"), data.get("until_on")
        if from_on and until_on and until_on <= from_on:
            raise ValidationError({"until_on": [_("结束日期要在开始日期之后")]})


ROWS: Mapping[SheetKind, type[Input]] = {SheetKind.PEOPLE: PersonRow, SheetKind.MEMBERS: MemberRow}


class SheetInput(Input):
    """Which kind of table is uploaded; the file comes beside it."""

    kind = Choice(
        SheetKind,
        words={SheetKind.PEOPLE: Lazy("人员"), SheetKind.MEMBERS: Lazy("队伍和队员")},
        required=True,
        label=Lazy("表里是什么"),
    )
