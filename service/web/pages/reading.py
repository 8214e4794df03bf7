"""How she reads, wherever she logs in: the size of the letters, the language of pages and of messages to her."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.reading import ReadingInput
from service import clock
from service.language import _, offered
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from service.web import notices, page, reader, visitor
from service.web.forms import Form

pages = Blueprint("reading", __name__)


@pages.post("/me/reading")
@visitor.for_volunteers
def choose(db: Session) -> ResponseReturnValue:
    """From now on so: here at once, on another telephone when she logs in there, and in messages."""
    form = Form.posted(ReadingInput())
    if form.is_valid:
        who = visitor.me(db)
        her = db.get_one(Volunteer, who.volunteer_id)
        chosen = {"text_size": form.loaded["text_size"], "language": form.loaded["language"]}
        volunteers.revise(db, her, changes=chosen, account_id=who.account_id, now=clock.now(db))
        reader.read_as(size=her.text_size, language=next(one for one in offered() if one.startswith(her.language)))
        notices.notify(_("记下了。换一部手机，登录以后也是这样。"))
    else:
        notices.notify(_("没有存上，请再选一次。"))
    return page.see_other(page.local_path(request.form.get("back", ""), otherwise=url_for("me.profile")))
