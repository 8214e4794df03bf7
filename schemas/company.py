"""Who serves with whom: what an activity asks of those on duty together, and bonds between two people."""

from __future__ import annotations

from marshmallow import fields

from schemas import Input
from schemas.fields import Choice, Id, LocalDateTime, Many, Text, Ticked, Whole
from schemas.shown import Shown, one_of
from service.language import Lazy
from service.terms import BondKind

KINDS = {
    BondKind.TOGETHER: Lazy("要一起来：来就一起来，不分开排"),
    BondKind.RELIEF: Lazy("轮着来：家里要留一个人，不同时排"),
    BondKind.APART: Lazy("不排在一起"),
}


class CompanyInput(Input):
    """What is asked of those who serve in one shift."""

    children = Whole(
        least=0,
        most=500,
        load_default=0,
        label=Lazy("每次有几个孩子"),
        hint=Lazy("有孩子的，至少两位大人在场。登记了孩子的活动按登记的人数算，这里可以填0"),
    )
    per_adult = Whole(least=0, most=100, load_default=0, label=Lazy("一位大人最多带几个孩子"), hint=Lazy("不限就填0"))
    pairs_newcomers = Ticked(label=Lazy("新来的要有人带"), hint=Lazy("第一次来的，和来过三次以上的排在一班"))
    held_together = Ticked(
        label=Lazy("几个岗位要齐才办"), hint=Lazy("比如1支医疗队加几项服务：有一个岗位凑不够，就都不排，等凑齐")
    )
    most_faces = Whole(
        least=0,
        most=50,
        load_default=0,
        label=Lazy("一户人家最多见几张面孔"),
        hint=Lazy("上门看望的，排班时尽量总是那几个人。不限就填0"),
    )


class CrewInput(Input):
    """The other activities that are held together with one: none, and it is held by itself."""

    activity_ids = Many(
        Id(label=Lazy("活动")),
        load_default=list,
        most=50,
        label=Lazy("哪些活动和它同组"),
        hint=Lazy("比如1支医疗队加几项服务：同一天里有一项凑不够最少人数，同组的就都不排，等凑齐"),
    )


class BondInput(Input):
    """Another person, and what the two are to each other."""

    other_id = Id(required=True, label=Lazy("和谁"), widget="select")
    kind = Choice(BondKind, words=KINDS, required=True, label=Lazy("怎么排"))
    note = Text(longest=200, load_default="", label=Lazy("为什么"), hint=Lazy("只有工作人员看得到。可不填"))


class CompanyShown(Shown):
    """What is asked of those who serve in one shift."""

    children = fields.Integer(required=True, metadata={"description": "As typed: counts while none are enrolled."})
    enrolled = fields.Integer(required=True, metadata={"description": "Children cared for in it now."})
    per_adult = fields.Integer(required=True)
    pairs_newcomers = fields.Boolean(required=True)
    held_together = fields.Boolean(required=True)
    most_faces = fields.Integer(required=True)


class CrewShown(Shown):
    """The other activities that are held together with one."""

    activity_ids = fields.List(fields.Integer(), required=True)


class BondShown(Shown):
    """What two people are to each other, the lower id first."""

    id = fields.Integer(required=True)
    person_id = fields.Integer(required=True)
    other_id = fields.Integer(required=True)
    kind = one_of(BondKind, required=True)
    note = fields.String(required=True)
    noted_by = fields.Integer(required=True, metadata={"description": "Account."})
    noted_at = LocalDateTime(required=True)


class BondsShown(Shown):
    """The bonds of one person."""

    items = fields.List(fields.Nested(BondShown), required=True)
