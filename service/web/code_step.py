"""The six digits, as a step of logging in and of signing up: sent, asked for, checked."""

from __future__ import annotations

from datetime import datetime

from flask import session
from sqlalchemy.orm import Session

from schemas.login import CodeInput
from service import wording
from service.accounts.actions import TooManyCodes, WrongCode, check_code, digits, open_account, request_code
from service.accounts.models import Account
from service.demo import shows_code
from service.language import _
from service.volunteers.queries import by_phone
from service.web import notices, visitor
from service.web.forms import Form


def send(db: Session, form: Form, *, phone: str, now: datetime) -> bool:
    """Have a code sent; False, with the reason on the form, when it is too soon for another."""
    try:
        sent = request_code(db, phone=phone, now=now)
    except TooManyCodes as refused:
        form.refuse(_("验证码发得太勤了，请{at}以后再试，或者打电话请社区代办", at=wording.clock(refused.retry_at)))
        return False
    session["phone"] = phone
    if shows_code(phone):
        notices.notify(_("这是试用：不发短信，验证码是 {code}。", code=digits(sent)))
    return True


def check(db: Session, *, now: datetime) -> Form:
    """The posted digits against those that were sent to the number in the session. A wrong try is counted."""
    form = Form.posted(CodeInput())
    if form.is_valid:
        try:
            check_code(db, phone=session["phone"], typed=form.loaded["code"], now=now)
        except WrongCode:
            form.refuse(_("这6位数字不对，或者已经过期。请再看一眼短信，也可以重新获取"), at="code")
    return form


def log_in(db: Session) -> Account:
    """Sign in whoever answered the code: her account is made at the first time."""
    phone = session["phone"]
    known = by_phone(db, phone)
    account = open_account(db, phone=phone, name=known.name if known else wording.masked_phone(phone))
    visitor.sign_in(account)
    return account
