"""What coordinators type on their pages, beside what programs send too."""

from __future__ import annotations

from enum import StrEnum

from schemas import Input
from schemas.fields import Choice, LocalDate, LocalTime, Name, Phone, Text, Ticked, Whole
from service.language import Lazy


class ReleaseInput(Input):
    """Why somebody is let go from a place."""

    reason = Text(required=True, shortest=2, longest=200, label=Lazy("原因"), hint=Lazy("只留在记录里，不会发给本人"))


class MoveInput(Input):
    """Another time for a shift. An end at or before the start is on the next morning."""

    on = LocalDate(required=True, label=Lazy("日期"))
    starts = LocalTime(required=True, label=Lazy("开始"))
    ends = LocalTime(required=True, label=Lazy("结束"), hint=Lazy("比开始早，就是到第二天"))


class WhyPhone(StrEnum):
    """What a telephone number is needed for; kept in the audit."""

    CONFIRM = "confirm"
    CHANGE = "change"
    EMERGENCY = "emergency"


WHY_PHONE = {
    WhyPhone.CONFIRM: Lazy("问能不能来"),
    WhyPhone.CHANGE: Lazy("告诉时间或安排有变"),
    WhyPhone.EMERGENCY: Lazy("活动现场有急事"),
}


class PhoneLook(Input):
    """Why a coordinator looks at a telephone number."""

    why = Choice(WhyPhone, words=WHY_PHONE, required=True, label=Lazy("用途"))


class WordsInput(Input):
    """What volunteers read about an activity, and whom they call."""

    title = Text(required=True, shortest=2, longest=80, label=Lazy("活动名称"))
    summary = Text(longest=1000, load_default="", label=Lazy("做些什么"), hint=Lazy("可不填"), widget="textarea")
    what_to_bring = Text(longest=200, load_default="", label=Lazy("要带什么"), hint=Lazy("可不填"))
    risk_notice = Text(longest=500, load_default="", label=Lazy("安全提醒"), hint=Lazy("可不填"), widget="textarea")
    must_confirm_risk = Ticked(
        label=Lazy("要来的人先确认看过安全提醒"), hint=Lazy("比如夜查、登高、用电的活。改了提醒，会请每个人再确认")
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
    contact_name = Name(required=True, label=Lazy("联系人"), metadata={"autocomplete": "off"})
    contact_phone = Phone(required=True, label=Lazy("联系电话"), metadata={"autocomplete": "off"})
    swaps_need_approval = Ticked(
        label=Lazy("换班要协调员同意"), hint=Lazy("不勾的话，志愿者双方说好就换好了，您会在“换班”里看到")
    )
