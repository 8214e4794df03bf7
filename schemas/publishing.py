"""An activity as a coordinator types it, in steps: what and where, when, which roles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from marshmallow.validate import OneOf

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, LocalTime, Many, Name, Phone, Text, Ticked, Whole
from schemas.people import tag_trouble
from service.activities.rules import LONGEST_SERIES
from service.language import Lazy, _
from service.terms import ActivityState, DayRule, Mode, QualificationKind


class Repeats(StrEnum):
    """How often an activity is held, as the wizard asks it; other rules come through the interface for programs."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    LUNAR = "lunar"
    ONCE = "once"


REPEATS = {
    Repeats.WEEKLY: Lazy("每周都办"),
    Repeats.FORTNIGHTLY: Lazy("隔一周办"),
    Repeats.MONTHLY: Lazy("每月办，按第几个星期几"),
    Repeats.LUNAR: Lazy("每年办，按农历日子"),
    Repeats.ONCE: Lazy("只办一次"),
}
WEEKDAYS = {
    "1": Lazy("周一"),
    "2": Lazy("周二"),
    "3": Lazy("周三"),
    "4": Lazy("周四"),
    "5": Lazy("周五"),
    "6": Lazy("周六"),
    "7": Lazy("周日"),
}

MODES = {
    Mode.INSTANT: Lazy("先到先得"),
    Mode.MATCHED: Lazy("统筹安排"),
    Mode.ROTA: Lazy("轮值排班"),
    Mode.CALL_OUT: Lazy("紧急召集"),
}
ACTIVITY_STATES = {
    ActivityState.DRAFT: Lazy("草稿"),
    ActivityState.PUBLISHED: Lazy("已发布"),
    ActivityState.CANCELLED: Lazy("已取消"),
}
DAY_RULES = {
    DayRule.EVERY_DAY: Lazy("节假日也照常"),
    DayRule.WORKDAYS: Lazy("只在工作日，跟着调休走"),
    DayRule.SCHOOL_DAYS: Lazy("只在上学的日子，跟着校历和调休走"),
    DayRule.NOT_HOLIDAYS: Lazy("法定节假日不办"),
    DayRule.EARLIER: Lazy("碰上节假日就提前到最近的工作日"),
    DayRule.LATER: Lazy("碰上节假日就推后到最近的工作日"),
    DayRule.DAYS_OFF: Lazy("只在休息的日子"),
    DayRule.HOLIDAYS: Lazy("只在法定节假日"),
}


NTH = {
    "1": Lazy("第一个"),
    "2": Lazy("第二个"),
    "3": Lazy("第三个"),
    "4": Lazy("第四个"),
    "-1": Lazy("最后一个"),
}
LUNAR_MONTHS = {
    "1": Lazy("正月"),
    "2": Lazy("二月"),
    "3": Lazy("三月"),
    "4": Lazy("四月"),
    "5": Lazy("五月"),
    "6": Lazy("六月"),
    "7": Lazy("七月"),
    "8": Lazy("八月"),
    "9": Lazy("九月"),
    "10": Lazy("十月"),
    "11": Lazy("冬月"),
    "12": Lazy("腊月"),
}
_DAYS = (
    "初一 初二 初三 初四 初五 初六 初七 初八 初九 初十 十一 十二 十三 十四 十五 "
    "十六 十七 十八 十九 二十 廿一 廿二 廿三 廿四 廿五 廿六 廿七 廿八 廿九 三十"
)
#: Names, the same in every language.
LUNAR_DAYS = {str(number): name for number, name in enumerate(_DAYS.split(), start=1)}


def _one_of(words: Mapping[str, str], *, label: str) -> Text:
    """One of these, chosen from a list."""
    one = OneOf(tuple(words), error=Lazy("请从列出的里面选一项"))
    return Text(required=True, validate=one, label=label, widget="select")


