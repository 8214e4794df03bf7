"""/co/proxy/<person>: which shift she asks for; every reason against; and the sentence to read back to her."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from schemas.proxy import ForWhichInput
from service import wording
from service.activities.listing import for_desk
from service.activities.queries import shift_role_in_scope
from service.calendars.rules import instant
from service.language import _
from service.places.models import Area
from service.signups import queries
from service.signups.actions import SignUpRefused, TooLateToWithdraw, sign_up, withdraw
from service.signups.asking import candidate
from service.signups.models import ForbiddenMove, SignUp
from service.signups.queries import OpeningRow, as_opening
from service.signups.rules import refusals
from service.terms import AskedHow, Mode, SignUpState, SignUpVia
from service.volunteers.models import Volunteer
from service.web import notices, page, words
from service.web.desk import Desk, asked_day, at_desk, found, volunteer_here
from service.web.forms import Form, Option
from service.web.newcomer import party
from service.web.pages.proxy import activity_id

pages = Blueprint("proxy_signup", __name__, url_prefix="/co/proxy")


MOST_OPENINGS, MOST_ACTIVITIES = 40, 100


@dataclass(frozen=True, slots=True)
class Closed:
    """A place she cannot have, and all that stands in the way."""

    text: str
    reasons: tuple[str, ...]


@pages.get("/<int:volunteer_id>")
@at_desk
def choose(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """What she can take, the soonest first; below, what she cannot, and why."""
    person = volunteer_here(desk, volunteer_id)
    return _ask(desk, person, usual={"asked_how": AskedHow.PHONE, "asked_by": _("本人")})


@pages.post("/<int:volunteer_id>")
@at_desk
def ask(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Sign her up, or show every reason against it."""
    person = volunteer_here(desk, volunteer_id)
    form = Form.posted(ForWhichInput())
    if form.has_errors:
        return _ask(desk, person, form=form)
    role = found(shift_role_in_scope(desk.db, form.loaded["shift_role_id"], scope_ids=desk.scope_ids))
    try:
        with desk.db.begin_nested():
            signup = sign_up(
                desk.db,
                volunteer_id=person.id,
                shift_id=role.shift_id,
                shift_role_id=role.id,
                now=desk.now,
                via=SignUpVia.PROXY,
                asked_by=form.loaded["asked_by"],
                asked_how=form.loaded["asked_how"],
                typed_by=desk.account_id,
                party=party(form),
            )
    except SignUpRefused as refused:
        form.refuse(*(words.refusal(reason) for reason in refused.reasons))
        return _ask(desk, person, form=form)
    undo = url_for("proxy_signup.take_back", signup_id=signup.id)
    notices.offer_undo(_("已替{name}报名。", name=person.name), address=undo)
    return page.see_other(url_for("proxy_signup.done", signup_id=signup.id))


@pages.get("/done/<int:signup_id>")
@at_desk
def done(desk: Desk, signup_id: int) -> ResponseReturnValue:
    """What became of it, as a sentence to read back."""
    signup = found(queries.in_scope(desk.db, signup_id, scope_ids=desk.scope_ids))
    row = found(queries.opening(desk.db, shift_id=signup.shift_id, shift_role_id=signup.shift_role_id))
    person = desk.db.get_one(Volunteer, signup.volunteer_id)
    return page.render(
        "proxy/done.html",
        title=_("念给对方听"),
        sentences=_read_back(desk, signup, row),
        state=SignUpState(signup.state),
        person=person,
        activity=row.Activity,
        shift=row.Shift,
    )


@pages.post("/signups/<int:signup_id>/take-back")
@at_desk
def take_back(desk: Desk, signup_id: int) -> ResponseReturnValue:
    """撤销: a slip of the phone desk; the sign-up is withdrawn."""
    signup = found(queries.in_scope(desk.db, signup_id, scope_ids=desk.scope_ids))
    notices.withdraw_undo()
    try:
        with desk.db.begin_nested():
            withdraw(desk.db, signup_id=signup.id, now=desk.now, by=desk.account_id, until_start=True)
    except (TooLateToWithdraw, ForbiddenMove):
        notices.notify(_("撤销不了：这一班已经开始，或者这次报名已经了结。"))
    else:
        notices.notify(_("已经撤销，名额空出来了。"))
    return page.see_other(url_for("proxy_signup.choose", volunteer_id=signup.volunteer_id))


