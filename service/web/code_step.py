"""The six digits, as a step of logging in and of signing up: sent, asked for, checked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from schemas.login import CodeInput
from service import wording
from service.accounts import actions as accounts
from service.accounts.actions import TooManyCodes, WrongCode
from service.accounts.models import Account
from service.accounts.queries import by_phone as account_of
from service.demo import shows_code
from service.language import _
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone
from service.web import notices, reader, visitor
from service.web.forms import Form


def send(db: Session, form: Form, *, phone: str, now: datetime) -> bool:
    """Have a code sent. False, with the reason on the form, when it is too soon for another and none is good.

    Whoever went back to mend her name goes on with the code she has.
    """
    try:
        code = accounts.request_code(db, phone=phone, now=now)
    except TooManyCodes as refused:
        underway = accounts.code_underway(db, phone=phone, now=now)
        if underway is None:
            form.refuse(_too_many(refused))
            return False
        code = underway
        notices.notify(_("刚才发的验证码还能用，请看那条短信。"))
    if shows_code(phone):
        notices.notify(_("这是试用：不发短信，验证码是 {code}。", code=accounts.digits(code)))
    return True


def send_again(db: Session, *, phone: str, now: datetime) -> None:
    """Have a new code sent to somebody who says none came, or tell her from when."""
    try:
        code = accounts.request_code(db, phone=phone, now=now)
    except TooManyCodes as refused:
        notices.notify(_too_many(refused))
        return
    notices.notify(_("又发了一条短信，请用新的6位数字。"))
    if shows_code(phone):
        notices.notify(_("这是试用：不发短信，验证码是 {code}。", code=accounts.digits(code)))


def check(db: Session, *, phone: str, now: datetime) -> Form:
    """The posted digits against those sent to `phone`. A wrong try is counted."""
    form = Form.posted(CodeInput())
    if form.is_valid and not _is_right(db, phone=phone, typed=form.loaded["code"], now=now):
        form.refuse(_("这6位数字不对，或者已经过期。请再看一眼短信，也可以重新获取"), at="code")
    account = account_of(db, phone) if form.is_valid else None
    if account is not None and account.disabled_at is not None:
        form.refuse(_("这个手机号的账号停用了，请打本页下方的电话问社区"))
    return form


def log_in(db: Session, *, phone: str) -> Account:
    """Sign in whoever answered the code sent to `phone`: her account is made at the first time."""
    known = by_phone(db, phone)
    name = known.name if known else wording.masked_phone(phone)
    account = accounts.open_account(db, phone=phone, name=name)
    visitor.sign_in(account)
    if account.volunteer_id is not None and not reader.reads_already("size"):
        reader.read_as(size=db.get_one(Volunteer, account.volunteer_id).text_size)
    return account


def _is_right(db: Session, *, phone: str, typed: str, now: datetime) -> bool:
    try:
        accounts.check_code(db, phone=phone, typed=typed, now=now)
    except WrongCode:
        return accounts.was_just_right(db, phone=phone, typed=typed, now=now)
    return True


def _too_many(refused: TooManyCodes) -> str:
    """When another code may be asked for, as a clock shows it: not before the minute is over."""
    at = wording.clock(refused.retry_at + timedelta(seconds=59))
    return _("验证码发得太勤了，请{at}以后再试，或者打电话请社区代办", at=at)
