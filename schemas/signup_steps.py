"""What the three screens of a sign-up ask: the place, the person; the code is that of logging in."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Id, LocalDate, Name, Phone, Ticked, Whole
from schemas.login import CONSENT, CONSENT_HINT
from service.language import Lazy

#: More than come together in any role.
MOST_BESIDE = 11


def adults() -> Whole:
    """How many adults somebody brings."""
    return Whole(least=0, most=MOST_BESIDE, load_default=0, widget="select", label=Lazy("和您一起来的大人"))


def children() -> Whole:
    """How many children somebody brings. Neither names nor ages are asked for."""
    return Whole(
        least=0,
        most=MOST_BESIDE,
        load_default=0,
        widget="select",
        label=Lazy("一起来的孩子（不满18岁）"),
        hint=Lazy("只问几个人，不问姓名和年龄"),
    )


def guardian() -> Ticked:
    """That the children's guardian agrees, and is with them."""
    return Ticked(label=Lazy("我是孩子的家长，或者受家长托付：同意孩子参加，全程陪着"), hint=Lazy("带孩子来的才要勾"))


class PlaceInput(Input):
    """Which role of the shift."""

    role_id = Id(required=True, widget="radios", label=Lazy("想做什么"))


class PlaceAndMoreInput(PlaceInput):
    """The same with whom she brings, and from somebody known what is missing of her. Pick the fields with `only`."""

    with_adults = adults()
    with_children = children()
    guardian_consents = guardian()
    birth_on = LocalDate(
        widget="date_parts", label=Lazy("出生日期"), hint=Lazy("有的岗位有年龄要求。比如 1956 年 3 月 8 日。")
    )
    consent = Ticked(must=True, label=CONSENT, hint=CONSENT_HINT)


class WhoInput(Input):
    """A newcomer at her first sign-up."""

    name = Name(required=True, label=Lazy("您的姓名"))
    phone = Phone(mobile=True, required=True, hint=Lazy("我们发一条短信，里面有6位数字。"))
    consent = Ticked(must=True, label=CONSENT, hint=CONSENT_HINT)


class WhoWithBirthInput(WhoInput):
    """A newcomer where the role has an age limit."""

    class Meta(WhoInput.Meta):
        fields = ("name", "birth_on", "phone", "consent")

    birth_on = LocalDate(
        required=True,
        widget="date_parts",
        label=Lazy("出生日期"),
        hint=Lazy("这个岗位有年龄要求。比如 1956 年 3 月 8 日。"),
    )
