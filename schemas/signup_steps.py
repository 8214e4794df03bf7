"""What the three screens of a sign-up ask: the place, the person; the code is that of logging in."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Id, LocalDate, Name, Phone, Ticked
from schemas.login import CONSENT, CONSENT_HINT
from service.language import Lazy


class PlaceInput(Input):
    """Which role of the shift."""

    role_id = Id(required=True, widget="radios", label=Lazy("想做什么"))


class PlaceAndMoreInput(PlaceInput):
    """The same from somebody known, with what is missing of her. Pick the fields with `only`."""

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
