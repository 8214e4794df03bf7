"""Logging in by a code, and registering who is new."""

from __future__ import annotations

from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.login import CodeInput, PhoneInput, RegisterInput
from service import clock, secrets, wording
from service.accounts.models import Account
from service.language import _
from service.places.queries import communities
from service.terms import ConsentHow
from service.volunteers.actions import register
from service.web import code_step, newcomer, notices, page, visitor, where
from service.web.forms import Form, Option
from service.web.limits import limiter

#: Where to go when nobody said.
HOME = "/me"

pages = Blueprint("login", __name__)


@pages.get("/login")
@visitor.for_anyone
def index(db: Session) -> ResponseReturnValue:
    """Ask for the phone number. `next` is where to go afterwards."""
    goal = page.local_path(request.args.get("next", ""), otherwise=session.get("next", HOME))
    if visitor.current(db):
        return page.see_other(goal)
    session["next"] = goal
    return _ask_phone(db, Form.blank(PhoneInput(), given={"phone": wording.phone(session.get("phone", ""))}))


@pages.post("/login")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def send(db: Session) -> ResponseReturnValue:
    """Send a code to the number."""
    form = Form.posted(PhoneInput())
    if form.has_errors or not code_step.send(db, form, phone=form.loaded["phone"], now=clock.now(db)):
        return _ask_phone(db, form)
    session["phone"] = form.loaded["phone"]
    return page.see_other(url_for("login.code"))


@pages.get("/login/code")
@visitor.for_anyone
def code(db: Session) -> ResponseReturnValue:
    """Ask for the digits."""
    return _ask_code(db, Form.blank(CodeInput())) if "phone" in session else _ask_anew()


@pages.post("/login/code/again")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def code_again(db: Session) -> ResponseReturnValue:
    """No message came: send another."""
    if "phone" not in session:
        return _ask_anew()
    code_step.send_again(db, phone=session["phone"], now=clock.now(db))
    return page.see_other(url_for("login.code"))


@pages.post("/login/code")
@limiter.limit("20/minute")
@visitor.for_anyone
def check(db: Session) -> ResponseReturnValue:
    """Let her in, or say that the digits are wrong."""
    if "phone" not in session:
        return _ask_anew()
    form = code_step.check(db, phone=session["phone"], now=clock.now(db))
    if form.has_errors:
        return _ask_code(db, form)
    account = code_step.log_in(db, phone=session["phone"])
    if account.volunteer_id is None and not account.grants:
        return page.see_other(url_for("login.register_form"))
    return page.see_other(session.pop("next", HOME))


@pages.get("/register")
@visitor.for_anyone
def register_form(db: Session) -> ResponseReturnValue:
    """Ask a new person for her name and community."""
    who = visitor.current(db)
    if who is None or who.volunteer_id is not None:
        return page.see_other(url_for("login.index"))
    return _ask_name(db, Form.blank(RegisterInput(), options=_areas(db)))


@pages.post("/register")
@visitor.for_anyone
def register_new(db: Session) -> ResponseReturnValue:
    """Register her with the number she has just proved to hold."""
    who = visitor.current(db)
    if who is None or who.volunteer_id is not None:
        return page.see_other(url_for("login.index"))
    options = _areas(db)
    form = Form.posted(RegisterInput(), options=options)
    if form.is_valid and str(form.loaded["area_id"]) not in {option.value for option in options["area_id"]}:
        form.refuse(_("请选择您住的社区"), at="area_id")
    if form.has_errors:
        return _ask_name(db, form)
    account = db.get_one(Account, who.account_id)
    volunteer = register(
        db,
        area_id=form.loaded["area_id"],
        name=form.loaded["name"],
        phone=secrets.unseal(account.phone_sealed),
        how=ConsentHow.WEB,
        purposes=newcomer.TICKED,
        now=clock.now(db),
    )
    account.volunteer_id, account.name = volunteer.id, volunteer.name
    notices.notify(_("登记好了，欢迎您。"))
    return page.see_other(session.pop("next", HOME))


@pages.post("/logout")
@visitor.for_anyone
def out(_db: Session) -> ResponseReturnValue:
    """Leave."""
    visitor.sign_out()
    notices.notify(_("您已退出登录。"))
    return page.see_other(url_for("home.index"))


def _ask_phone(db: Session, form: Form) -> ResponseReturnValue:
    where.show_own_landline(db)
    return page.render("login/phone.html", title=_("登录"), form=form)


def _ask_code(db: Session, form: Form) -> ResponseReturnValue:
    where.show_own_landline(db)
    sent_to = wording.masked_phone(session["phone"])
    return page.render("login/code.html", title=_("填写验证码"), form=form, sent_to=sent_to)


def _ask_name(db: Session, form: Form) -> ResponseReturnValue:
    where.show_own_landline(db)
    return page.render("login/register.html", title=_("先认识一下您"), form=form)


def _ask_anew() -> ResponseReturnValue:
    """The browser has forgotten the number: back one screen, and say why."""
    notices.notify(_("浏览器没有记住手机号，请再填一次。"))
    return page.see_other(url_for("login.index"))


def _areas(db: Session) -> dict[str, list[Option]]:
    return {"area_id": [Option(value=str(area.id), text=area.name) for area in communities(db)]}
