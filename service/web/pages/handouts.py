"""Papers for a notice board, a door and a hand: a person's coming places, a shift's sign-in sheet, a poster.

Names of others are masked as volunteers may read them, numbers of people are left out; the landline stands on each.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from service import links
from service.activities import queries as activities
from service.activities.models import Activity, Shift
from service.calendars.rules import instant, local
from service.language import _
from service.places.models import Area
from service.places.queries import helpline
from service.roster import handouts
from service.roster import queries as roster
from service.roster.handouts import HandoutRow
from service.signups.queries import concerned
from service.terms import ShiftState
from service.volunteers.models import Volunteer
from service.volunteers.queries import names_for_others
from service.web import page, where
from service.web.board import boards
from service.web.desk import Desk, activity_here, asked_monday, at_desk, found, shift_here
from service.web.pages.roster import board_address

pages = Blueprint("handouts", __name__, url_prefix="/co")

WEEK, MONTH = timedelta(days=7), timedelta(days=28)
#: Shifts a poster names; it hangs for weeks, and is read from two metres.
ON_A_POSTER = 5
#: Lines for a pen at the end of a sign-in sheet.
BLANK_LINES = 5


@pages.get("/handouts")
@at_desk
def week(desk: Desk) -> Response:
    """A week's places of everybody who reads no screen, a paper each."""
    monday = asked_monday(desk)
    from_at = max(instant(monday, time.min), desk.now)
    until_at = instant(monday + WEEK, time.min)
    rows = handouts.without_screens(desk.db, scope_ids=desk.scope_ids, from_at=from_at, until_at=until_at)
    return page.render(
        "handouts/people.html",
        title=_("不看手机的人这一周的班"),
        monday=monday,
        sunday=monday + timedelta(days=6),
        papers=_papers(desk, rows),
        earlier=page.here(on=(monday - WEEK).isoformat()) if monday > local(desk.now).date() else None,
        later=page.here(on=(monday + WEEK).isoformat()),
        back=url_for("slips.index"),
        now=desk.now,
    )


@pages.get("/people/<int:volunteer_id>/handout")
@at_desk
def person(desk: Desk, volunteer_id: int) -> Response:
    """One person's places of the coming four weeks."""
    her = found(concerned(desk.db, volunteer_id, scope_ids=desk.scope_ids))
    rows = handouts.of_person(desk.db, her.id, scope_ids=desk.scope_ids, from_at=desk.now, until_at=desk.now + MONTH)
    return page.render(
        "handouts/people.html",
        title=_("{name}的班", name=her.name),
        monday=None,
        papers=_papers(desk, rows),
        earlier=None,
        later=None,
        back=page.local_path(request.args.get("back", ""), otherwise=url_for("ledger.person", volunteer_id=her.id)),
        now=desk.now,
    )


@pages.get("/shifts/<int:shift_id>/sign-in")
@at_desk
def sign_in(desk: Desk, shift_id: int) -> Response:
    """A shift's people with room to sign, and lines for whoever comes besides."""
    shift = shift_here(desk, shift_id)
    activity = activity_here(desk, shift.activity_id)
    rows = roster.roster(
        desk.db,
        scope_ids=desk.scope_ids,
        activity_id=activity.id,
        from_at=shift.starts_at,
        until_at=shift.starts_at + timedelta(seconds=1),
    )
    [board] = boards([shift], roster=[row for row in rows if row.Shift.id == shift.id], waiting=[])
    people = [one.person.id for role in board.roles for one in (*role.placed, *role.stand_bys)]
    return page.render(
        "handouts/sign_in.html",
        title=_("签到表：{title}", title=activity.title),
        shift=shift,
        activity=activity,
        place=where.place(desk.db, shift.place_id),
        board=board,
        names=names_for_others(desk.db, people),
        blank_lines=BLANK_LINES,
        back=board_address(shift),
        now=desk.now,
    )


@pages.get("/activities/<int:activity_id>/poster")
@at_desk
def poster(desk: Desk, activity_id: int) -> Response:
    """What, when, where and whom to call, in large type, with a code that opens the activity's page."""
    activity = activity_here(desk, activity_id)
    if activity.reveal_before is not None:
        abort(404)
    return page.render(
        "handouts/poster.html",
        title=_("海报：{title}", title=activity.title),
        activity=activity,
        place=where.place(desk.db, activity.place_id),
        shifts=_coming(desk, activity)[:ON_A_POSTER],
        link=links.activity_link(activity.id),
        is_large=request.args.get("size") == "a3",
        back=url_for("roster.index", activity_id=activity.id),
        now=desk.now,
    )


def card_of(desk: Desk, her: Volunteer, home: Area) -> dict[str, Any]:
    """The head of every paper for one person: her name, where she lives, whom she calls."""
    return {"name": her.name, "home": home.name, "line": helpline(desk.db, home)}


def _coming(desk: Desk, activity: Activity) -> list[Shift]:
    until_at = desk.now + 2 * MONTH
    found_there = activities.shifts_between(desk.db, activity.id, from_at=desk.now, until_at=until_at)
    return [shift for shift in found_there if shift.state == ShiftState.OPEN]


def _papers(desk: Desk, rows: Iterable[HandoutRow]) -> list[dict[str, Any]]:
    """One paper for each person: her places with all she needs to know of each."""
    known = list(rows)
    others = handouts.companions(desk.db, known)
    places = where.places(desk.db, {row.Shift.place_id for row in known})
    papers = []
    for _person_id, hers in groupby(known, key=lambda row: row.Volunteer.id):
        own = list(hers)
        her = own[0].Volunteer
        home = desk.db.get_one(Area, her.area_id)
        duties = [
            {
                "shift": row.Shift,
                "activity": row.Activity,
                "role": row.ActivityRole.name,
                "assignment": row.Assignment,
                "place": places[row.Shift.place_id].whole,
                "others": others[row.Assignment.id],
                "link": links.answer_link(row.Assignment.id),
            }
            for row in own
        ]
        papers.append({**card_of(desk, her, home), "duties": duties})
    return papers