def _ask(
    desk: Desk, person: Volunteer, *, form: Form | None = None, usual: dict[str, str] | None = None
) -> ResponseReturnValue:
    on = asked_day("on")
    from_at = max(desk.now, instant(on, time.min)) if on else desk.now
    rows = queries.openings_in(
        desk.db, scope_ids=desk.scope_ids, from_at=from_at, activity_id=activity_id(), limit=MOST_OPENINGS
    )
    options, closed = _sorted(desk, person, rows)
    form = form or Form.blank(ForWhichInput(), given=usual)
    how = [Option(value=how.value, text=str(text)) for how, text in words.ASKED_HOW.items()]
    form.options = {"shift_role_id": options, "asked_how": how}
    return page.render(
        "proxy/choose.html",
        title=_("替{name}报名", name=person.name),
        form=form,
        person=person,
        area=desk.db.get_one(Area, person.area_id),
        closed=closed,
        activities=for_desk(desk.db, scope_ids=desk.scope_ids, now=desk.now, limit=MOST_ACTIVITIES),
        activity=activity_id(),
        on=on,
        has_more=len(rows) == MOST_OPENINGS,
        takes_families=any(row.ActivityRole.most_together > 1 for row in rows),
    )


def _sorted(desk: Desk, person: Volunteer, rows: Sequence[OpeningRow]) -> tuple[list[Option], list[Closed]]:
    """What she can take as options; what she cannot with the reasons."""
    if not rows:
        return [], []
    asking = candidate(desk.db, person.id, around=desk.now, until=rows[-1].Shift.starts_at)
    standing = queries.standing_shifts(desk.db, person.id)
    options, closed = [], []
    for row in rows:
        text = _("{span}，{what}", span=wording.span(row.Shift.starts_at, row.Shift.ends_at), what=_what(row))
        reasons = tuple(words.refusal(reason) for reason in refusals(asking, as_opening(row), desk.now))
        if row.Shift.id in standing:
            closed.append(Closed(text, (_("已经报了这一班"),)))
        elif reasons:
            closed.append(Closed(text, reasons))
        else:
            options.append(Option(value=str(row.ShiftRole.id), text=text, hint=_places(row)))
    return options, closed


def _what(row: OpeningRow) -> str:
    return _("{title}的{role}", title=row.Activity.title, role=row.ActivityRole.name)


def _places(row: OpeningRow) -> str:
    left = row.ShiftRole.max_needed - row.ShiftRole.taken
    if not Mode(row.Activity.mode).is_first_come:
        return _("先登记，排好了再问")
    return _("还有{n}个名额", n=left) if left > 0 else _("满了，先排候补")


def _read_back(desk: Desk, signup: SignUp, row: OpeningRow) -> list[str]:
    """What the coordinator says before she hangs up."""
    person = desk.db.get_one(Volunteer, signup.volunteer_id)
    place = desk.db.get_one(Area, row.Shift.place_id)
    facts = {
        "name": person.name,
        "span": wording.span(row.Shift.starts_at, row.Shift.ends_at),
        "place": place.name,
        "what": _what(row),
        "position": queries.waitlist_position(desk.db, signup),
    }
    outcome = {
        SignUpState.CONFIRMED: _("{name}，给您报上了：{span}，在{place}，做{what}。", **facts)
        if signup.places == 1
        else _("{name}，给你们{n}个人都报上了：{span}，在{place}，做{what}。", n=signup.places, **facts),
        SignUpState.WAITLISTED: _(
            "{name}，{span}在{place}的{what}已经满了，您排在候补第{position}位，有人来不了就问您。", **facts
        ),
        SignUpState.PENDING: _("{name}，{span}在{place}的{what}给您登记了，排好以后再问您能不能来。", **facts),
    }
    told = [outcome.get(SignUpState(signup.state), _("{name}，这次报名已经取消了。", **facts))]
    if row.Activity.what_to_bring and signup.state == SignUpState.CONFIRMED:
        told.append(_("请带上：{things}。", things=row.Activity.what_to_bring))
    phone = wording.phone(row.Activity.contact_phone)
    return [*told, _("有变化请打{phone}，找{contact}。对吗？", phone=phone, contact=row.Activity.contact_name)]
