"""/co/activities/<id>: one activity's week with its people, on the screen and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from service import links, wording
from service.activities import queries as activities
from service.activities.models import Activity, Shift
from service.activities.rules import BY_INVITATION
from service.backfill.queries import under_way
from service.calendars.rules import instant, local
from service.company.queries import faults_of
from service.drafting.queries import doubts, pencilled
from service.findings.queries import keeps_findings
from service.language import _
from service.matching.queries import listed as match_runs
from service.places.models import Area
from service.roster import queries as roster
from service.roster.confirming import readers
from service.signups.asking import papers
from service.signups.queries import waiting_for
from service.teams.models import Team
from service.terms import ActivityState
from service.web import live, page, planned
from service.web.board import ShiftBoard, boards, by_person, grid
from service.web.clash import Clash
from service.web.desk import Desk, activity_here, asked_day, at_desk, community_here, monday_of
from service.web.second_look import second_look
from service.web.wizard_choices import can_be_typed, goes_on

pages = Blueprint("roster", __name__, url_prefix="/co/activities/<int:activity_id>")

WEEK = timedelta(days=7)


@pages.get("")
@at_desk
def index(desk: Desk, activity_id: int) -> Response:
    """The week of `?on=`, or the week in which the activity is next."""
    return board_page(desk, activity_here(desk, activity_id))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why what was asked for was not done; beside what somebody else did, or at the place where it was wanted."""

    text: str
    clash: Clash | None = None
    shift_role_id: int | None = None


def board_page(
    desk: Desk, activity: Activity, *, on: date | None = None, refusal: Refusal | None = None, status: int = 200
) -> Response:
    """The roster page; with `refusal`, why what was asked for could not be done."""
    span = activities.starts(desk.db, activity.id, now=desk.now)
    monday = _monday(on or asked_day("on"), span, desk.now)
    return page.render(
        "roster/index.html",
        title=activity.title,
        status=status,
        wide=True,
        activity=activity,
        place=desk.db.get_one(Area, activity.place_id),
        team=desk.db.get(Team, activity.team_id) if activity.team_id else None,
        week=live.part(
            desk.db, "roster/week.html", now=desk.now, read=partial(_week_values, desk, activity, monday, refusal)
        ),
        community_id=community_here(desk, activity),
        runs=match_runs(desk.db, scope_ids=desk.scope_ids, activity_id=activity.id, limit=1),
        unread=[one for one in readers(desk.db, activity, now=desk.now) if not one.is_confirmed]
        if activity.must_confirm_risk
        else [],
        reveal_before=wording.duration(timedelta(minutes=activity.reveal_before or 0)),
        is_by_invitation=activity.reveal_before == BY_INVITATION,
        is_draft=activity.state == ActivityState.DRAFT,
        look=second_look(desk, activity),
        planned=planned,
        changeable=[one for one in activity.series if can_be_typed(one) and goes_on(one, local(desk.now).date())],
        monday=monday,
        sunday=monday + timedelta(days=6),
        now=desk.now,
        refusal=refusal,
        **_neighbours(activity, monday, span),
    )


@pages.get("/week")
@at_desk
def week(desk: Desk, activity_id: int) -> Response:
    """What of the page may change while one looks at it; asked for by a script."""
    activity = activity_here(desk, activity_id)
    monday = _monday(asked_day("on"), activities.starts(desk.db, activity.id, now=desk.now), desk.now)
    return live.answer(desk.db, "roster/week.html", now=desk.now, read=partial(_week_values, desk, activity, monday))


def _week_values(desk: Desk, activity: Activity, monday: date, refusal: Refusal | None = None) -> dict[str, Any]:
    """The week's shifts with their people, what is wrong with them, who said no."""
    shifts = _week(desk, activity, monday)
    declined = roster.declined(desk.db, scope_ids=desk.scope_ids, from_at=desk.now, activity_id=activity.id)
    return {
        "activity": activity,
        "monday": monday,
        "shifts": shifts,
        "grid": (glance := grid(shifts)),
        "people": by_person(glance),
        "company_faults": faults_of(desk.db, activity.id, [board.shift for board in shifts], now=desk.now),
        "declined": declined,
        "suggested": roster.suggestions(desk.db, [row.Assignment.id for row in declined]),
        "keeps_findings": keeps_findings(desk.db, activity.id),
        "searches": under_way(desk.db, scope_ids=desk.scope_ids),
        "refusal": refusal,
        "board": url_for("roster.index", activity_id=activity.id, on=monday.isoformat()),
        **_pencilled(desk, activity, monday),
    }


@pages.get("/print")
@at_desk
def paper(desk: Desk, activity_id: int) -> Response:
    """The same week for the notice board: names masked, telephone numbers left out."""
    activity = activity_here(desk, activity_id)
    if activity.reveal_before is not None:
        abort(404)
    monday = _monday(asked_day("on"), activities.starts(desk.db, activity.id, now=desk.now), desk.now)
    return page.render(
        "roster/paper.html",
        title=_("{title}班表", title=activity.title),
        activity=activity,
        place=desk.db.get_one(Area, activity.place_id),
        shifts=_week(desk, activity, monday),
        monday=monday,
        sunday=monday + timedelta(days=6),
        is_large=request.args.get("size") == "a3",
        link=links.activity_link(activity.id) if activity.state == ActivityState.PUBLISHED else "",
        now=desk.now,
    )


def board_address(shift: Shift) -> str:
    """Where the shift is on its activity's page."""
    on = local(shift.starts_at).date().isoformat()
    return url_for("roster.index", activity_id=shift.activity_id, on=on, _anchor=f"shift-{shift.id}")


def _week(desk: Desk, activity: Activity, monday: date) -> list[ShiftBoard]:
    from_at, until_at = instant(monday, time.min), instant(monday + WEEK, time.min)
    shifts = activities.shifts_between(desk.db, activity.id, from_at=from_at, until_at=until_at)
    placed = roster.roster(
        desk.db, scope_ids=desk.scope_ids, activity_id=activity.id, from_at=from_at, until_at=until_at
    )
    waiting = waiting_for(desk.db, scope_ids=desk.scope_ids, shift_ids=[shift.id for shift in shifts])
    held = papers(desk.db, {person.id for _place, person, _shift, role in placed if role.requires})
    return boards(shifts, roster=placed, waiting=waiting, papers=held)


def _pencilled(desk: Desk, activity: Activity, monday: date) -> dict[str, Any]:
    """The drafts by hand of the week that can be published, and what stands against each by now."""
    from_at = max(desk.now, instant(monday, time.min))
    drafts = pencilled(desk.db, activity.id, from_at=from_at, until_at=instant(monday + WEEK, time.min))
    return {"pencilled": [draft.id for draft, _shift in drafts], "doubts": doubts(desk.db, drafts, now=desk.now)}


def _monday(asked: date | None, span: tuple[datetime | None, ...], now: datetime) -> date:
    """The Monday of the week asked for, else of the next shift, else of the last one."""
    _first, last, coming = span
    return monday_of(asked or local(coming or last or now).date())


def _neighbours(activity: Activity, monday: date, span: tuple[datetime | None, ...]) -> dict[str, Any]:
    """Addresses of the week before and the week after, where there is anything to see."""
    first, last, _coming = span

    def week_of(day: date) -> str:
        return url_for("roster.index", activity_id=activity.id, on=day.isoformat())

    has_earlier = first is not None and first < instant(monday, time.min)
    has_later = last is not None and last >= instant(monday + WEEK, time.min)
    return {
        "earlier": week_of(monday - WEEK) if has_earlier else None,
        "later": week_of(monday + WEEK) if has_later else None,
    }
