"""Signing up in three screens: the place, the person, the code.

Each screen has its own address, which names the shift and the role; who she is waits in the session (`asked`) until
she has proved her number. Somebody logged in needs only the first screen.
"""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.login import CodeInput
from service import clock, wording
from service.activities.models import Shift, ShiftRole
from service.language import _
from service.risks.actions import RiskUnconfirmed
from service.signups.actions import SignUpRefused, sign_up
from service.signups.queries import as_opening, opening, standing
from service.signups.rules import Opening, Party, Refused, closed
from service.terms import Mode, Refusal, SignUpVia
from service.volunteers.models import Volunteer
from service.web import asked, code_step, newcomer, notices, page, risk, visitor, where, words
from service.web.asked import Asker
from service.web.forms import Form, Option
from service.web.limits import limiter
from service.web.pages.signups import shift_or_404

pages = Blueprint("signup", __name__, url_prefix="/signup")


@pages.get("/<int:shift_id>")
@visitor.for_anyone
def start(db: Session, shift_id: int) -> ResponseReturnValue:
    """Screen 1: this shift, and which role of it. `?role=` is chosen already."""
    shift, volunteer = shift_or_404(db, shift_id), visitor.volunteer(db)
    mine = standing(db, shift_id=shift.id, volunteer_id=volunteer.id) if volunteer else None
    if mine is not None:
        return page.see_other(url_for("signups.show", signup_id=mine.id))
    ids = [str(role.id) for role in shift.roles]
    chosen = ids[0] if len(ids) == 1 else request.args.get("role", "")
    form = Form.blank(
        newcomer.place_schema(volunteer, shift),
        given={"role_id": chosen} if chosen in ids else {},
        options=_roles(shift),
    )
    return _ask_place(db, shift, form)


@pages.post("/<int:shift_id>")
@visitor.for_anyone
def choose(db: Session, shift_id: int) -> ResponseReturnValue:
    """The place is chosen: sign up whoever is logged in, ask others who they are."""
    shift, volunteer = shift_or_404(db, shift_id), visitor.volunteer(db)
    form = Form.posted(newcomer.place_schema(volunteer, shift), options=_roles(shift))
    if form.is_valid and (against := newcomer.party(form)).with_children and not against.guardian_consents:
        form.refuse(words.refusal(Refused(Refusal.GUARDIAN_MISSING)), at="guardian_consents")
    role = next((role for role in shift.roles if form.is_valid and role.id == form.loaded["role_id"]), None)
    if role is None:
        form.refuse(_("请选择想做什么"), at="role_id")
    elif volunteer is not None:
        newcomer.complete(db, volunteer, form, role=role, account_id=visitor.me(db).account_id, now=clock.now(db))
    if role is None or form.has_errors:
        return _ask_place(db, shift, form)
    party = newcomer.party(form)
    if volunteer is None:
        asked.keep_party(role.id, party)
        return page.see_other(url_for("signup.who", shift_id=shift.id, role_id=role.id))
    return _take(db, volunteer, shift, role=role, form=form, party=party)


@pages.get("/who/<int:shift_id>/<int:role_id>")
@visitor.for_anyone
def who(db: Session, shift_id: int, role_id: int) -> ResponseReturnValue:
    """Screen 2: name and phone. Whoever is known has no need of it."""
    shift, role = _asked_for(db, shift_id, role_id)
    if visitor.volunteer(db):
        return page.see_other(url_for("signup.start", shift_id=shift.id, role=role.id))
    asker = asked.kept(role.id)
    given = {**asdict(asker), "phone": wording.phone(asker.phone)} if asker else {}
    return _ask_who(shift, role, Form.blank(newcomer.who_schema(role), given=given))


@pages.post("/who/<int:shift_id>/<int:role_id>")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def tell_who(db: Session, shift_id: int, role_id: int) -> ResponseReturnValue:
    """Keep who she is for the next screen, and send the code; what can be refused without it is refused now."""
    shift, role = _asked_for(db, shift_id, role_id)
    form, now = Form.posted(newcomer.who_schema(role)), clock.now(db)
    if form.is_valid:
        newcomer.judge(form, _opening(db, shift, role), now=now)
    if form.has_errors or not code_step.send(db, form, phone=form.loaded["phone"], now=now):
        return _ask_who(shift, role, form)
    told = form.loaded
    asked.keep(role.id, Asker(name=told["name"], phone=told["phone"], birth_on=told.get("birth_on")))
    return page.see_other(url_for("signup.code", shift_id=shift.id, role_id=role.id))


@pages.get("/code/<int:shift_id>/<int:role_id>")
@visitor.for_anyone
def code(db: Session, shift_id: int, role_id: int) -> ResponseReturnValue:
    """Screen 3: the six digits."""
    shift, role = _asked_for(db, shift_id, role_id)
    asker = asked.kept(role.id)
    return _ask_code(shift, role, asker, Form.blank(CodeInput())) if asker else _ask_anew(shift, role)


@pages.post("/code/<int:shift_id>/<int:role_id>/again")
@limiter.limit("20/minute;100/hour")
@visitor.for_anyone
def code_again(db: Session, shift_id: int, role_id: int) -> ResponseReturnValue:
    """No message came: send another."""
    shift, role = _asked_for(db, shift_id, role_id)
    asker = asked.kept(role.id)
    if asker is None:
        return _ask_anew(shift, role)
    code_step.send_again(db, phone=asker.phone, now=clock.now(db))
    return page.see_other(url_for("signup.code", shift_id=shift.id, role_id=role.id))


