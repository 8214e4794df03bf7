"""A row of an uploaded table: the same fields as a form, one a column. The heading of a column is its label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, missing, validates_schema
from marshmallow.validate import OneOf, Regexp

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, LocalTime, Name, Phone, Text, Ticked, Whole
from schemas.publishing import ACTIVITY_STATES, DAY_RULES, MODES
from schemas.roster import ASSIGNMENT_STATES
from service.language import Lazy, _
from service.sheets.exports import NEED_A_SECOND
from service.sheets.plans import days_of
from service.terms import ActivityState, AssignmentState, ConsentHow, DayRule, MemberRole, Mode, SheetKind

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


class DatesInWords(Text):
    """A rule of dates, or single dates: the door has read them from their words."""


class RolesInWords(Text):
    """The roles of an activity: the door has read them from their words."""


class ActivityRow(Input):
    """An activity, new or known."""

    id = Id(label=Lazy("编号"), hint=Lazy("导出的表里有；新的活动不填"))
    title = Text(required=True, shortest=2, longest=80, label=Lazy("活动名称"))
    place = Text(longest=160, label=Lazy("地点"), hint=Lazy("社区、院落或活动地点的名字；只管一个社区的，可以不填"))
    team = Text(longest=80, label=Lazy("志愿队"), hint=Lazy("可不填"))
    mode = Choice(
        Mode,
        words=MODES,
        label=Lazy("怎样排人"),
        hint=Lazy("先到先得、统筹安排、轮值排班 或 紧急召集；不填就是先到先得"),
    )
    when = DatesInWords(
        longest=1000,
        label=Lazy("什么时候办"),
        hint=Lazy(
            "比如 每周三、周六，隔一周的周三，每月第一个周五，农历九月初九；或者一个个日子：2026-12-05、2026-12-12"
        ),
    )
    starts = LocalTime(label=Lazy("几点开始"), hint=Lazy("比如 09:00"))
    ends = LocalTime(label=Lazy("几点结束"), hint=Lazy("比开始早，就是到次日"))
    from_on = LocalDate(label=Lazy("从哪天起"), hint=Lazy("每周、每月办的要填"))
    until_on = LocalDate(label=Lazy("到哪天为止"), hint=Lazy("不填就一直办下去"))
    day_rule = Choice(DayRule, words=DAY_RULES, label=Lazy("遇到节假日"), hint=Lazy("不填就是节假日也照常"))
    roles = RolesInWords(
        longest=8000,
        label=Lazy("岗位和人数"),
        hint=Lazy("比如 医生：1人，要有医师资格；引导员：2到4人，满18岁"),
    )
    contact_name = Name(label=Lazy("联系人"), hint=Lazy("不填就是您"))
    contact_phone = Phone(label=Lazy("联系电话"), hint=Lazy("志愿者看得到；不填就是社区的固定电话"))
    summary = Text(longest=1000, label=Lazy("做些什么"))
    what_to_bring = Text(longest=200, label=Lazy("要带什么"))
    risk_notice = Text(longest=500, label=Lazy("安全提醒"))
    state = Choice(
        ActivityState,
        words=ACTIVITY_STATES,
        label=Lazy("状态"),
        hint=Lazy("导出时写着；发布和取消在活动页做，不在表里"),
    )

    @validates_schema
    def check_dates(self, data: dict[str, Any], **_options: Any) -> None:
        """Single dates need no first and no last; a last date is not before the first."""
        from_on, until_on = data.get("from_on"), data.get("until_on")
        if days_of(data.get("when") or "") and (from_on or until_on):
            raise ValidationError({"when": [_("写了一个个日子，就不用填从哪天起、到哪天为止")]})
        if from_on and until_on and until_on < from_on:
            raise ValidationError({"until_on": [_("要在开始的那天以后")]})


class PlaceRow(Input):
    """A person in a role of a shift."""

    on = LocalDate(required=True, label=Lazy("日期"))
    starts = LocalTime(required=True, label=Lazy("开始"))
    title = Text(required=True, longest=80, label=Lazy("活动名称"))
    activity_id = Id(label=Lazy("活动编号"), hint=Lazy("同时有两个同名的活动才要填"))
    role = Text(longest=60, label=Lazy("岗位"), hint=Lazy("只有一个岗位的，可以不填"))
    name = Text(required=True, shortest=2, longest=30, label=Lazy("姓名"))
    person_id = Id(label=Lazy("人员编号"), hint=Lazy("导出的表里有；同名的人填了才知道是谁"))
    tail = Text(
        longest=4,
        label=Lazy("电话尾号"),
        hint=Lazy("同名的人，没有编号就填电话最后4位"),
        validate=Regexp(r"\d{4}\Z", error=Lazy("请填电话最后4位数字")),
    )
    state = Choice(
        AssignmentState,
        words=ASSIGNMENT_STATES,
        label=Lazy("状态"),
        hint=Lazy("新排的人：草案（不告诉本人，不填也是这样）或 等回复（马上问本人能不能来）"),
    )
    places = Whole(
        least=1,
        most=12,
        load_default=missing,
        label=Lazy("一家几人"),
        hint=Lazy("导出时写着；一家人在网上或者代报名里报，不在表里"),
    )
    stand_by = Ticked(load_default=missing, label=Lazy("候备"), hint=Lazy("导出时写着；候备在班表上请，不在表里"))


ROWS: Mapping[SheetKind, type[Input]] = {
    SheetKind.PEOPLE: PersonRow,
    SheetKind.MEMBERS: MemberRow,
    SheetKind.ACTIVITIES: ActivityRow,
    SheetKind.ROSTER: PlaceRow,
}
#: What each kind of table is called.
KINDS = {
    SheetKind.PEOPLE: Lazy("人员"),
    SheetKind.MEMBERS: Lazy("队伍和队员"),
    SheetKind.ACTIVITIES: Lazy("活动"),
    SheetKind.ROSTER: Lazy("排班"),
}


class ExportInput(Input):
    """Which table of people somebody wants to take out, and what for."""

    kind = Choice(
        SheetKind,
        words={kind: KINDS[kind] for kind in NEED_A_SECOND},
        required=True,
        label=Lazy("导出什么"),
        validate=OneOf(NEED_A_SECOND, error=Lazy("请从列出的里面选一项")),
    )
    reason = Text(
        required=True,
        shortest=2,
        longest=200,
        label=Lazy("用途"),
        hint=Lazy("比如：街道要核对志愿者名册；同意的人看得到"),
    )


class RefusalInput(Input):
    """Why a table is not to be taken out."""

    reason = Text(required=True, shortest=2, longest=200, label=Lazy("为什么不同意"))


class SheetInput(Input):
    """Which kind of table is uploaded; the file comes beside it."""

    kind = Choice(
        SheetKind,
        words=KINDS,
        required=True,
        label=Lazy("表里是什么"),
    )
