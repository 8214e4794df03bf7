"""What became of a sign-up, and what happens next: the calendar file, withdrawing, and taking that back."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock, wording
from service.activities.models import Activity, Shift
from service.activities.queries import open_shift
from service.language import _
from service.places.models import Area
from service.places.queries import helpline
from service.signups.actions import NothingToUndo, TooLateToWithdraw, undo_withdrawal, withdraw
from service.signups.models import SignUp
from service.signups.queries import of_volunteer, waitlist_position
from service.web import ics, notices, page, visitor

pages = Blueprint("signups", __name__)


@pages.get("/signups/<int:signup_id>")
@visitor.for_volunteers
def show(db: Session, signup_id: int) -> ResponseReturnValue:
    """What became of it, and what happens next."""
    signup = _mine(db, signup_id)
    shift, activity, place = _around(db, signup)
    title = {
        "confirmed": _("报名成功"),
        "waitlisted": _("已经替您排队"),
        "pending": _("报名收到了"),
        "withdrawn": _("您已退出"),
        "declined": _("这次没有排上"),
        "expired": _("名额已经给了别人"),
    }[signup.state]
    return page.render(
        "signups/show.html",
        title=title,
        signup=signup,
        shift=shift,
        activity=activity,
        place=place,
        position=waitlist_position(db, signup),
        role=next(role.definition.name for role in shift.roles if role.id == signup.shift_role_id),
    )


@pages.get("/signups/<int:signup_id>/calendar.ics")
@visitor.for_volunteers
def calendar(db: Session, signup_id: int) -> ResponseReturnValue:
    """The shift for her own calendar."""
    signup = _mine(db, signup_id)
    shift, activity, place = _around(db, signup)
    entry = ics.Entry(
        uid=f"signup-{signup.id}@lunzhi",
        title=activity.title,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        place=place.name,
        description=_("联系电话：{phone}", phone=wording.phone(activity.contact_phone)),
        is_cancelled=signup.state in ("withdrawn", "declined", "expired"),
    )
    return ics.calendar_answer([entry], stamp=clock.now(db))


@pages.post("/signups/<int:signup_id>/withdrawal")
@visitor.for_volunteers
def leave(db: Session, signup_id: int) -> ResponseReturnValue:
    """Withdraw; the next pages offer to undo it."""
    signup = _mine(db, signup_id)
    try:
        with db.begin_nested():
            withdraw(db, signup_id=signup.id, now=clock.now(db), by=visitor.me(db).account_id)
    except TooLateToWithdraw as late:
        phone = wording.phone(late.contact_phone)
        notices.notify(
            _(
                "{deadline}以后不能自己退出了。请打{phone}告诉负责人。",
                deadline=wording.moment(late.deadline),
                phone=phone,
            )
        )
        return page.see_other(url_for("signups.show", signup_id=signup.id))
    if signup.undo_until is not None:
        notices.offer_undo(_("已经退出。点错了可以撤销。"), address=url_for("signups.undo", signup_id=signup.id))
    return page.see_other(url_for("me.index"))


@pages.post("/signups/<int:signup_id>/withdrawal/undo")
@visitor.for_volunteers
def undo(db: Session, signup_id: int) -> ResponseReturnValue:
    """Take the withdrawal back."""
    signup = _mine(db, signup_id)
    notices.withdraw_undo()
    try:
        with db.begin_nested():
            undo_withdrawal(db, signup_id=signup.id, now=clock.now(db))
    except NothingToUndo:
        notices.notify(_("来不及撤销了：名额已经放出，或者您那个时间有了别的安排。可以重新报名。"))
        return page.see_other(url_for("me.index"))
    notices.notify(_("已经撤销，您还在名单上。"))
    return page.see_other(url_for("signups.show", signup_id=signup.id))


def _mine(db: Session, signup_id: int) -> SignUp:
    signup = of_volunteer(db, signup_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if signup is None:
        abort(404)
    return signup


def _around(db: Session, signup: SignUp) -> tuple[Shift, Activity, Area]:
    shift = shift_or_404(db, signup.shift_id)
    return shift, shift.activity, db.get_one(Area, shift.place_id)


def shift_or_404(db: Session, shift_id: int) -> Shift:
    """A shift anybody may see; its landline goes on the page."""
    shift = open_shift(db, shift_id)
    if shift is None:
        abort(404)
    place = db.get_one(Area, shift.place_id)
    if line := helpline(db, place):
        page.use_help_line(page.HelpLine(line[0], shift.activity.contact_phone or line[1], shift.activity.contact_name))
    return shift
