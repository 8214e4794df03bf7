"""What a person types to log in and to be registered: as little as can be."""

from __future__ import annotations

from schemas import Input
from schemas.fields import Code, Id, Name, Phone, Ticked
from service.language import Lazy

#: Said before anything is stored (PIPL art. 17): who, what for, how long, how to take it back.
CONSENT = Lazy("我同意社区用我的姓名和手机号安排志愿服务、发送提醒")
CONSENT_HINT = Lazy("只给负责的社区工作人员看，不公开，不另作他用。随时可以在“我的资料”里或者打电话收回。")


class PhoneInput(Input):
    """The number a code is sent to."""

    phone = Phone(mobile=True, required=True, hint=Lazy("我们发一条短信，里面有6位数字。"))


class CodeInput(Input):
    """The digits of the message."""

    code = Code(required=True, label=Lazy("验证码"))


class RegisterInput(Input):
    """Somebody who logged in without being registered: her name and community, and her consent."""

    name = Name(required=True, label=Lazy("您的姓名"))
    area_id = Id(required=True, widget="select", label=Lazy("您住的社区"))
    consent = Ticked(must=True, label=CONSENT, hint=CONSENT_HINT)
