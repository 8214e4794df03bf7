"""Signing up in three screens: the place, the person, the code.

What was chosen waits in the session, so that each screen has its own address and works without JavaScript.
Somebody logged in needs only the first screen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas import Input
from schemas.login import CodeInput
from schemas.signup_steps import PlaceInput, WhoInput, WhoWithBirthInput
from service import clock, wording
from service.activities.models import Shift
from service.language import _
from service.places.models import Area
from service.signups.actions import SignUpRefused, sign_up
from service.terms import ConsentHow, SignUpVia
from service.volunteers.actions import register
from service.volunteers.queries import by_phone
from service.web import code_step, page, visitor, words
from service.web.forms import Form, Option
from service.web.limits import limiter
from service.web.pages.signups import shift_or_404

pages = Blueprint("signup", __name__)


@pages.get("/signup/<int:shift_id>")
@visitor.for_anyone
def start(db: Session, shift_id: int) -> ResponseReturnValue:
    """Screen 1: this shift, and which role of it."""
    shift = shift_or_404(db, shift_id)
    chosen = {"role_id": request.args.get("role", "")} if request.args.get("role", "").isdecimal() else {}
    if len(shift.roles) == 1:
        chosen = {"role_id": str(shift.roles[0].id)}
    return _ask_place(db, shift, Form.blank(PlaceInput(), given=chosen, options=_roles(shift)))


@pages.post("/signup/<int:shift_id>")
@visitor.for_anyone
def choose(db: Session, shift_id: int) -> ResponseReturnValue:
    """The place is chosen: sign up whoever is logged in, ask others who they are."""
    shift = shift_or_404(db, shift_id)
    options = _roles(shift)
    form = Form.posted(PlaceInput(), options=options)
    if form.is_valid and str(form.loaded["role_id"]) not in {option.value for option in options["role_id"]}:
        form.refuse(_("请选择想做什么"), at="role_id")
    if form.has_errors:
        return _ask_place(db, shift, form)
    session["sign_up"] = {"shift_id": shift.id, "role_id": form.loaded["role_id"]}
    who = visitor.current(db)
    if who is None or who.volunteer_id is None:
        return page.see_other(url_for("signup.who"))
    return _finish(db, who.volunteer_id, lambda refused: _ask_place(db, shift, refused), form)


@pages.get("/signup/who")
@visitor.for_anyone
def who(db: Session) -> ResponseReturnValue:
    """Screen 2: name and phone."""
    if "sign_up" not in session:
        return page.see_other(url_for("home.index"))
    return _ask_who(db, Form.blank(_who_schema(db), given=session["sign_up"].get("who", {})))


@pages.post("/signup/who")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def tell_who(db: Session) -> ResponseReturnValue:
    """Keep who she is for the next screen, and send the code."""
    if "sign_up" not in session:
        return page.see_other(url_for("home.index"))
    form = Form.posted(_who_schema(db))
    if form.has_errors or not code_step.send(db, form, phone=form.loaded["phone"], now=clock.now(db)):
        return _ask_who(db, form)
    birth_on = form.loaded.get("birth_on")
    person = {"name": form.loaded["name"], "phone": form.loaded["phone"], "birth_on": birth_on and birth_on.isoformat()}
    session["sign_up"] = {**session["sign_up"], "who": person}
    return page.see_other(url_for("signup.code"))


@pages.get("/signup/code")
@visitor.for_anyone
def code(db: Session) -> ResponseReturnValue:
    """Screen 3: the six digits."""
    if "who" not in session.get("sign_up", {}) or "phone" not in session:
        return page.see_other(url_for("home.index"))
    return _ask_code(db, Form.blank(CodeInput()))


@pages.post("/signup/code")
@limiter.limit("20/minute")
@visitor.for_anyone
def check(db: Session) -> ResponseReturnValue:
    """The digits are right: register her if she is new, log her in, sign her up."""
    asked = session.get("sign_up", {})
    if "who" not in asked or "phone" not in session:
        return page.see_other(url_for("home.index"))
    form = code_step.check(db, now=clock.now(db))
    if form.has_errors:
        return _ask_code(db, form)
    shift = shift_or_404(db, asked["shift_id"])
    known = by_phone(db, session["phone"]) or register(
        db,
        area_id=shift.area_id,
        name=asked["who"]["name"],
        phone=session["phone"],
        birth_on=_day(asked["who"]["birth_on"]),
        how=ConsentHow.WEB,
        now=clock.now(db),
    )
    code_step.log_in(db)
    session["sign_up"] = asked
    options = _roles(shift)
    return _finish(
        db,
        known.id,
        lambda refused: _ask_place(db, shift, refused),
        Form.blank(PlaceInput(), given={"role_id": str(asked["role_id"])}, options=options),
    )


def _finish(
    db: Session, volunteer_id: int, again: Callable[[Form], ResponseReturnValue], form: Form
) -> ResponseReturnValue:
    """Sign up, and show what happens next; or show every reason against it."""
    asked = session["sign_up"]
    try:
        with db.begin_nested():
            signup = sign_up(
                db,
                volunteer_id=volunteer_id,
                shift_id=asked["shift_id"],
                shift_role_id=asked["role_id"],
                now=clock.now(db),
                via=SignUpVia.WEB,
            )
    except SignUpRefused as refused:
        form.refuse(*(words.refusal(reason) for reason in refused.reasons))
        return again(form)
    session.pop("sign_up", None)
    return page.see_other(url_for("signups.show", signup_id=signup.id))


def _roles(shift: Shift) -> dict[str, list[Option]]:
    def left(taken: int, most: int) -> str:
        return _("还缺{n}人", n=most - taken) if taken < most else _("人齐了，可以候补")

    return {
        "role_id": [
            Option(value=str(role.id), text=role.definition.name, hint=left(role.taken, role.max_needed))
            for role in shift.roles
        ]
    }


def _who_schema(db: Session) -> Input:
    shift = shift_or_404(db, session["sign_up"]["shift_id"])
    role = next((role for role in shift.roles if role.id == session["sign_up"]["role_id"]), None)
    has_age = role is not None and (role.definition.min_age is not None or role.definition.max_age is not None)
    return WhoWithBirthInput() if has_age else WhoInput()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _ask_place(db: Session, shift: Shift, form: Form) -> ResponseReturnValue:
    who = visitor.current(db)
    return page.render(
        "signups/place.html",
        title=_("报名：{title}", title=shift.activity.title),
        form=form,
        shift=shift,
        place=db.get_one(Area, shift.place_id),
        is_known=who is not None and who.volunteer_id is not None,
    )


def _ask_who(db: Session, form: Form) -> ResponseReturnValue:
    shift = shift_or_404(db, session["sign_up"]["shift_id"])
    return page.render("signups/who.html", title=_("您是谁？"), form=form, shift=shift)


def _ask_code(db: Session, form: Form) -> ResponseReturnValue:
    shift_or_404(db, session["sign_up"]["shift_id"])
    return page.render(
        "signups/code.html", title=_("填写验证码"), form=form, sent_to=wording.masked_phone(session["phone"])
    )
