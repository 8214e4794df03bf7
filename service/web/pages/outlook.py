"""/co/messages: what will be said to whom in the week ahead, what was not delivered, and reminders paused."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from service.calendars.rules import local
from service.language import _, code
from service.notifications import tallies
from service.notifications.recipients import Recipient
from service.notifications.samples import sample
from service.notifications.writing import write
from service.reminders import outlook
from service.reminders.outlook import ComingRow
from service.terms import NotificationKind
from service.web import notices, page, told
from service.web.desk import Desk, activity_here, at_desk
from service.web.pages.channels import sender

pages = Blueprint("outlook", __name__, url_prefix="/co")

AHEAD, LATELY = timedelta(days=7), timedelta(days=7)


@pages.get("/messages")
@at_desk
def index(desk: Desk) -> Response:
    """The week ahead by day; the week behind by channel; activities whose reminders are paused."""
    rows = outlook.coming(desk.db, scope_ids=desk.scope_ids, from_at=desk.now, until_at=desk.now + AHEAD)
    paused = outlook.paused(desk.db, scope_ids=desk.scope_ids)
    lately = tallies.tallies(desk.db, scope_ids=desk.scope_ids, since=desk.now - LATELY)
    return page.render(
        "outlook/index.html",
        title=_("提醒发送"),
        days=[(day, list(of_day)) for day, of_day in groupby(rows, key=_day)],
        paused=paused,
        paused_ids={activity.id for _pause, activity in paused},
        sample=_sample(desk),
        channels=[(told.CHANNELS[channel], tally) for channel, tally in sorted(lately.items())],
        now=desk.now,
    )


@pages.post("/activities/<int:activity_id>/reminders/pause")
@at_desk
def pause(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Pause the activity's reminders."""
    activity = activity_here(desk, activity_id)
    outlook.pause(desk.db, activity, account_id=desk.account_id, now=desk.now)
    back = url_for("outlook.resume", activity_id=activity.id)
    notices.offer_undo(_("“{title}”的提醒暂停了。", title=activity.title), address=back)
    return page.see_other(url_for("outlook.index"))


@pages.post("/activities/<int:activity_id>/reminders/resume")
@at_desk
def resume(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Go on."""
    activity = activity_here(desk, activity_id)
    outlook.go_on(desk.db, activity, account_id=desk.account_id, now=desk.now)
    notices.withdraw_undo()
    notices.notify(_("“{title}”的提醒接着发。暂停的时候没发的，不再补发。", title=activity.title))
    return page.see_other(url_for("outlook.index"))


def _sample(desk: Desk) -> str:
    """A reminder as it is written today, to somebody who is not."""
    by = sender(desk)
    about = sample(NotificationKind.REMINDER, community=by.community, landline=by.landline, now=desk.now)
    to = Recipient(name=_("王小满"), language=code())
    return write(NotificationKind.REMINDER, about, to=to, now=desk.now).body


def _day(row: ComingRow) -> object:
    return local(row.due_at).date()
