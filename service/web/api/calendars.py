"""The calendar: what each day is; the yearly notice, the school's terms, warnings of high temperature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schemas.calendars import (
    DaysAsked,
    DaysShown,
    HeatWarningInput,
    HeatWarningShown,
    HeatWarningsShown,
    NoticeShown,
    NoticeText,
    TermInput,
    TermShown,
    TermsShown,
)
from service.calendars import actions, notice, queries
from service.calendars.recurrence import is_provisional
from service.calendars.rules import local
from service.language import _
from service.places import queries as places
from service.places.models import Area
from service.terms import DayRule, Role
from service.web.api.door import Call, found
from service.web.api.problems import NotFound, invalid
from service.web.api.resource import Resource

calendars = Resource("calendars", url_prefix="/calendar", description="日历：工作日、节假日、调休、学期、高温预警。")


@calendars.operation("GET", "/days", asks=DaysAsked(), gives=DaysShown())
def list_days(call: Call, *, asked: dict[str, Any]) -> Any:
    """What each day is in an area, a year at most."""
    found(call.session.get(Area, asked["area_id"]))
    calendar = queries.calendar(call.session, asked["area_id"])
    length = (asked["until_on"] - asked["from_on"]).days + 1
    days = (asked["from_on"] + timedelta(days=n) for n in range(length))
    return {
        "items": [
            {
                "on": day,
                "is_workday": calendar.is_workday(day),
                "is_make_up": calendar.is_make_up(day),
                "holiday": calendar.holiday_name(day),
                "is_school_day": calendar.is_school_day(day),
                "is_provisional": is_provisional(day, DayRule.SCHOOL_DAYS, calendar),
            }
            for day in days
        ]
    }


@calendars.operation("PUT", "/notices/<id:year>", takes=NoticeText(), gives=NoticeShown())
def save_notice(call: Call, *, year: int, body: dict[str, Any]) -> Any:
    """The State Council's notice for a year, read from its text. What contradicts itself is refused whole."""
    call.needs(Role.ADMIN)
    if year not in notice.YEARS:
        raise NotFound
    try:
        read = notice.read(body["text"], year=year)
    except notice.NoticeRefused as refused:
        raise invalid(text=refused.problems) from None
    return actions.save_notice(call.session, read, text=body["text"], now=call.now, account_id=call.actor.account_id)


@calendars.operation("GET", "/terms", gives=TermsShown())
def list_terms(call: Call) -> Any:
    """The school terms set in areas I coordinate, the latest first."""
    return {"items": queries.terms(call.session, scope_ids=call.scope_ids)}


@calendars.operation("POST", "/terms", takes=TermInput(), gives=TermShown(), status=201, refuses=(409,))
def add_term(call: Call, *, body: dict[str, Any]) -> Any:
    """When school is held in an area I administer, and in all below it."""
    call.needs(Role.ADMIN)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.actor.scope_ids(Role.ADMIN)) is None:
        raise invalid(area_id=[_("没有这个地方")])
    return actions.add_term(call.session, **body, now=call.now, account_id=call.actor.account_id)


@calendars.operation("DELETE", "/terms/<id:term_id>", status=204)
def drop_term(call: Call, *, term_id: int) -> Any:
    """Take a school term back."""
    call.needs(Role.ADMIN)
    term = found(queries.term_in_scope(call.session, term_id, scope_ids=call.actor.scope_ids(Role.ADMIN)))
    actions.drop_term(call.session, term, now=call.now, account_id=call.actor.account_id)


@calendars.operation("GET", "/heat-warnings", gives=HeatWarningsShown())
def list_heat_warnings(call: Call) -> Any:
    """The warnings of high temperature that hold today or later where I coordinate, noted there or above."""
    call.needs(Role.COORDINATOR)
    today = local(call.now).date()
    return {"items": [w for w, _area in queries.heat_warnings(call.session, scope_ids=call.scope_ids, from_on=today)]}


@calendars.operation("POST", "/heat-warnings", takes=HeatWarningInput(), gives=HeatWarningShown(), status=201)
def warn_of_heat(call: Call, *, body: dict[str, Any]) -> Any:
    """A warning for an area I coordinate and all below it. Nobody is placed outdoors then while it is too hot for her;
    whoever has a place keeps it."""
    call.needs(Role.COORDINATOR)
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    if body["until_on"] < local(call.now).date():
        raise invalid(until_on=[_("这些天已经过去了")])
    return actions.warn_of_heat(call.session, **body, now=call.now, account_id=call.actor.account_id)


@calendars.operation("DELETE", "/heat-warnings/<id:warning_id>", status=204)
def withdraw_heat_warning(call: Call, *, warning_id: int) -> Any:
    """Take a warning back. Twice is harmless."""
    call.needs(Role.COORDINATOR)
    warning = found(queries.heat_warning_in_scope(call.session, warning_id, scope_ids=call.scope_ids))
    actions.withdraw_heat_warning(call.session, warning, now=call.now, account_id=call.actor.account_id)
