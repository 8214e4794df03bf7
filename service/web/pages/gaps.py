"""/co/gaps: the weeks ahead, day by day: who is missing where, who has yet to answer, which days have nobody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time, timedelta

from flask import Blueprint, Response

from service import wording
from service.activities import queries as activities
from service.backfill.queries import under_way
from service.calendars import queries as calendars
from service.calendars.rules import instant, local
from service.language import _
from service.roster import queries as roster
from service.roster.queries import Coverage
from service.web import page
from service.web.desk import Desk, at_desk
from service.web.planned import mark

pages = Blueprint("gaps", __name__, url_prefix="/co/gaps")

#: Four weeks: long enough to find somebody, and within what is laid out.
DAYS = 28


@dataclass(frozen=True, slots=True)
class Day:
    """One day that is not settled: its open roles, and what should be held daily and has no shift at all."""

    on: date
    mark: str
    roles: list[Coverage]
    without_shift: list[str]


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Every day of the four weeks with something open."""
    today = local(desk.now).date()
    days = [today + timedelta(days=n) for n in range(DAYS)]
    until_at = instant(days[-1] + timedelta(days=1), time.min)
    held = roster.coverage(desk.db, scope_ids=desk.scope_ids, from_at=instant(today, time.min), until_at=until_at)
    by_day: dict[date, list[Coverage]] = defaultdict(list)
    for role in held:
        by_day[local(role.starts_at).date()].append(role)
    calendar = calendars.calendar(desk.db, desk.scope_ids[0])
    daily = activities.daily(desk.db, scope_ids=desk.scope_ids, on=today)
    found = [
        Day(
            on=day,
            mark=mark(day, calendar),
            roles=[role for role in by_day[day] if not role.is_sure and role.starts_at > desk.now],
            without_shift=_without_shift(daily, by_day[day], day),
        )
        for day in days
    ]
    return page.render(
        "gaps/index.html",
        title=_("今后四周的缺口"),
        wide=True,
        now=desk.now,
        searches=under_way(desk.db, scope_ids=desk.scope_ids),
        days=[day for day in found if day.roles or day.without_shift],
        covered=[_covered(day, by_day[day]) for day in days] if held else [],
    )


def _covered(day: date, roles: list[Coverage]) -> tuple[str, str, tuple[int, int, int]]:
    """A day of the picture: its name, its short one, and who surely comes, has yet to answer, is missing.

    Nobody counts twice, and nobody beyond what a role needs.
    """
    sure = sum(min(role.confirmed, role.min_needed) for role in roles)
    missing = sum(role.gap for role in roles)
    asked = sum(role.min_needed for role in roles) - sure - missing
    return wording.day(day), f"{day.month}/{day.day}", (sure, asked, missing)


def _without_shift(daily: dict[int, tuple[str, date]], roles: list[Coverage], day: date) -> list[str]:
    """What serves every day, has begun by then, and has no shift on this day."""
    held = {role.activity_id for role in roles}
    return [title for activity_id, (title, first) in daily.items() if activity_id not in held and first <= day]