@pages.post("/code/<int:shift_id>/<int:role_id>")
@limiter.limit("20/minute")
@visitor.for_anyone
def check(db: Session, shift_id: int, role_id: int) -> ResponseReturnValue:
    """The digits are right: register her if she is new, log her in, sign her up."""
    shift, role = _asked_for(db, shift_id, role_id)
    asker = asked.kept(role.id)
    if asker is None:
        return _ask_anew(shift, role)
    form = code_step.check(db, phone=asker.phone, now=clock.now(db))
    if form.has_errors:
        return _ask_code(shift, role, asker, form)
    volunteer = newcomer.register_or_find(db, asker, area_id=shift.area_id, now=clock.now(db))
    account = code_step.log_in(db, phone=asker.phone)
    if volunteer.name != asker.name:
        notices.notify(_("这个手机号登记的是{name}。不是给{name}报名，请打本页下方的电话。", name=volunteer.name))
        return page.see_other(url_for("signup.start", shift_id=shift.id, role=role.id))
    newcomer.renew(db, volunteer, asker, account_id=account.id, now=clock.now(db))
    party = asked.kept_party(role.id)
    again = {"role_id": str(role.id), **asdict(party)}
    form = Form.blank(newcomer.place_schema(volunteer, shift), given=again, options=_roles(shift))
    return _take(db, volunteer, shift, role=role, form=form, party=party)


def _take(
    db: Session, volunteer: Volunteer, shift: Shift, *, role: ShiftRole, form: Form, party: Party
) -> ResponseReturnValue:
    """Sign up, and show what happens next; or show every reason against it, or first the risk notice."""
    try:
        with db.begin_nested():
            signup = sign_up(
                db,
                volunteer_id=volunteer.id,
                shift_id=shift.id,
                shift_role_id=role.id,
                now=clock.now(db),
                via=SignUpVia.WEB,
                party=party,
            )
    except SignUpRefused as refused:
        form.refuse(*(words.refusal(reason) for reason in refused.reasons))
        return _ask_place(db, shift, form)
    except RiskUnconfirmed as missing:
        asked.forget(role.id)
        again = url_for("signup.choose", shift_id=shift.id)
        brought = [(name, str(value)) for name, value in asdict(party).items() if value]
        return risk.ask(missing.risk, action=again, typed=[("role_id", str(role.id)), *brought])
    asked.forget(role.id)
    return page.see_other(url_for("signups.show", signup_id=signup.id))


def _asked_for(db: Session, shift_id: int, role_id: int) -> tuple[Shift, ShiftRole]:
    """The shift and the role of it that an address names."""
    shift = shift_or_404(db, shift_id)
    role = next((role for role in shift.roles if role.id == role_id), None)
    if role is None:
        abort(404)
    return shift, role


def _opening(db: Session, shift: Shift, role: ShiftRole) -> Opening:
    row = opening(db, shift_id=shift.id, shift_role_id=role.id)
    if row is None:
        abort(404)
    return as_opening(row)


def _roles(shift: Shift) -> dict[str, list[Option]]:
    roles = [Option(value=str(role.id), text=role.definition.name, hint=_about(role)) for role in shift.roles]
    beside = [
        Option(value=str(n), text=_("{n}个", n=n) if n else _("没有")) for n in range(newcomer.most_together(shift))
    ]
    return {"role_id": roles, "with_adults": beside, "with_children": beside}


def _about(role: ShiftRole) -> str:
    """How many are missing, and what the role asks for: `还缺2人，要有医师资格，年满60岁`."""
    wanted, free = role.definition, role.max_needed - role.taken
    waits = role.shift.activity.has_waitlist or not Mode(role.shift.activity.mode).is_first_come
    facts = [_("还缺{n}人", n=free) if free else _("人齐了，可以候补") if waits else _("名额满了")]
    facts += [_("要有{kind}", kind=str(words.QUALIFICATIONS[kind])) for kind in wanted.requires]
    if wanted.tags:
        facts.append(_("要是{tags}", tags=wording.either(wanted.tags)))
    if wanted.min_age is not None:
        facts.append(_("年满{age}岁", age=wanted.min_age))
    if wanted.max_age is not None:
        facts.append(_("不超过{age}岁", age=wanted.max_age))
    return _("，").join(facts)


def _ask_place(db: Session, shift: Shift, form: Form) -> ResponseReturnValue:
    against = [words.refusal(reason) for reason in closed(_opening(db, shift, shift.roles[0]), clock.now(db))]
    return page.render(
        "signups/place.html",
        title=_("报名：{title}", title=shift.activity.title),
        form=form,
        shift=shift,
        place=where.place(db, shift.place_id),
        volunteer=visitor.volunteer(db),
        against=[] if form.refusals else against,
        is_over=bool(against),
        left=sum(role.max_needed - role.taken for role in shift.roles),
    )


def _ask_who(shift: Shift, role: ShiftRole, form: Form) -> ResponseReturnValue:
    return page.render("signups/who.html", title=_("您是谁？"), form=form, shift=shift, role=role)


def _ask_code(shift: Shift, role: ShiftRole, asker: Asker, form: Form) -> ResponseReturnValue:
    sent_to = wording.masked_phone(asker.phone)
    return page.render("signups/code.html", title=_("填写验证码"), form=form, shift=shift, role=role, sent_to=sent_to)


def _ask_anew(shift: Shift, role: ShiftRole) -> ResponseReturnValue:
    """The browser has forgotten who she is: back one screen, and say why."""
    notices.notify(_("浏览器没有记住前面填的内容，请再填一次。"))
    return page.see_other(url_for("signup.who", shift_id=shift.id, role_id=role.id))
