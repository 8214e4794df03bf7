"""/co/roles/<id>/moves, /joint-moves: somebody said on the telephone that she comes over, or several said that they
move at once."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service import wording
from service.activities.queries import shift_role_in_scope
from service.language import _
from service.matching import moving
from service.signups.queries import OpeningRow, opening
from service.volunteers.models import Volunteer
from service.web import notices, page
from service.web.desk import Desk, assignment_here, at_desk, found, number, volunteer_here
from service.web.move_view import as_step
from service.web.pages.roster import board_address

pages = Blueprint("moving", __name__, url_prefix="/co")


@pages.post("/roles/<int:shift_role_id>/moves")
@at_desk
def move_over(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """Her yes, typed by the coordinator: she leaves one shift and has a place in this one."""
    row = _row(desk, shift_role_id)
    place = assignment_here(desk, number(request.form.get("assignment_id", "")) or 0)
    person = desk.db.get_one(Volunteer, place.volunteer_id)
    try:
        with desk.db.begin_nested():
            moving.move_over(desk.db, row, assignment_id=place.id, account_id=desk.account_id, now=desk.now)
    except moving.CannotMove:
        notices.notify(_("没有挪：{name}现在已经不能挪过来了，请看现在的样子。", name=person.name))
        return page.see_other(url_for("drafting.choose", shift_role_id=shift_role_id))
    notices.notify(_("{name}挪过来了，她原来那一班空出的位置接着找人。", name=person.name))
    return page.see_other(board_address(row.Shift))


@pages.post("/roles/<int:shift_role_id>/joint-moves")
@at_desk
def move_together(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """The yes of each of several people, ticked by the coordinator: all of them move, or nobody."""
    row = _row(desk, shift_role_id)
    steps = [found(as_step(typed)) for typed in request.form.getlist("step")]
    people = [volunteer_here(desk, step.volunteer_id) for step in steps]
    agreed = {number(one) for one in request.form.getlist("agreed")}
    again = url_for("drafting.choose", shift_role_id=shift_role_id)
    if missing := [person.name for person in people if person.id not in agreed]:
        notices.notify(_("谁都没有动：{people}还没有答应。", people=wording.listed(missing)))
        return page.see_other(again)
    try:
        with desk.db.begin_nested():
            moving.move_together(desk.db, row, steps=steps, account_id=desk.account_id, now=desk.now)
    except moving.CannotMove:
        notices.notify(_("谁都没有动：这几个人现在不能这样一起挪了，请看现在的样子。"))
        return page.see_other(again)
    notices.notify(_("{people}一起挪好了。", people=wording.listed(person.name for person in people)))
    return page.see_other(board_address(row.Shift))


def _row(desk: Desk, shift_role_id: int) -> OpeningRow:
    role = found(shift_role_in_scope(desk.db, shift_role_id, scope_ids=desk.scope_ids))
    return found(opening(desk.db, shift_id=role.shift_id, shift_role_id=role.id))
