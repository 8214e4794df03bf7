"""How long things are kept, in words: for administrators who choose it, and for those of whom it is kept."""

from __future__ import annotations

from service.language import Lazy, _, counted
from service.terms import Kept

#: What happens when the time of each kind is over.
AFTERWARDS = {
    Kept.LOGIN_CODES: Lazy("过了就删。谁什么时候登录过，不留。"),
    Kept.MESSAGES: Lazy("过了只留：什么时候、用什么办法告诉过谁。"),
    Kept.REMARKS: Lazy("从那一班结束算起。过了只留报没报名、来没来。"),
    Kept.PUPILS: Lazy("从最后一次活动算起。过了删掉孩子和家长的姓名、电话。"),
    Kept.IDLE: Lazy("没有报名、没有班、没有看过消息，也不在队里。过了记成不再来，随时可以再来。"),
    Kept.CONTACTS: Lazy("从不再来算起。过了就联系不到本人了，姓名和做过的服务还在。"),
    Kept.NAMES: Lazy("从不再来算起。志愿服务记录要留十年以上（GB/T 40143）。过了只留做过什么，不留是谁。"),
    Kept.AUDIT: Lazy("网络安全法要求至少留六个月。过了就删。"),
}
YEAR = 365


def spell(days: int) -> str:
    """So many days as people say it: whole years as years."""
    if days % YEAR == 0:
        return counted("{n}年", "{n}年", days // YEAR)
    return counted("{n}天", "{n}天", days)


#: What a person reads about herself, in the order of the page.
OF_HER = (
    (Kept.MESSAGES, Lazy("发给您的消息的内容：{time}。")),
    (Kept.REMARKS, Lazy("您报名、退出时写的话：班结束以后{time}。")),
    (Kept.CONTACTS, Lazy("您不再来以后，手机号和生日：{time}。")),
    (Kept.NAMES, Lazy("您不再来以后，姓名和服务记录：{time}。国家标准要留这么久。")),
    (Kept.PUPILS, Lazy("孩子的信息：活动停了以后{time}。")),
    (Kept.LOGIN_CODES, Lazy("登录用的验证码：{time}。")),
    (Kept.AUDIT, Lazy("谁看过、改过您的资料：{time}。")),
)


def promised(days: dict[Kept, int]) -> list[str]:
    """How long what is kept of a person stays, a sentence each."""
    return [_(words, time=spell(days[kind])) for kind, words in OF_HER]
