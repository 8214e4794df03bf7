"""What administrators type on their pages: who may do what, places, teams, and what they look for in the audit."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Choice, Id, LocalDate, Name, Phone, Text, Ticked
from service.language import Lazy
from service.terms import AreaKind, Role

ROLES = {
    Role.COORDINATOR: Lazy("协调员：发布活动、排班、打电话"),
    Role.ADMIN: Lazy("管理员：协调员能做的都能做，还管地方、队伍、权限和设置"),
}
AREA_KINDS = {
    AreaKind.CITY: Lazy("市"),
    AreaKind.STREET: Lazy("街道"),
    AreaKind.COMMUNITY: Lazy("社区"),
    AreaKind.COURTYARD: Lazy("院落"),
    AreaKind.BUILDING: Lazy("楼"),
    AreaKind.SITE: Lazy("活动地点"),
}


class GrantInput(Input):
    """A role for whoever logs in with this number."""

    phone = Phone(required=True, label=Lazy("手机号"), hint=Lazy("用这个号码登录的人"))
    name = Name(required=True, label=Lazy("姓名"))
    role = Choice(Role, words=ROLES, required=True, label=Lazy("能做什么"))
    area_id = Id(required=True, label=Lazy("管哪里"), hint=Lazy("包括它下面所有的地方"), widget="select")


class PlaceInput(Input):
    """An area, as its administrator changes it. What is left empty is none."""

    name = Text(required=True, shortest=1, longest=80, label=Lazy("名称"))
    landline = Text(
        longest=40,
        load_default=None,
        label=Lazy("值班电话"),
        hint=Lazy("这里和下面的地方，每一页都会写这个电话；不填就用上一级的"),
    )
    landline_hours = Text(
        longest=40, load_default=None, label=Lazy("几点有人接"), hint=Lazy("比如：周一到周五 8:30—17:30")
    )
    address = Text(longest=200, load_default=None, label=Lazy("地址"))
    needs_review = Ticked(
        load_default=False,
        label=Lazy("发布活动前，要别的协调员看一眼"),
        hint=Lazy("这里和下面的地方都这样。自己写的自己不能看"),
    )


class PlaceBelowInput(Input):
    """Another area below one."""

    kind = Choice(AreaKind, words=AREA_KINDS, required=True, label=Lazy("是什么"))
    name = Text(required=True, shortest=1, longest=80, label=Lazy("名称"))


class TeamInput(Input):
    """A team's name and what it does."""

    name = Text(required=True, shortest=2, longest=80, label=Lazy("队名"))
    intro = Text(longest=500, load_default="", label=Lazy("介绍"), widget="textarea")


class TeamEdit(TeamInput):
    """The same with what only holds once it is there."""

    needs_review = Ticked(
        load_default=False, label=Lazy("发布活动前，要别的协调员看一眼"), hint=Lazy("自己写的自己不能看")
    )


class AuditAsked(Input):
    """What is looked for in the audit."""

    by = Text(longest=30, load_default="", label=Lazy("谁做的"))
    about = Text(longest=30, load_default="", label=Lazy("关于谁"), hint=Lazy("姓名，或者拼音开头几个字母"))
    since = LocalDate(load_default=None, label=Lazy("从哪天"))
    until = LocalDate(load_default=None, label=Lazy("到哪天"))
