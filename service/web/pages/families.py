"""/co/activities/<id>/families: where a family signs up together; /co/signups/<id>/family: how many of it come."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.signups import FamiliesInput, FamilyInput
from service.activities.models import Activity, Shift
from service.language import _
from service.signups import families
from service.signups.actions import SignUpRefused, TooLateToWithdraw
from service.signups.families import FamiliesRefused
from service.signups.models import STANDING, ForbiddenMove, SignUp
from service.signups.queries import in_scope
from service.volunteers.models import Volunteer
from service.web import notices, page, words
from service.web.desk import Desk, activity_here, at_desk, found
from service.web.forms import Form
from service.web.pages.roster import board_address

pages = Blueprint("families", __name__, url_prefix="/co")


@pages.get("/activities/<int:activity_id>/families")
@at_desk
def roles(desk: Desk, activity_id: int) -> Response:
    """Each role, and how many one sign-up may bring."""
    return _roles(activity_here(desk, activity_id))


@pages.post("/activities/<int:activity_id>/families/<int:role_id>")
@at_desk
def take(desk: Desk, activity_id: int, role_id: int) -> ResponseReturnValue:
    """So many together from now on."""
    activity = activity_here(desk, activity_id)
    role = found(next((one for one in activity.roles if one.id == role_id), None))
    form = Form.posted(FamiliesInput())
    if form.is_valid:
        most = form.loaded["most_together"]
        try:
            families.take_families(desk.db, role, most=most, account_id=desk.account_id, now=desk.now)
        except FamiliesRefused as refused:
            form.refuse(str(words.FAMILY_PROBLEMS[refused.problem]))
    if form.has_errors:
        return _roles(activity, role_id=role.id, form=form)
    notices.notify(_("记下了。"))
    return page.see_other(url_for("families.roles", activity_id=activity.id))


@pages.get("/signups/<int:signup_id>/family")
@at_desk
def show(desk: Desk, signup_id: int) -> Response:
    """How many come by this sign-up."""
    signup = found(in_scope(desk.db, signup_id, scope_ids=desk.scope_ids))
    return _one(desk, signup, Form.blank(FamilyInput(), given=signup))


@pages.post("/signups/<int:signup_id>/family")
@at_desk
def bring_fewer(desk: Desk, signup_id: int) -> ResponseReturnValue:
    """She told the coordinator that some do not come."""
    signup, form = found(in_scope(desk.db, signup_id, scope_ids=desk.scope_ids)), Form.posted(FamilyInput())
    if form.is_valid:
        try:
            with desk.db.begin_nested():
                families.bring_fewer(desk.db, signup_id=signup.id, **form.loaded, now=desk.now, by=desk.account_id)
        except SignUpRefused:
            form.refuse(_("只能比原来少；要多来几个人，请先退出再一起报"))
        except (ForbiddenMove, TooLateToWithdraw):
            form.refuse(_("没有改成：这一班已经开始，或者这次报名已经了结。"))
    if form.has_errors:
        return _one(desk, signup, form)
    notices.notify(_("记下了。"))
    return page.see_other(board_address(desk.db.get_one(Shift, signup.shift_id)))


def _roles(activity: Activity, *, role_id: int = 0, form: Form | None = None) -> Response:
    blank = {one.id: Form.blank(FamiliesInput(), given=one) for one in activity.roles}
    return page.render(
        "families/roles.html",
        title=_("一家人一起报"),
        form=form,
        activity=activity,
        roles=[(one, form if form is not None and one.id == role_id else blank[one.id]) for one in activity.roles],
    )


def _one(desk: Desk, signup: SignUp, form: Form) -> Response:
    shift = desk.db.get_one(Shift, signup.shift_id)
    return page.render(
        "families/show.html",
        title=_("{name}一家", name=desk.db.get_one(Volunteer, signup.volunteer_id).name),
        form=form,
        signup=signup,
        shift=shift,
        activity=desk.db.get_one(Activity, shift.activity_id),
        is_over=signup.state not in STANDING or desk.now >= shift.starts_at,
        back=board_address(shift),
    )
