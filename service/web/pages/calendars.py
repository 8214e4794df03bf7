"""/ad/calendar: the yearly notice on holidays, and when school is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.calendars import NoticeInput, TermInput
from service import clock
from service.accounts.queries import Actor
from service.calendars import actions, notice, queries
from service.calendars.days import Calendar, NoticeDay
from service.calendars.rules import local
from service.language import _
from service.places import queries as places
from service.terms import AreaKind, Role
from service.web import notices, page, words
from service.web.desk import found
from service.web.forms import Form, Option
from service.web.visitor import for_admins, me

pages = Blueprint("calendars", __name__, url_prefix="/ad/calendar")

#: Areas that have schools of their own: a term is set for a city or a sub-district, rarely for one community.
WITH_SCHOOLS = (AreaKind.CITY, AreaKind.STREET, AreaKind.COMMUNITY)


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the calendar, and where what is known of it comes from."""

    number: int
    is_announced: bool
    is_pasted: bool


@pages.get("")
@for_admins
def index(db: Session) -> ResponseReturnValue:
    """Which years are known, and the terms; a form for each."""
    return _show(db, Form.blank(NoticeInput(), given={"year": _unknown_year(db)}), _term_form(db, me(db)))


@pages.post("/notice")
@for_admins
def save_notice(db: Session) -> ResponseReturnValue:
    """Read the notice; show the days it makes, or keep it, as the button says."""
    form = Form.posted(NoticeInput())
    if form.is_valid:
        try:
            read = notice.read(form.loaded["text"], year=form.loaded["year"])
        except notice.NoticeRefused as refused:
            form.refuse(*refused.problems)
        else:
            if "look" in request.form:
                return _show(db, form, _term_form(db, me(db)), days=read.days)
            text, by = form.loaded["text"], me(db).account_id
            actions.save_notice(db, read, text=text, now=clock.now(db), account_id=by)
            notices.notify(_("{year}年的放假安排存好了，跟着它走的活动会自动重排日期。", year=read.year))
            return page.see_other(url_for("calendars.index"))
    return _show(db, form, _term_form(db, me(db)))


@pages.post("/terms")
@for_admins
def add_term(db: Session) -> ResponseReturnValue:
    """When school is held."""
    who = me(db)
    form = Form.posted(TermInput(), options={"area_id": _areas(db, who)})
    if form.is_valid:
        area_id = form.loaded["area_id"]
        if places.in_scope(db, area_id, scope_ids=who.scope_ids(Role.ADMIN)) is None:
            form.refuse(words.NOT_OFFERED, at="area_id")
        else:
            try:
                actions.add_term(db, **form.loaded, now=clock.now(db), account_id=who.account_id)
            except actions.TermsOverlap:
                form.refuse(_("这段时间里已经有一个学期了"), at="from_on")
            else:
                notices.notify(_("学期存好了，只在上学的日子办的活动会自动重排日期。"))
                return page.see_other(url_for("calendars.index"))
    return _show(db, Form.blank(NoticeInput(), given={"year": _unknown_year(db)}), form)


@pages.post("/terms/<int:term_id>/drop")
@for_admins
def drop_term(db: Session, term_id: int) -> ResponseReturnValue:
    """Take a term back."""
    who = me(db)
    term = found(queries.term_in_scope(db, term_id, scope_ids=who.scope_ids(Role.ADMIN)))
    actions.drop_term(db, term, now=clock.now(db), account_id=who.account_id)
    notices.notify(_("“{name}”去掉了。弄错了的话，重新加一次就行。", name=term.name))
    return page.see_other(url_for("calendars.index"))


def _show(db: Session, form: Form, term_form: Form, *, days: Sequence[NoticeDay] = ()) -> ResponseReturnValue:
    who = me(db)
    broken = form if form.has_errors else term_form
    return page.render(
        "calendars/index.html",
        title=_("放假和学期"),
        form=broken,
        notice_form=form,
        term_form=term_form,
        days=days,
        years=_years(db),
        terms=queries.terms(db, scope_ids=who.scope_ids(Role.ADMIN)),
        areas={int(option.value): option.text for option in term_form.options["area_id"]},
    )


def _term_form(db: Session, who: Actor) -> Form:
    return Form.blank(TermInput(), options={"area_id": _areas(db, who)})


def _areas(db: Session, who: Actor) -> list[Option]:
    return [
        Option(value=str(area.id), text=area.name)
        for scope_id in who.scope_ids(Role.ADMIN)
        for area in places.subtree(db, scope_id)
        if area.kind in WITH_SCHOOLS
    ]


def _years(db: Session) -> list[Year]:
    """This year and the two that follow."""
    pasted = {row.year for row in queries.notices(db)}
    known, this = Calendar(notices=frozenset(pasted)), local(clock.now(db)).year
    return [Year(year, known.is_announced(year), year in pasted) for year in range(this, this + 3)]


def _unknown_year(db: Session) -> int:
    """The first year whose notice is not known: the one that somebody comes here for."""
    return next((year.number for year in _years(db) if not year.is_announced), local(clock.now(db)).year)
