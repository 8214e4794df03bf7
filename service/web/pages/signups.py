"""What became of a sign-up, and what happens next: the calendar file, withdrawing, and taking that back."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.signups import FamilyInput
from service import clock, links, wording
from service.activities.models import Shift
from service.activities.queries import open_shift
from service.language import _
from service.matching.telling import told_to_her
from service.places.models import Area
from service.roster.heat import heat_for
from service.roster.models import AWAITED
from service.roster.queries import of_signup
from service.signups import families
from service.signups.actions import NothingToUndo, SignUpRefused, TooLateToWithdraw, undo_withdrawal, withdraw
from service.signups.following import is_fit
from service.signups.models import ForbiddenMove, SignUp
from service.signups.queries import of_volunteer, waitlist_position
from service.web import ics, notices, outcome, page, visitor, where, words
from service.web.forms import Form
from service.web.outcome import Outcome

pages = Blueprint("signups", __name__)

#: What may have become of a sign-up that a plan had no place for.
WITHOUT_A_PLACE = (Outcome.WAITING, Outcome.NOT_PLACED)


@pages.get("/signups/<int:signup_id>")
@visitor.for_volunteers
def show(db: Session, signup_id: int) -> ResponseReturnValue:
    """What became of it, and what happens next."""
    signup, now = _mine(db, signup_id), clock.now(db)
    shift, place = shift_or_404(db, signup.shift_id), of_signup(db, signup.id)
    became = outcome.of_sign_up(signup, place, shift, now=now)
    leave_by = shift.starts_at - timedelta(minutes=shift.activity.withdraw_before)
    return page.render(
        "signups/show.html",
        title=_("{what}：{title}", what=words.OUTCOMES[became], title=shift.activity.title),
        became=became,
        signup=signup,
        assignment=place,
        answer_token=links.answer_token,
        shift=shift,
        place=where.place(db, shift.place_id),
        position=waitlist_position(db, signup),
        may_come=became == Outcome.WAITING and is_fit(db, signup),
        role=next(role.definition.name for role in shift.roles if role.id == signup.shift_role_id),
        leave_by=leave_by,
        heat=heat_for(db, [place.id]).get(place.id) if place is not None and place.state in AWAITED else None,
        why_not=told_to_her(db, signup) if became in WITHOUT_A_PLACE else [],
        may_leave=_may_leave(became, now=now, leave_by=leave_by),
    )


@pages.get("/signups/<int:signup_id>/calendar.ics")
@visitor.for_volunteers
def calendar(db: Session, signup_id: int) -> ResponseReturnValue:
    """The shift for her own calendar."""
    signup, now = _mine(db, signup_id), clock.now(db)
    shift = shift_or_404(db, signup.shift_id)
    became = outcome.of_sign_up(signup, of_signup(db, signup.id), shift, now=now)
    is_hers = became in (Outcome.CONFIRMED, Outcome.OFFERED, Outcome.PENDING, Outcome.WAITING, Outcome.SERVED)
    uid = f"signup-{signup.id}@lunzhi"
    return ics.calendar_answer([entry(db, shift, uid=uid, is_cancelled=not is_hers)], stamp=now)


@pages.post("/signups/<int:signup_id>/withdrawal")
@visitor.for_volunteers
def leave(db: Session, signup_id: int) -> ResponseReturnValue:
    """Withdraw; the next pages offer to undo it."""
    signup = _mine(db, signup_id)
    try:
        with db.begin_nested():
            withdraw(db, signup_id=signup.id, now=clock.now(db), by=visitor.me(db).account_id)
    except TooLateToWithdraw as late:
        deadline, phone = wording.moment(late.deadline), wording.phone(late.contact_phone)
        notices.notify(_("{deadline}以后不能自己退出了。请打{phone}告诉负责人。", deadline=deadline, phone=phone))
        return page.see_other(url_for("signups.show", signup_id=signup.id))
    except ForbiddenMove:
        return page.see_other(url_for("signups.show", signup_id=signup.id))
    if signup.undo_until is None:
        notices.notify(_("已经退出。"))
    elif signup.undo_until > clock.now(db):
        notices.offer_undo(_("已经退出。点错了可以撤销。"), address=url_for("signups.undo", signup_id=signup.id))
    return page.see_other(url_for("me.index"))


@pages.post("/signups/<int:signup_id>/withdrawal/undo")
@visitor.for_volunteers
def undo(db: Session, signup_id: int) -> ResponseReturnValue:
    """Take the withdrawal back. A second tap finds it done."""
    signup = _mine(db, signup_id)
    notices.withdraw_undo()
    try:
        with db.begin_nested():
            undo_withdrawal(db, signup_id=signup.id, now=clock.now(db))
    except NothingToUndo:
        db.refresh(signup)
        if signup.state != "withdrawn":
            return page.see_other(url_for("signups.show", signup_id=signup.id))
        notices.notify(_("来不及撤销了：名额已经放出，或者您那个时间有了别的安排。可以重新报名。"))
        return page.see_other(url_for("me.index"))
    notices.notify(_("已经撤销，您还在名单上。"))
    return page.see_other(url_for("signups.show", signup_id=signup.id))


def shift_or_404(db: Session, shift_id: int) -> Shift:
    """A shift anybody may see; its landline goes on the page."""
    shift = open_shift(db, shift_id)
    if shift is None:
        abort(404)
    where.show_landline(db, db.get_one(Area, shift.place_id), of=shift.activity)
    return shift


def entry(db: Session, shift: Shift, *, uid: str, is_cancelled: bool) -> ics.Entry:
    """A shift as a line of somebody's calendar."""
    return ics.Entry(
        uid=uid,
        title=shift.activity.title,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        place=where.place(db, shift.place_id).whole,
        description=_("联系电话：{phone}", phone=wording.phone(shift.activity.contact_phone)),
        is_cancelled=is_cancelled,
    )


@pages.post("/signups/<int:signup_id>/family")
@visitor.for_volunteers
def bring_fewer(db: Session, signup_id: int) -> ResponseReturnValue:
    """One of those she brings does not come."""
    signup, form = _mine(db, signup_id), Form.posted(FamilyInput())
    if form.is_valid:
        who = visitor.me(db).account_id
        try:
            with db.begin_nested():
                families.bring_fewer(db, signup_id=signup.id, **form.loaded, now=clock.now(db), by=who)
            notices.notify(_("知道了，位子让给别人。"))
        except (ForbiddenMove, SignUpRefused, TooLateToWithdraw):
            notices.notify(_("没有改成：这一班已经开始，或者这次报名已经了结。"))
    return page.see_other(url_for("signups.show", signup_id=signup.id))


def _mine(db: Session, signup_id: int) -> SignUp:
    signup = of_volunteer(db, signup_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if signup is None:
        abort(404)
    return signup


def _may_leave(became: Outcome, *, now: datetime, leave_by: datetime) -> bool:
    """Whoever has said yes may go until the deadline; whoever only waits, at any time."""
    return became in (Outcome.WAITING, Outcome.PENDING) or (became == Outcome.CONFIRMED and now <= leave_by)
