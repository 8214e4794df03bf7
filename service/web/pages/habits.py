"""怎么告诉您: how somebody wants to hear of things. She herself, her coordinator for her, a coordinator for herself."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from service import clock
from service.language import _
from service.notifications.habits import note_for_her
from service.volunteers.models import Volunteer
from service.web import habit_form, notices, page, visitor, where
from service.web.desk import Desk, at_desk, volunteer_here
from service.web.forms import Form

pages = Blueprint("habits", __name__)


@pages.get("/me/habits")
@visitor.for_volunteers
def mine(db: Session) -> ResponseReturnValue:
    """What she chose."""
    where.show_own_landline(db)
    return _mine(habit_form.of_person(db, visitor.herself(db), now=clock.now(db)).blank())


@pages.post("/me/habits")
@visitor.for_volunteers
def choose_mine(db: Session) -> ResponseReturnValue:
    """She chooses anew."""
    where.show_own_landline(db)
    her = visitor.herself(db)
    form = habit_form.of_person(db, her, now=clock.now(db)).posted()
    if form.has_errors:
        return _mine(form)
    habit_form.save_person(db, her, form, account_id=visitor.me(db).account_id, now=clock.now(db))
    notices.notify(_("记下了，以后就这样告诉您。"))
    return page.see_other(url_for("me.profile"))


@pages.get("/co/people/<int:volunteer_id>/habits")
@at_desk
def hers(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """What somebody of these areas chose."""
    her = volunteer_here(desk, volunteer_id)
    return _hers(her, habit_form.of_person(desk.db, her, now=desk.now).blank())


@pages.post("/co/people/<int:volunteer_id>/habits")
@at_desk
def choose_hers(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """As she said it on the telephone or at the counter. Who wrote it down is written down, too."""
    her = volunteer_here(desk, volunteer_id)
    form = habit_form.of_person(desk.db, her, now=desk.now).posted()
    if form.has_errors:
        return _hers(her, form)
    habit_form.save_person(desk.db, her, form, account_id=desk.account_id, now=desk.now)
    note_for_her(desk.db, volunteer_id=her.id, area_id=her.area_id, account_id=desk.account_id, now=desk.now)
    notices.notify(_("记下了，以后就这样告诉{name}。", name=her.name))
    return page.see_other(url_for("ledger.person", volunteer_id=her.id))


@pages.get("/co/habits")
@at_desk
def own(desk: Desk) -> ResponseReturnValue:
    """How this coordinator is told of what lacks and of what awaits her."""
    return _own(habit_form.of_desk(desk.db, desk.account_id).blank())


@pages.post("/co/habits")
@at_desk
def choose_own(desk: Desk) -> ResponseReturnValue:
    """She chooses anew."""
    form = habit_form.of_desk(desk.db, desk.account_id).posted()
    if form.has_errors:
        return _own(form)
    habit_form.save_desk(desk.db, form, account_id=desk.account_id, now=desk.now)
    notices.notify(_("记下了，以后就这样告诉您。"))
    return page.see_other(url_for("dashboard.index"))


def _mine(form: Form) -> ResponseReturnValue:
    return page.render("habits/mine.html", title=_("怎么告诉您"), form=form)


def _hers(her: Volunteer, form: Form) -> ResponseReturnValue:
    title, back = _("怎么告诉{name}", name=her.name), url_for("ledger.person", volunteer_id=her.id)
    return page.render("habits/desk.html", title=title, form=form, back=back)


def _own(form: Form) -> ResponseReturnValue:
    return page.render("habits/desk.html", title=_("怎么告诉您"), form=form, back=url_for("dashboard.index"))