class WhatInput(Input):
    """What is done, where, by whom, and how places are given."""

    title = Text(required=True, shortest=2, longest=80, label=Lazy("活动名称"), hint=Lazy("比如：社区义诊"))
    place_id = Id(required=True, label=Lazy("地点"), widget="select")
    team_id = Id(label=Lazy("志愿队"), hint=Lazy("可不填"), widget="select")
    mode = Choice(Mode, required=True, label=Lazy("怎样排人"))
    repeats = Choice(Repeats, words=REPEATS, required=True, label=Lazy("办几次"))
    contact_name = Name(required=True, label=Lazy("联系人"), metadata={"autocomplete": "off"})
    contact_phone = Phone(
        required=True,
        label=Lazy("联系电话"),
        hint=Lazy("志愿者看得到，最好用社区的固定电话"),
        metadata={"autocomplete": "off"},
    )
    summary = Text(longest=1000, load_default="", label=Lazy("做些什么"), hint=Lazy("可不填"), widget="textarea")
    what_to_bring = Text(longest=200, load_default="", label=Lazy("要带什么"), hint=Lazy("可不填"))
    risk_notice = Text(longest=500, load_default="", label=Lazy("安全提醒"), hint=Lazy("可不填"), widget="textarea")
    reveal_hours = Whole(
        least=1,
        most=720,
        load_default=None,
        allow_none=True,
        label=Lazy("突击检查：提前几小时才告诉本人"),
        hint=Lazy("不是突击检查就空着。写了，除了协调员谁也看不到这个活动"),
    )
    is_outdoors = Ticked(
        label=Lazy("在户外"), hint=Lazy("有高温预警的时候，热的钟点不排老人和孩子，最热的时候谁也不排")
    )
    is_free = Ticked(label=Lazy("免费"), hint=Lazy("活动页和海报上会写明“免费，不收任何费用”"))
    is_drill = Ticked(label=Lazy("是演练或培训"), hint=Lazy("时间另记，不算在服务时长里"))
    late_after = Whole(
        most=120,
        load_default=None,
        allow_none=True,
        label=Lazy("准时：开始几分钟还没到就提醒"),
        hint=Lazy("不要求就空着。到点没有标“到了”的人算没来，告诉协调员，马上找人顶"),
    )
    is_loud = Ticked(label=Lazy("会出声，附近都听得到"), hint=Lazy("比如小喇叭广播。安静的时间（晚上和清早）不能排"))
    must_confirm_risk = Ticked(
        label=Lazy("要来的人先确认看过安全提醒"), hint=Lazy("比如夜查、登高、用电的活。改了提醒，会请每个人再确认")
    )


class OnceInput(Input):
    """One date."""

    on = LocalDate(required=True, label=Lazy("哪一天"))
    starts = LocalTime(required=True, label=Lazy("几点开始"))
    ends = LocalTime(required=True, label=Lazy("几点结束"), hint=Lazy("比开始早，就是到次日"))


class SpanInput(Input):
    """What every repeated activity has: hours, a first and a last date, what becomes of holidays."""

    starts = LocalTime(required=True, label=Lazy("几点开始"))
    ends = LocalTime(required=True, label=Lazy("几点结束"), hint=Lazy("比开始早，就是到次日"))
    from_on = LocalDate(required=True, label=Lazy("从哪天起"))
    until_on = LocalDate(required=True, label=Lazy("到哪天为止"))
    day_rule = Choice(DayRule, required=True, label=Lazy("遇到节假日"))
    left_out = Many(LocalDate(label=Lazy("不办的日子")), most=400, load_default=list, label=Lazy("不办的日子"))

    @validates_schema
    def check_order(self, data: dict[str, Any], **_options: Any) -> None:
        """The last date is not before the first, nor more than a year after it."""
        until_on = data.get("until_on") or data["from_on"]
        if until_on < data["from_on"]:
            raise ValidationError({"until_on": [_("要在开始的那天以后")]})
        if until_on - data["from_on"] > LONGEST_SERIES:
            raise ValidationError({"until_on": [_("一次最多排一年")]})


class WeeklyInput(SpanInput):
    """Some weekdays between two dates, each week or every other."""

    weekdays = Many(Whole(least=1, most=7, label=Lazy("星期")), most=7, required=True, label=Lazy("每周哪几天"))
    at_dawn = Ticked(label=Lazy("跟着日出走，四季自动调整；上面的钟点只用来算时长"))

    class Meta(Input.Meta):
        fields = ("weekdays", "starts", "ends", "at_dawn", "from_on", "until_on", "day_rule", "left_out")


class MonthlyInput(SpanInput):
    """The nth weekday of each month between two dates."""

    nth = _one_of(NTH, label=Lazy("每月第几个"))
    weekday = _one_of(WEEKDAYS, label=Lazy("星期几"))

    class Meta(Input.Meta):
        fields = ("nth", "weekday", "starts", "ends", "from_on", "until_on", "day_rule", "left_out")


