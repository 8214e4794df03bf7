"""What was told to a person, or about a shift, for a coordinator who is asked "why did I (not) get this?".

Each look at a person's messages is audited. Texts are not shown: they hold links that answer for her.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from service import audit
from service.activities.models import Activity
from service.language import _
from service.notifications import queries
from service.notifications.fates import fates
from service.notifications.subjects import subjects
from service.reminders.queries import silent
from service.signups.queries import concerned
from service.volunteers.queries import in_scope
from service.web import page, told
from service.web.desk import Desk, at_desk, found, shift_here
from service.web.pages.roster import board_address

pages = Blueprint("ledger", __name__, url_prefix="/co")


@pages.get("/people/<int:volunteer_id>/messages")
@at_desk
def person(desk: Desk, volunteer_id: int) -> Response:
    """Everything that was to be told to her, newest first."""
    her = found(concerned(desk.db, volunteer_id, scope_ids=desk.scope_ids))
    audit.note_about(desk.db, "looked_at_messages", her, account_id=desk.account_id, now=desk.now)
    messages = queries.of_person(desk.db, her.id, scope_ids=desk.scope_ids)
    became = fates(desk.db, messages)
    about = subjects(desk.db, messages)
    lives_here = in_scope(desk.db, her.id, scope_ids=desk.scope_ids) is not None
    unsaid = silent(desk.db, her.id, scope_ids=desk.scope_ids)
    return page.render(
        "messages/person.html",
        title=_("{name}的消息", name=her.name),
        lines=[(told.of_message(one, became[one.id]), about[one.id].duties) for one in messages],
        silent=[(told.of_reminder(row.Reminder), row.Shift, row.Activity) for row in unsaid],
        person_id=her.id,
        back=page.local_path(request.args.get("back", ""), otherwise="/co"),
        lives_here=lives_here,
    )


@pages.get("/shifts/<int:shift_id>/messages")
@at_desk
def shift(desk: Desk, shift_id: int) -> Response:
    """Everything that was to be told to anybody about this shift, oldest first."""
    one = shift_here(desk, shift_id)
    rows = queries.about_shift(desk.db, one.id)
    became = fates(desk.db, [row.Notification for row in rows])
    return page.render(
        "messages/shift.html",
        title=_("发过的消息：{title}", title=desk.db.get_one(Activity, one.activity_id).title),
        shift=one,
        lines=[(row.Volunteer, told.of_message(row.Notification, became[row.Notification.id])) for row in rows],
        back=board_address(one),
        person=lambda volunteer_id: url_for("ledger.person", volunteer_id=volunteer_id),
    )
