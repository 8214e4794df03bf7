"""What became of a message, in one sentence: why somebody got it, will get it, or did not get it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service import wording
from service.language import Lazy, _
from service.notifications.fates import Fate
from service.notifications.models import Notification, Slip
from service.reminders.models import Reminder
from service.terms import CallOutcome, Channel, NotificationKind, NotificationState, ReminderState, UnsentReason

KINDS = {
    NotificationKind.LOGIN_CODE: Lazy("验证码"),
    NotificationKind.SIGN_UP_RECEIVED: Lazy("收到报名"),
    NotificationKind.SIGN_UP_CONFIRMED: Lazy("报名成功"),
    NotificationKind.SIGN_UP_WAITLISTED: Lazy("进入候补"),
    NotificationKind.SIGN_UP_WITHDRAWN: Lazy("已退出"),
    NotificationKind.SIGN_UP_DECLINED: Lazy("没有排上"),
    NotificationKind.STANDING_BY: Lazy("您是候备了"),
    NotificationKind.PLACE_OFFERED: Lazy("请您回复能不能来"),
    NotificationKind.OFFER_CALL: Lazy("打电话问能不能来"),
    NotificationKind.PLACE_RELEASED: Lazy("不用来了"),
    NotificationKind.SHIFT_CANCELLED: Lazy("这一班取消了"),
    NotificationKind.SHIFT_MOVED: Lazy("这一班改了时间"),
    NotificationKind.REMINDER: Lazy("提醒"),
    NotificationKind.SUBSTITUTE_WANTED: Lazy("想请您顶个班"),
    NotificationKind.SUBSTITUTE_CALL: Lazy("打电话请顶班"),
    NotificationKind.PLACE_FREE: Lazy("有空位了"),
    NotificationKind.SWAP_WANTED: Lazy("想请您替一班"),
    NotificationKind.SWAP_DONE: Lazy("换好班了"),
    NotificationKind.SWAP_OFF: Lazy("没有换成"),
    NotificationKind.SWAP_TO_APPROVE: Lazy("有人换班，请您定"),
    NotificationKind.GAP_OPENED: Lazy("还缺人"),
    NotificationKind.TEAM_GAP: Lazy("队里还缺人"),
    NotificationKind.GROUP_GAP: Lazy("还缺人"),
    NotificationKind.GROUP_FREE_PLACE: Lazy("有空位了"),
    NotificationKind.SHIFT_AT_RISK: Lazy("这次可能办不成"),
    NotificationKind.SHIFT_GOES_AHEAD: Lazy("这次照常"),
    NotificationKind.RISK_CHANGED: Lazy("安全提醒改了"),
    NotificationKind.SHIFT_TOO_HOT: Lazy("太热了，请不要去"),
    NotificationKind.SHIFT_HEAT_OVER: Lazy("不那么热了，照常"),
    NotificationKind.NOT_THERE: Lazy("有人还没到"),
    NotificationKind.COURSE_PLACE: Lazy("课程轮到您了"),
    NotificationKind.COURSE_DAY: Lazy("上课提醒"),
    NotificationKind.WEEKLY_DIGEST: Lazy("一周安排"),
    NotificationKind.CO_HOST_ASKED: Lazy("请你们一起办活动"),
    NotificationKind.CO_HOST_ANSWERED: Lazy("合办的答复"),
    NotificationKind.APPOINTMENT_BOOKED: Lazy("约好了时间"),
    NotificationKind.APPOINTMENT_MOVED: Lazy("约的时间改了"),
    NotificationKind.APPOINTMENT_OFF: Lazy("约的时间取消了"),
}
CHANNELS = {
    Channel.CONSOLE: Lazy("显示在服务器屏幕上（试用）"),
    Channel.FILE: Lazy("存成文件（试用）"),
    Channel.SMS: Lazy("短信"),
    Channel.EMAIL: Lazy("电子邮件"),
    Channel.CALL_LIST: Lazy("电话"),
    Channel.SLIP: Lazy("印成纸条送来"),
    Channel.INBOX: Lazy("放在“我的消息”里"),
    Channel.WECOM: Lazy("企业微信群"),
    Channel.DINGTALK: Lazy("钉钉群"),
    Channel.FEISHU: Lazy("飞书群"),
}
#: What is not sent anywhere. Two stand in for a text message: nobody should think that something arrived.
KEPT_HERE = {
    Channel.CONSOLE: Lazy("{moment}显示在服务器屏幕上，没有真的发出去。"),
    Channel.FILE: Lazy("{moment}存成了文件，没有真的发出去。"),
    Channel.INBOX: Lazy("{moment}放进了“我的消息”。"),
}
REASONS = {
    UnsentReason.CANCELLED: Lazy("这一班取消了"),
    UnsentReason.NOT_HOLDING: Lazy("那时候已经不在这一班上"),
    UnsentReason.QUIET_HOURS: Lazy("夜里不打扰，等到早上又来不及了"),
    UnsentReason.TOO_LATE: Lazy("要发的时候已经晚了"),
    UnsentReason.ALREADY_TOLD: Lazy("同一天已经说过"),
    UnsentReason.SUPERSEDED: Lazy("情况后来变了，用不着发了"),
    UnsentReason.NO_CONSENT: Lazy("本人不要提醒"),
    UnsentReason.NO_CHANNEL: Lazy("没有办法联系到本人"),
    UnsentReason.FAILED: Lazy("各种办法都试过，没有发成"),
    UnsentReason.UNWANTED: Lazy("本人不要这类消息"),
    UnsentReason.EMPTY: Lazy("这一周没什么要说的"),
    UnsentReason.PAUSED: Lazy("这个活动的提醒暂停着"),
}
#: What came of a call that says itself what she answered.
ANSWERED = (CallOutcome.YES, CallOutcome.NO)
CALLED = {
    CallOutcome.OPEN: Lazy("在电话名单上，还没有打"),
    CallOutcome.YES: Lazy("打了电话，说能来"),
    CallOutcome.NO: Lazy("打了电话，说来不了"),
    CallOutcome.TOLD: Lazy("打电话告诉了"),
    CallOutcome.NO_ANSWER: Lazy("打了电话，没有接"),
    CallOutcome.LATER: Lazy("打了电话，稍后再打"),
    CallOutcome.NOT_NEEDED: Lazy("不用再打电话了"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line: what it is, when, and what became of it. `tone`: good, wait or plain."""

    what: str
    when: datetime
    sentence: str
    tone: str


