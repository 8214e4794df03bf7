"""Why somebody cannot have a place, in words: the same sentences on pages and in the JSON interface."""

from __future__ import annotations

from datetime import date, datetime

from service import wording
from service.language import Lazy, _
from service.signups.rules import Refused
from service.terms import QualificationKind, Refusal

QUALIFICATIONS = {
    QualificationKind.DOCTOR: Lazy("医师执业证"),
    QualificationKind.NURSE: Lazy("护士执业证"),
    QualificationKind.COUNSELLOR: Lazy("心理咨询师证"),
    QualificationKind.TCM: Lazy("中医资格证"),
    QualificationKind.TEACHER: Lazy("教师资格证"),
    QualificationKind.FIRST_AID: Lazy("急救证"),
    QualificationKind.WELDER: Lazy("焊工证"),
    QualificationKind.FOOD_HANDLER: Lazy("健康证"),
    QualificationKind.BACKGROUND_CHECK: Lazy("无犯罪记录证明"),
}
SENTENCES = {
    Refusal.UNKNOWN_ROLE: Lazy("这个班次没有这个岗位。"),
    Refusal.NOT_PUBLISHED: Lazy("活动还没有发布。"),
    Refusal.SHIFT_CANCELLED: Lazy("这个班次已经取消。"),
    Refusal.SHIFT_STARTED: Lazy("这个班次已经开始。"),
    Refusal.SIGN_UP_CLOSED: Lazy("报名已在{closes_at}截止。"),
    Refusal.OVERLAP: Lazy("同一时间您已经有别的班次。"),
    Refusal.REST: Lazy("与“{title}”（{span}）挨得太近，中间要留出休息时间。"),
    Refusal.QUALIFICATION_MISSING: Lazy("这个岗位需要{kind}，还没有您核实过的证件。"),
    Refusal.QUALIFICATION_EXPIRED: Lazy("您的{kind}有效期到{valid_until}，服务当天（{on}）已经过期。"),
    Refusal.TOO_YOUNG: Lazy("这个岗位要年满{min_age}岁，服务当天您{age}岁。"),
    Refusal.TOO_OLD: Lazy("这个岗位限{max_age}岁以下（含），服务当天您{age}岁。"),
    Refusal.AGE_UNKNOWN: Lazy("这个岗位有年龄要求，请先填写出生日期。"),
    Refusal.WEEKLY_HOURS: Lazy("加上这个班次，这一周会超过您自己定的{limit}小时（已有{held}小时）。"),
    Refusal.CONSENT_MISSING: Lazy("还没有您的志愿服务同意书。"),
    Refusal.FULL: Lazy("名额已满，这个活动不设候补。"),
}
OVERLAP_WITH = Lazy("同一时间您已经有“{title}”（{span}）。")


def said(refused: Refused) -> str:
    """The reason as a sentence, with its values filled in."""
    sentence = SENTENCES[refused.reason]
    values = {name: _in_words(value) for name, value in refused.details.items()}
    starts_at, ends_at = refused.details.get("starts_at"), refused.details.get("ends_at")
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime):
        values["span"] = wording.span(starts_at, ends_at)
        sentence = OVERLAP_WITH if refused.reason == Refusal.OVERLAP else sentence
    return _(str.__str__(sentence), **values)


def _in_words(value: str | int | date | datetime) -> str:
    if isinstance(value, datetime):
        return wording.moment(value)
    if isinstance(value, date):
        return wording.day(value)
    if isinstance(value, QualificationKind):
        return str(QUALIFICATIONS[value])
    return str(value)
