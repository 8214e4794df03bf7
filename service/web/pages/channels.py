"""/ad/channels: the ways out of the house. What is set up, how it did lately, and a message to oneself to try it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from service.accounts.rules import CODES_AN_HOUR
from service.language import Lazy, _, code
from service.notifications import calls, groups, slips, tallies, trial
from service.notifications.channels.pace import SPACING
from service.notifications.channels.sms.template import templates
from service.notifications.models import ChatGroup
from service.notifications.tallies import Tally
from service.notifications.trial import Trial
from service.places.models import Area
from service.places.queries import helpline
from service.settings import SettingsError, settings
from service.terms import Channel, NotificationKind
from service.web import notices, page, told
from service.web.desk import Desk, at_office, found
from service.web.limits import limiter

pages = Blueprint("channels", __name__, url_prefix="/ad/channels")

LATELY = timedelta(days=1)
#: What stands in for a real channel: nothing leaves the house.
STAND_INS = (Channel.CONSOLE, Channel.FILE)
BOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
#: Over these, somebody can send a message to herself.
TO_HERSELF = (Channel.SMS, Channel.EMAIL, *STAND_INS)
VENDORS = {"aliyun": Lazy("阿里云"), "tencent": Lazy("腾讯云"), "console": Lazy("只显示在服务器屏幕上（试用）")}
#: What our own channels say, in words.
SAID = {
    "no e-mail address": Lazy("您没有登记电子邮件地址"),
    "no mobile number of the mainland": Lazy("您的号码不是大陆的手机号，收不到短信"),
    "SMTP_URL is not set": Lazy("邮件服务器没有设置"),
    "SMS_DRIVER is not set": Lazy("短信服务商没有设置"),
}
NO_TEMPLATE = re.compile(r"SMS_TEMPLATES has no \w+")
#: An address, a number or a token in what a server answered is nobody's business here.
PRIVATE = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\d{7,}|[\w-]{32,}")


@dataclass(frozen=True, slots=True)
class Way:
    """One channel as the page shows it. `state`: (words, tone)."""

    channel: Channel
    name: str
    state: tuple[str, str]
    facts: tuple[str, ...]
    tally: Tally | None
    can_try: bool


@pages.get("")
@at_office
def index(desk: Desk) -> ResponseReturnValue:
    """Every channel, the last errors, the groups."""
    lately = tallies.tallies(desk.db, scope_ids=desk.scope_ids, since=desk.now - LATELY)
    own = groups.listed(desk.db, scope_ids=desk.scope_ids)
    return page.render(
        "channels/index.html",
        title=_("通知的渠道"),
        ways=[_way(desk, channel, own, lately.get(channel)) for channel in Channel],
        groups=own,
        names=told.CHANNELS,
        silent={group.id: group.next_at for group in tallies.silenced(desk.db, scope_ids=desk.scope_ids)},
        troubles=[
            (told.CHANNELS[Channel(channel)], at, without_secrets(error), is_permanent)
            for channel, at, error, is_permanent in tallies.troubles(desk.db, scope_ids=desk.scope_ids)
        ],
    )


@pages.post("/<any(sms, email, console, file):channel>/trial")
@limiter.limit("6/minute")
@at_office
def send(desk: Desk, channel: str) -> ResponseReturnValue:
    """A reminder of a shift that does not exist, to whoever asks."""
    to = trial.herself(desk.db, desk.account_id, language=code())
    made = trial.send_trial(
        desk.db, channel=Channel(channel), kind=NotificationKind.REMINDER, to=to, by=sender(desk), now=desk.now
    )
    _tell(made)
    return page.see_other(url_for("channels.index"))


@pages.post("/groups/<int:group_id>/trial")
@limiter.limit("6/minute")
@at_office
def send_to_group(desk: Desk, group_id: int) -> ResponseReturnValue:
    """One line in a group, which says that it is a trial."""
    group = found(groups.in_scope(desk.db, group_id, scope_ids=desk.scope_ids))
    if group.closed_at is not None:
        abort(404)
    to, channel = trial.a_group(group), Channel(group.channel)
    made = trial.send_trial(
        desk.db, channel=channel, kind=NotificationKind.GROUP_GAP, to=to, by=sender(desk), now=desk.now
    )
    _tell(made)
    return page.see_other(url_for("channels.index"))


def sender(desk: Desk) -> trial.Sender:
    """In whose name she tries: the first area she administers."""
    area = desk.db.get_one(Area, desk.scope_ids[0])
    line = helpline(desk.db, area) or (area.name, settings().help_phone)
    return trial.Sender(account_id=desk.account_id, area_id=area.id, community=area.name, landline=line[1])


def _tell(made: Trial) -> None:
    """What came of it, in words: at the top of the next page."""
    notices.notify(outcome(made))


def outcome(made: Trial) -> str:
    """One sentence: it left the house, or why it did not and what to do about it."""
    name = told.CHANNELS[made.channel]
    if made.is_sent:
        if made.channel in STAND_INS:
            return _("{name}：好了。这是试用的办法，没有真的发出去。", name=name)
        return _("{name}：发出去了。请看看收到没有，没收到就是服务商那边没有送到。", name=name)
    if not made.error and made.wait is not None:
        return _("{name}：刚说过话，请{n}秒以后再试。", name=name, n=max(1, round(made.wait.total_seconds())))
    why = reason(made.error)
    if made.is_permanent:
        return _("{name}：没有发成，原因是{why}。不改好的话，再试也一样。", name=name, why=why)
    return _("{name}：这一次没有发成，原因是{why}。过一会儿再试。", name=name, why=why)


def reason(error: str) -> str:
    """What a channel said, in words where it is one of ours; else as the server said it, without what is private."""
    if error in SAID:
        return str(SAID[error])
    if NO_TEMPLATE.fullmatch(error):
        return _("短信服务商批准的模板里没有这一类消息")
    return without_secrets(error)


def without_secrets(error: str) -> str:
    """An error without addresses, numbers and tokens."""
    return PRIVATE.sub("…", error)[:200]


def _way(desk: Desk, channel: Channel, own: Sequence[ChatGroup], tally: Tally | None) -> Way:
    state, facts = _state(desk, channel, own)
    return Way(
        channel=channel,
        name=str(told.CHANNELS[channel]),
        state=state,
        facts=tuple(facts),
        tally=tally,
        can_try=channel in TO_HERSELF and state[1] != "plain",
    )


def _state(desk: Desk, channel: Channel, own: Sequence[ChatGroup]) -> tuple[tuple[str, str], list[str]]:
    """Whether it is set up, (words, tone); and what is to be known of it."""
    if channel in BOTS:
        return _bots(channel, own)
    if channel in STAND_INS:
        return _stand_in(channel)
    if channel in (Channel.SMS, Channel.EMAIL):
        return _sms() if channel == Channel.SMS else _email()
    if channel == Channel.CALL_LIST:
        fact = _("等人打的电话{n}个。", n=calls.count(desk.db, scope_ids=desk.scope_ids))
    elif channel == Channel.SLIP:
        fact = _("等人印的纸条{n}张。", n=len(slips.waiting(desk.db, scope_ids=desk.scope_ids, now=desk.now)))
    else:
        fact = _("本人登录以后自己看。")
    return (_("总是有"), "good"), [fact]


def _stand_in(channel: Channel) -> tuple[tuple[str, str], list[str]]:
    if channel != settings().default_channel:
        return (_("没有用"), "plain"), []
    return (_("正在用，只是试用"), "wait"), [_("没有真的发出去。换成短信或者邮件，请看“设置”。")]


def _sms() -> tuple[tuple[str, str], list[str]]:
    driver = settings().sms_driver
    if not driver:
        return (_("没有设置"), "plain"), []
    facts = [
        _("服务商：{vendor}。签名：【{sign}】。", vendor=VENDORS[driver], sign=settings().sms_sign),
        _("同一个号码，验证码一分钟最多一条，一小时最多{n}条。", n=CODES_AN_HOUR),
    ]
    try:
        facts.append(_("批准的模板{n}个。", n=len(templates())))
    except SettingsError:
        return (_("模板文件读不出来"), "bad"), facts
    return (_("已设置"), "good"), facts


def _email() -> tuple[tuple[str, str], list[str]]:
    if not settings().smtp_url:
        return (_("没有设置"), "plain"), []
    return (_("已设置"), "good"), [_("发件人：{address}。", address=settings().mail_from)]


def _bots(channel: Channel, own: Sequence[ChatGroup]) -> tuple[tuple[str, str], list[str]]:
    connected = sum(group.channel == channel for group in own)
    pace = _("每{n}秒最多说一句，免得被服务商禁言。", n=f"{SPACING[channel].total_seconds():g}")
    if not connected:
        return (_("没有接上的群"), "plain"), [pace]
    return (_("接了{n}个群", n=connected), "good"), [pace]
