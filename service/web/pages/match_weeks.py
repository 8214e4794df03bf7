"""/co/areas/<id>/match: one plan of everything a community plans in a week, so that wishes for several activities are
weighed together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from service.activities.models import Activity
from service.calendars.rules import instant
from service.company.queries import crews_of
from service.language import _
from service.matching import actions
from service.matching.queries import planned_together
from service.places.models import Area
from service.web import page
from service.web.desk import Desk, asked_monday, at_desk, whole_community

pages = Blueprint("match_weeks", __name__, url_prefix="/co/areas/<int:area_id>/match")

WEEK = timedelta(days=7)


@pages.get("")
@at_desk
def show(desk: Desk, area_id: int) -> ResponseReturnValue:
    """What would be planned together in the week of the day `on`."""
    return _page(desk, whole_community(desk, area_id), asked_monday(desk))


@pages.post("")
@at_desk
def ask(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Have the rest of the week planned, all of it at once."""
    community, monday = whole_community(desk, area_id), asked_monday(desk)
    from_at, until_at = _window(desk, monday)
    planned = planned_together(desk.db, community, from_at=from_at, until_at=until_at)
    try:
        with desk.db.begin_nested():
            run = actions.request(
                desk.db,
                activity_ids=[activity.id for activity, _shifts in planned],
                from_at=from_at,
                until_at=until_at,
                account_id=desk.account_id,
                now=desk.now,
            )
    except actions.NothingToMatch:
        return _page(desk, community, monday, refusal=_("这一周没有要排的班。"), status=409)
    return page.see_other(url_for("matching.index", match_run_id=run.id))


def _page(desk: Desk, community: Area, monday: date, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    from_at, until_at = _window(desk, monday)
    planned = planned_together(desk.db, community, from_at=from_at, until_at=until_at)
    return page.render(
        "matching/week.html",
        title=_("一起排{community}的一周", community=community.name),
        community=community,
        crews=_crews(desk, planned),
        monday=monday,
        sunday=monday + timedelta(days=6),
        earlier=(monday - WEEK).isoformat() if instant(monday, time.min) > desk.now else None,
        later=(monday + WEEK).isoformat(),
        refusal=refusal,
        status=status,
    )


def _crews(desk: Desk, planned: Sequence[Row[Activity, int]]) -> dict[int, list[Row[Activity, int]]]:
    """What is planned, by crew; 0: what is held by itself, or has nobody of its crew beside it in this week."""
    crew_of = crews_of(desk.db, [activity.id for activity, _shifts in planned])
    sizes = Counter(crew_of.get(activity.id, 0) for activity, _shifts in planned)
    crews: dict[int, list[Row[Activity, int]]] = defaultdict(list)
    for row in planned:
        crew = crew_of.get(row[0].id, 0)
        crews[crew if sizes[crew] > 1 else 0].append(row)
    return crews


def _window(desk: Desk, monday: date) -> tuple[datetime, datetime]:
    """What is left of the week; empty when it is over."""
    return max(desk.now, instant(monday, time.min)), instant(monday + WEEK, time.min)