class LunarInput(SpanInput):
    """A day of the lunar year."""

    month = _one_of(LUNAR_MONTHS, label=Lazy("农历几月"))
    lunar_day = _one_of(LUNAR_DAYS, label=Lazy("农历几日"))

    class Meta(Input.Meta):
        fields = ("month", "lunar_day", "starts", "ends", "from_on", "until_on", "day_rule", "left_out")


#: What is asked about the dates, by how often it is held.
WHEN: dict[Repeats, type[Schema]] = {
    Repeats.WEEKLY: WeeklyInput,
    Repeats.FORTNIGHTLY: WeeklyInput,
    Repeats.MONTHLY: MonthlyInput,
    Repeats.LUNAR: LunarInput,
    Repeats.ONCE: OnceInput,
}

#: The fields of one role, each with the number of its row: `name_1`, `least_1` …
ROLE_FIELDS = ("name", "least", "most", "stand_bys", "requires", "tags", "min_age", "max_age")


@cache
def roles_input(rows: int) -> type[Schema]:
    """The schema of so many roles. A row left empty is no role; the most is the least when it is left empty."""
    declared: dict[str, Any] = {}
    for row in range(1, rows + 1):
        declared |= {
            f"name_{row}": Text(longest=60, label=Lazy("岗位名称")),
            f"least_{row}": Whole(least=0, most=10_000, label=Lazy("最少几人")),
            f"most_{row}": Whole(least=1, most=10_000, label=Lazy("最多几人")),
            f"stand_bys_{row}": Whole(least=0, most=100, label=Lazy("候备几人")),
            f"requires_{row}": Many(Choice(QualificationKind, label=Lazy("资质")), most=5, label=Lazy("要有的资质")),
            f"tags_{row}": Text(
                longest=200,
                label=Lazy("只请有这些标签的人"),
                hint=Lazy("比如 老党员、退役军人；几个之间用、隔开，有其中一个就行"),
            ),
            f"min_age_{row}": Whole(least=1, most=120, label=Lazy("最小年龄")),
            f"max_age_{row}": Whole(least=1, most=120, label=Lazy("最大年龄")),
        }
    return RolesInput.from_dict(declared, name=f"RolesInput{rows}")


class RolesInput(Input):
    """The roles of an activity, in numbered rows."""

    @validates_schema
    def check_rows(self, data: dict[str, Any], **_options: Any) -> None:
        """Each role that was begun has a name and a number; names differ; least is not above most."""
        errors: dict[str, list[str]] = {}
        names: set[str] = set()
        for row in range(1, len(self.fields) // len(ROLE_FIELDS) + 1):
            errors |= _row_errors(data, row, names)
        if not names and not errors:
            errors["name_1"] = [_("至少要有一个岗位")]
        if errors:
            raise ValidationError(errors)


def _row_errors(data: dict[str, Any], row: int, names: set[str]) -> dict[str, list[str]]:
    """What is wrong with one row; its name joins `names`."""
    name, least, most = (data.get(f"{field}_{row}") for field in ("name", "least", "most"))
    errors: dict[str, list[str]] = {}
    if not name:
        began = any(data.get(f"{field}_{row}") not in (None, [], "") for field in ROLE_FIELDS)
        return {f"name_{row}": [_("请填写岗位名称")]} if began else {}
    if name in names:
        errors[f"name_{row}"] = [_("这个岗位上面已经有了")]
    names.add(name)
    if least is None and most is None:
        errors[f"least_{row}"] = [_("请填写最少几人")]
    elif least is not None and most is not None and least > most:
        errors[f"most_{row}"] = [_("最多人数不能少于最少人数")]
    elif most is None and least == 0:
        errors[f"most_{row}"] = [_("请填写最多几人")]
    if trouble := tag_trouble(data.get(f"tags_{row}") or ""):
        errors[f"tags_{row}"] = [trouble]
    youngest, oldest = data.get(f"min_age_{row}"), data.get(f"max_age_{row}")
    if youngest is not None and oldest is not None and youngest > oldest:
        errors[f"max_age_{row}"] = [_("最大年龄不能小于最小年龄")]
    return errors
