"""/co: what a coordinator sees first. Coverage of the next fortnight, and what waits for her, the soonest first."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response

from service import outbox
from service.activities import queries as activities
from service.activities import reviewing
from service.backfill.queries import under_way
from service.calendars import queries as calendars
from service.calendars.rules import instant, local
from service.disclosures import queries as disclosures
from service.language import _
from service.matching import queries as matching
from service.notifications import calls, slips
from service.notifications.queries import unseen
from service.partners.queries import askings
from service.people import erasing
from service.promises import queries as promises
from service.quotas.queries import alarming
from service.replanning import queries as replanning
from service.roster import queries as roster
from service.roster.heat import hot_shifts
from service.sheets import exports
from service.sheets.lines import Circumstances
from service.swaps import queries as swaps
from service.terms import SwapState
from service.web import live, page
from service.web.desk import Desk, at_desk
from service.web.heat import heat_rows
from service.web.plan_view import covered
from service.web.planned import mark

pages = Blueprint("dashboard", __name__, url_prefix="/co")

DAYS = 14
#: How many lines of one kind of work are shown; the number says how many there are.
LINES = 8
#: From how many on "so many and more" is exact enough.
MOST = 50


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Coverage as a table with words, and the list of what to do."""
    return page.render(
        "dashboard/index.html",
        title=_("工作台"),
        wide=True,
        now=desk.now,
        desk_now=live.part(desk.db, "dashboard/now.html", now=desk.now, read=partial(_values, desk)),
        has_activities=_has_activities(desk),
        unseen=unseen(desk.db, volunteer_id=None, account_id=desk.account_id),
    )


@pages.get("/now")
@at_desk
def now(desk: Desk) -> Response:
    """The same list and table alone; asked for by a script, so that they stay as things are."""
    return live.answer(desk.db, "dashboard/now.html", now=desk.now, read=partial(_values, desk))


def _values(desk: Desk) -> dict[str, Any]:
    """The fortnight's coverage, and what waits."""
    today = local(desk.now).date()
    days = [today + timedelta(days=n) for n in range(DAYS)]
    coverage = roster.coverage(
        desk.db,
        scope_ids=desk.scope_ids,
        from_at=instant(today, time.min),
        until_at=instant(days[-1] + timedelta(days=1), time.min),
    )
    calendar = calendars.calendar(desk.db, desk.scope_ids[0])
    return {
        "days": [(day, mark(day, calendar)) for day in days],
        "rows": heat_rows(coverage, days=days, daily=activities.daily(desk.db, scope_ids=desk.scope_ids, on=today)),
        "gaps": [role for role in coverage if role.gap and role.starts_at > desk.now],
        "has_activities": _has_activities(desk),
        "lines": LINES,
        "most": MOST,
        **_waiting(desk),
    }


def _has_activities(desk: Desk) -> bool:
    return bool(activities.listed(desk.db, scope_ids=desk.scope_ids, limit=1))


def _waiting(desk: Desk) -> dict[str, Any]:
    """What waits for her, beside the gaps."""
    return {
        "unsettled": replanning.unsettled(desk.db, scope_ids=desk.scope_ids, now=desk.now, limit=MOST),
        "hot_shifts": hot_shifts(desk.db, scope_ids=desk.scope_ids, now=desk.now, limit=MOST),
        "unanswered": roster.unanswered(desk.db, scope_ids=desk.scope_ids, from_at=desk.now, limit=MOST),
        "declined": roster.declined(desk.db, scope_ids=desk.scope_ids, from_at=desk.now, limit=MOST),
        "drafts": [
            (run_id, covered(titles), asked_at)
            for run_id, titles, asked_at in matching.unpublished(desk.db, scope_ids=desk.scope_ids)
        ],
        "swaps": swaps.listed(desk.db, scope_ids=desk.scope_ids, states=[SwapState.AGREED]),
        "quotas": alarming(desk.db, scope_ids=desk.scope_ids, now=desk.now),
        "promises": promises.listed(desk.db, scope_ids=desk.scope_ids, overdue_on=local(desk.now).date()),
        "to_review": reviewing.to_review(desk.db, scope_ids=desk.scope_ids, account_id=desk.account_id),
        "sent_back": reviewing.sent_back(desk.db, account_id=desk.account_id),
        "disclosures": disclosures.overdue(desk.db, scope_ids=desk.scope_ids, on=local(desk.now).date()),
        "askings": askings(desk.db, scope_ids=desk.scope_ids, volunteer_id=None, now=desk.now),
        "erasures": erasing.asked_for(desk.db, scope_ids=desk.scope_ids),
        "exports": exports.to_decide(
            desk.db, given=Circumstances(scope_ids=desk.scope_ids, account_id=desk.account_id, now=desk.now)
        ),
        "searches": len(under_way(desk.db, scope_ids=desk.scope_ids)),
        "slips": len(slips.waiting(desk.db, scope_ids=desk.scope_ids, now=desk.now)),
        "calls": calls.count(desk.db, scope_ids=desk.scope_ids),
        "dead": outbox.backlog(desk.db)["dead"] if desk.is_admin else 0,
    }
