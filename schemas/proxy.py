"""The phone desk: somebody asks, a coordinator types."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, validates

from schemas import Input
from schemas.fields import Choice, Id, Name, Phone, Text, Ticked, Whole
from schemas.signup_steps import MOST_BESIDE
from service.language import Lazy, _
from service.terms import AskedHow

OLDEST = 1900


class SearchInput(Input):
    """Whom to look for."""

    who = Text(
        required=True,
        shortest=1,
        longest=60,
        label=Lazy("找谁"),
        hint=Lazy("姓名、拼音首字母（比如wxy）或者电话号码"),
    )


class NewPersonInput(Input):
    """Somebody new, in four fields; the community is asked only where there are several."""

    name = Name(required=True, metadata={"autocomplete": "off"})
    phone = Phone(hint=Lazy("没有电话就空着"), metadata={"autocomplete": "off"})
    birth_year = Whole(least=OLDEST, most=2100, label=Lazy("出生年份"), hint=Lazy("比如1954；不肯说就空着"))
    area_id = Id(required=True, label=Lazy("住在哪个社区"), widget="select")
    agreed = Ticked(must=True, label=Lazy("本人口头同意社区为安排服务使用姓名和电话"))

    @validates("birth_year")
    def check_year(self, value: int, **_options: Any) -> None:
        """Nobody is born in the future."""
        if value > date.today().year:  # noqa: DTZ011 (a year too many is all that matters)
            raise ValidationError(_("出生年份不能晚于今年"))


class ForWhichInput(Input):
    """Which place, who asked for it, and how."""

    shift_role_id = Id(required=True, label=Lazy("哪一班"), widget="radios")
    with_adults = Whole(
        least=0, most=MOST_BESIDE, load_default=0, label=Lazy("一起来的大人"), hint=Lazy("一家人一起报才填")
    )
    with_children = Whole(
        least=0, most=MOST_BESIDE, load_default=0, label=Lazy("一起来的孩子（不满18岁）"), hint=Lazy("只问几个人")
    )
    guardian_consents = Ticked(label=Lazy("家长说了：同意孩子参加，全程陪着"))
    asked_how = Choice(AskedHow, required=True, label=Lazy("怎么说的"))
    asked_by = Text(
        required=True,
        shortest=1,
        longest=60,
        label=Lazy("谁说的"),
        hint=Lazy("本人，或者女儿、邻居等"),
    )
