"""SMS (短信): the port. A driver is a vendor, or the console; SMS_DRIVER names it.

Vendors here send only what they approved beforehand: a template with variables, under an approved signature. So what
goes out is not our text but the template of its kind, filled in (template.py). What has no template, or does not
fit into it, fails for good over this channel, and the next one takes over.
"""

from __future__ import annotations

import re
from types import ModuleType

from service.notifications.channels import ChannelError, Message
from service.notifications.channels.sms import aliyun, console, tencent
from service.notifications.channels.sms.template import DoesNotFit, Filled, fill, templates
from service.settings import settings

REPEATS_SAFELY = False
DRIVERS: dict[str, ModuleType] = {"aliyun": aliyun, "tencent": tencent, "console": console}
#: A mainland mobile number (E.164). Landlines get no text messages.
MOBILE = re.compile(r"\+861[3-9]\d{9}")


def send(message: Message) -> str | None:
    """Hand it to the vendor; its name for it. Raises ChannelError."""
    number = message.to.phone
    if number is None or not MOBILE.fullmatch(number):
        raise ChannelError("no mobile number of the mainland", permanent=True)
    driver = settings().sms_driver
    if not driver:
        raise ChannelError("SMS_DRIVER is not set", permanent=True)
    sent: str | None = DRIVERS[driver].send(number, filled(message), key=message.key)
    return sent


def filled(message: Message) -> Filled:
    """The approved template of this kind with this message's values. Raises ChannelError when there is none, or none
    that can say it."""
    try:
        return fill(message.kind, message.text, templates=templates(), longest=DRIVERS[settings().sms_driver].LONGEST)
    except DoesNotFit as error:
        raise ChannelError(str(error), permanent=True) from error
