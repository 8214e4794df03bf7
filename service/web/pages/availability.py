"""空闲时间: when somebody can come. She herself on her telephone, or her coordinator for her."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.availability import AvailabilityForm, AwayInput, cell
from schemas.publishing import WEEKDAYS
from service import clock
from service.availability import actions, queries
from service.availability.actions import BackBeforeGone
from service.availability.queries import LIMITS
from service.availability.rules import SLOTS, NeverComes
from service.calendars.rules import local
from service.language import _
from service.roster.duties import duties
from service.terms import DayPart
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from service.web import notices, page, visitor, where
from service.web.desk import Desk, at_desk, volunteer_here
from service.web.forms import Form, Option

pages = Blueprint("availability", __name__)


@dataclass(frozen=True, slots=True)
class Table:
    """At whose table it is asked: hers, or her coordinator's (`noted_by`); `address` is where its forms go."""

    db: Session
    person: Volunteer
    now: datetime
    noted_by: int | None
    address: Callable[..., str]
    template: str
    title: str

    def page(self, *, week: Form | None = None, away: Form | None = None) -> Response:
        """All she has said, to be changed; the form that failed as it was typed."""
        failed = next((form for form in (week, away) if form is not None), None)
        today = local(self.now).date()
        held = duties(self.db, self.person.id, from_at=self.now)
        absences = [
            (gone, [row for row in held if gone.from_on <= local(row.Shift.starts_at).date() <= gone.until_on])
            for gone in queries.absences(self.db, self.person.id, from_on=today)
        ]
        return page.render(
            self.template,
            title=self.title,
            form=failed,
            week=week or Form.blank(AvailabilityForm(), given=self._given(), options=self._options()),
            away=away or Form.blank(AwayInput()),
            days=[(text, [cell((int(number), part)) for part in DayPart]) for number, text in WEEKDAYS.items()],
            absences=absences,
            address=self.address,
            person=self.person,
        )

    def posted(self) -> Form:
        """What she says of her week and of how much; only activities that were offered."""
        form = Form.posted(AvailabilityForm(), options=self._options())
        form.check_offered("avoids")
        return form

    def save(self, form: Form) -> bool:
        """Keep it; False where it was refused, and the form says why."""
        known: dict[str, Any] = {"noted_by": self.noted_by, "now": self.now}
        answers = {slot: form.loaded[cell(slot)] for slot in SLOTS}
        try:
            actions.say_week(self.db, self.person, week=answers, **known)
        except NeverComes:
            form.refuse(_("一周里哪个时间都不能来，就排不了班了。先不来一阵子，请用下面的“请假”。"))
            return False
        actions.set_limits(self.db, self.person, **{name: form.loaded[name] for name in LIMITS}, **known)
        actions.avoid(self.db, self.person, activity_ids=form.loaded["avoids"], **known)
        self._say_hours(form.loaded["weekly_hours"])
        return True

    def _say_hours(self, weekly_hours: int | None) -> None:
        if weekly_hours not in (None, self.person.weekly_hours):
            account_id, changes = visitor.me(self.db).account_id, {"weekly_hours": weekly_hours}
            volunteers.revise(self.db, self.person, changes=changes, account_id=account_id, now=self.now)

    def _given(self) -> dict[str, Any]:
        heard = queries.said(self.db, [self.person.id])[self.person.id]
        answers = {cell(slot): answer for slot, answer in heard.week.items()}
        limits = {name: getattr(heard, name) for name in LIMITS} | {"weekly_hours": self.person.weekly_hours}
        return {**answers, **limits, "avoids": sorted(heard.avoids)}

    def _options(self) -> dict[str, list[Option]]:
        activities = queries.may_avoid(self.db, self.person.id, day=local(self.now).date())
        return {"avoids": [Option(value=str(one.id), text=one.title) for one in activities]}


@pages.get("/me/availability")
@visitor.for_volunteers
def mine(db: Session) -> Response:
    """What she has said."""
    return _hers(db).page()


@pages.post("/me/availability")
@visitor.for_volunteers
def say_mine(db: Session) -> ResponseReturnValue:
    """She says it anew."""
    return _said(_hers(db))


@pages.post("/me/availability/away")
@visitor.for_volunteers
def away(db: Session) -> ResponseReturnValue:
    """She is away for some days."""
    return _away(_hers(db))


@pages.post("/me/availability/away/<int:absence_id>/forget")
@visitor.for_volunteers
def back(db: Session, absence_id: int) -> ResponseReturnValue:
    """She is there after all."""
    return _back(_hers(db), absence_id)


@pages.get("/co/people/<int:volunteer_id>/availability")
@at_desk
def hers(desk: Desk, volunteer_id: int) -> Response:
    """What somebody of these areas has said."""
    return _at_desk(desk, volunteer_id).page()


@pages.post("/co/people/<int:volunteer_id>/availability")
@at_desk
def say_hers(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """As she said it on the telephone or at the counter. Who wrote it down is written down, too."""
    return _said(_at_desk(desk, volunteer_id))


@pages.post("/co/people/<int:volunteer_id>/availability/away")
@at_desk
def away_hers(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """She is away for some days."""
    return _away(_at_desk(desk, volunteer_id))


@pages.post("/co/people/<int:volunteer_id>/availability/away/<int:absence_id>/forget")
@at_desk
def back_hers(desk: Desk, volunteer_id: int, absence_id: int) -> ResponseReturnValue:
    """She is there after all."""
    return _back(_at_desk(desk, volunteer_id), absence_id)


def _said(table: Table) -> ResponseReturnValue:
    form = table.posted()
    if form.has_errors or not table.save(form):
        return table.page(week=form)
    return _noted(table, _("记下了，排班、找人的时候照着办。"))


def _away(table: Table) -> ResponseReturnValue:
    form = Form.posted(AwayInput())
    if form.has_errors:
        return table.page(away=form)
    try:
        actions.note_absence(table.db, table.person, **form.loaded, noted_by=table.noted_by, now=table.now)
    except BackBeforeGone:
        form.refuse(_("要在“从哪天”那天，或者以后"), at="until_on")
        return table.page(away=form)
    return _noted(table, _("请假记下了。"))


def _back(table: Table, absence_id: int) -> ResponseReturnValue:
    absence = queries.absence_of(table.db, absence_id, volunteer_id=table.person.id)
    if absence is None:
        abort(404)
    actions.forget_absence(table.db, absence, noted_by=table.noted_by, now=table.now)
    return _noted(table, _("请假去掉了。"))


def _noted(table: Table, text: str) -> Response:
    notices.notify(text)
    return page.see_other(table.address("say"))


def _hers(db: Session) -> Table:
    where.show_own_landline(db)
    her = db.get_one(Volunteer, visitor.me(db).volunteer_id)
    endpoints = {"say": "availability.mine", "away": "availability.away", "back": "availability.back"}
    return Table(
        db=db,
        person=her,
        now=clock.now(db),
        noted_by=None,
        address=lambda what, **values: url_for(endpoints[what], **values),
        template="availability/mine.html",
        title=_("什么时候能来"),
    )


def _at_desk(desk: Desk, volunteer_id: int) -> Table:
    her = volunteer_here(desk, volunteer_id)
    endpoints = {"say": "availability.hers", "away": "availability.away_hers", "back": "availability.back_hers"}
    return Table(
        db=desk.db,
        person=her,
        now=desk.now,
        noted_by=desk.account_id,
        address=lambda what, **values: url_for(endpoints[what], volunteer_id=her.id, **values),
        template="availability/desk.html",
        title=_("{name}什么时候能来", name=her.name),
    )