def of_message(message: Notification, fate: Fate) -> Told:
    """A message, with what became of it once it was sent."""
    when = message.settled_at or message.send_at
    what = str(KINDS[message.kind])
    if message.state == NotificationState.UNSENT and message.unsent_reason is not None:
        return Told(what, when, _("没有发：{reason}。", reason=REASONS[message.unsent_reason]), "plain")
    if message.state == NotificationState.PLANNED:
        sentence = _("还没有发，{moment}发。", moment=wording.moment(message.send_at))
        return Told(what, message.send_at, sentence, "wait")
    if fate.call is not None:
        said = _("{outcome}。", outcome=CALLED[fate.call.outcome])
        is_over = fate.call.called_by is not None or fate.answer is not None
        return Told(what, when, said if fate.call.outcome in ANSWERED else _said(said, _answer(fate)), _tone(is_over))
    if fate.slip is not None:
        return Told(what, when, _said(_paper(fate.slip), _answer(fate)), _tone(fate.slip.printed_at is not None))
    sent = _sent(message.channel or Channel.CONSOLE, wording.moment(when))
    if message.channel == Channel.SMS and fate.delivered_at is not None:
        sent = _said(sent, _("{moment}手机收到了。", moment=wording.moment(fate.delivered_at)))
    seen = _("{moment}看过。", moment=wording.moment(message.seen_at)) if message.seen_at else ""
    return Told(what, when, _said(_said(sent, seen), _answer(fate)), "good")


def _answer(fate: Fate) -> str:
    if fate.answer is None:
        return ""
    moment = wording.moment(fate.answer.at)
    return _("{moment}答复能来。", moment=moment) if fate.answer.is_yes else _("{moment}答复来不了。", moment=moment)


def _said(first: str, then: str) -> str:
    """Two sentences, one after the other, as the language has it."""
    return _("{first}{then}", first=first, then=then)


def _tone(is_over: bool) -> str:
    return "good" if is_over else "wait"


def _paper(slip: Slip) -> str:
    if slip.printed_at is None:
        return _("在要印的纸条里，还没有印。")
    return _("{moment}印成了纸条，由人送去。", moment=wording.moment(slip.printed_at))


def _sent(channel: Channel, moment: str) -> str:
    if channel in KEPT_HERE:
        return KEPT_HERE[channel].format(moment=moment)
    return _("{moment}用{channel}发了。", moment=moment, channel=CHANNELS[channel])


def of_reminder(reminder: Reminder) -> Told:
    """A reminder that has become no message, or not yet."""
    what = str(KINDS[NotificationKind.REMINDER])
    if reminder.state == ReminderState.UNSENT and reminder.unsent_reason is not None:
        sentence = _("没有提醒：{reason}。", reason=REASONS[reminder.unsent_reason])
        return Told(what, reminder.due_at, sentence, "plain")
    sentence = _("{moment}提醒。", moment=wording.moment(reminder.due_at))
    return Told(what, reminder.due_at, sentence, "wait")
