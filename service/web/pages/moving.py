"""/co/roles/<id>/moves: somebody said on the telephone that she comes over from another shift."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.activities.queries import shift_role_in_scope
from service.language import _
from service.matching import mending
from service.signups.queries import opening
from service.volunteers.models import Volunteer
from service.web import notices, page
from service.web.desk import Desk, assignment_here, at_desk, found, number
from service.web.pages.roster import board_address

pages = Blueprint("moving", __name__, url_prefix="/co")


@pages.post("/roles/<int:shift_role_id>/moves")
@at_desk
def move_over(desk: Desk, shift_role_id: int) -> ResponseReturnValue:
    """Her yes, typed by the coordinator: she leaves one shift and has a place in this one."""
    role = found(shift_role_in_scope(desk.db, shift_role_id, scope_ids=desk.scope_ids))
    row = found(opening(desk.db, shift_id=role.shift_id, shift_role_id=role.id))
    place = assignment_here(desk, number(request.form.get("assignment_id", "")) or 0)
    person = desk.db.get_one(Volunteer, place.volunteer_id)
    try:
        with desk.db.begin_nested():
            mending.move_over(desk.db, row, assignment_id=place.id, account_id=desk.account_id, now=desk.now)
    except mending.CannotMove:
        notices.notify(_("没有挪：{name}现在已经不能挪过来了，请看现在的样子。", name=person.name))
        return page.see_other(url_for("drafting.choose", shift_role_id=role.id))
    notices.notify(_("{name}挪过来了，她原来那一班空出的位置接着找人。", name=person.name))
    return page.see_other(board_address(row.Shift))
