"""An activity of the demo as one entry of a table, with dates relative to today; and how it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.activities import actions
from service.activities.models import Activity
from service.activities.rules import DatesPlan, RolePlan, weekly_plan
from service.company import actions as company
from service.company.rules import Rule
from service.demo.neighbourhoods import Tree
from service.demo.teams import Teams
from service.findings import actions as findings
from service.routes import actions as routes
from service.routes.rules import StopPlan
from service.terms import DayRule, Mode, QualificationKind

EVERY_DAY = frozenset(range(1, 8))
MONDAY_TO_FRIDAY = frozenset(range(1, 6))
YEAR = 364


@dataclass(frozen=True, slots=True)
class Hours:
    """A weekly rule relative to today: `days` are ISO weekdays, `first` and `last` days from today."""

    starts: time
    ends: time
    days: frozenset[int] = EVERY_DAY
    day_rule: DayRule = DayRule.EVERY_DAY
    first: int = 0
    last: int = YEAR
    dawn_offset: int | None = None

    def plan(self, today: date) -> DatesPlan:
        """The rule with its dates."""
        return weekly_plan(
            starts=self.starts,
            ends=self.ends,
            from_on=today + timedelta(days=self.first),
            until_on=today + timedelta(days=self.last),
            weekdays=self.days,
            day_rule=self.day_rule,
            dawn_offset=self.dawn_offset,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """An activity to publish, and how far the demo fills it: `filled` percent of its places in the next days (200:
    all of them for longer), and `waiting` more people than it takes. With `carries`, what is found on duty comes to its
    next shift; `stops` are courtyards walked in this order, and `checks` what is looked at in each. `company` is what
    those on duty together must be, and on days of great heat it matters whether it `is_outdoors`."""

    title: str
    community: str
    place: str
    mode: Mode
    roles: Sequence[RolePlan]
    hours: Sequence[Hours]
    summary: str
    team: str | None = None
    programme: str | None = None
    filled: int = 60
    waiting: int = 0
    carries: bool = False
    stops: Sequence[str] = ()
    checks: tuple[str, ...] = ()
    company: Rule | None = None
    is_outdoors: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)


def role(name: str, at_least: int, at_most: int, *requires: QualificationKind, **ages: int) -> RolePlan:
    """A role as one line of a table."""
    return RolePlan(
        name=name,
        min_needed=at_least,
        max_needed=at_most,
        requires=requires,
        min_age=ages.get("min_age"),
        max_age=ages.get("max_age"),
    )


def once_in(days: int, starts: time, ends: time) -> Hours:
    """A single date, so many days from today."""
    return Hours(starts, ends, first=days, last=days)


def on(days: str, starts: time, ends: time) -> Hours:
    """Every week on these days: "136" is Monday, Wednesday and Saturday."""
    return Hours(starts, ends, days=frozenset(int(day) for day in days))


def on_workdays(starts: time, ends: time) -> Hours:
    """Monday to Friday without holidays, and the make-up Saturdays and Sundays."""
    return Hours(starts, ends, days=MONDAY_TO_FRIDAY, day_rule=DayRule.WORKDAYS)


def on_school_days(starts: time, ends: time) -> Hours:
    """Monday to Friday in term time without holidays, and the make-up Saturdays and Sundays."""
    return Hours(starts, ends, days=MONDAY_TO_FRIDAY, day_rule=DayRule.SCHOOL_DAYS)


def at_dawn(length: time) -> Hours:
    """Every day from sunrise on, so long."""
    return Hours(time(0), length, dawn_offset=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What publishing needs to know: the tree, the teams, and each community's coordinator (account id, name)."""

    tree: Tree
    teams: Teams
    contacts: Mapping[str, tuple[int, str]]
    now: datetime
    today: date

    def publish(self, session: Session, duty: Duty) -> Activity:
        """Draft and publish the duty as if it were `now`, with its dates counted from `today`."""
        area, teams = self.tree.by_name[duty.community], self.teams
        account_id, contact = self.contacts[duty.community]
        activity = actions.draft(
            session,
            area_id=area.id,
            place_id=self.tree.place(duty.community, duty.place).id,
            title=duty.title,
            mode=duty.mode,
            roles=duty.roles,
            plans=[hours.plan(self.today) for hours in duty.hours],
            contact_name=contact,
            contact_phone=area.landline or "",
            created_by=account_id,
            now=self.now,
            summary=duty.summary,
            team_id=teams.by_name[duty.team].id if duty.team else None,
            programme_id=teams.programmes[duty.team, duty.programme].id if duty.team and duty.programme else None,
            is_outdoors=duty.is_outdoors,
            **duty.details,
        )
        if duty.carries:
            findings.carry(session, activity, to=activity, account_id=account_id, now=self.now)
        if duty.company:
            company.ask(session, activity, rule=duty.company, account_id=account_id, now=self.now)
        actions.publish(session, activity, now=self.now, account_id=account_id)
        if duty.stops:
            stops = [StopPlan(place_id=self.tree.by_name[name].id, checks=duty.checks) for name in duty.stops]
            routes.lay_route(
                session, activity, stops=stops, at_once=None, within_days=None, account_id=account_id, now=self.now
            )
        return activity

    def hold_together(self, session: Session, crew: Sequence[Activity]) -> None:
        """From the day of publishing on these are one crew, as whoever coordinates the first of them says."""
        first, *others = crew
        company.hold_together(session, first, others=others, account_id=first.created_by, now=self.now)
