"""Load the demo neighbourhoods into an empty database, through the real actions, relative to today.

1. areas, 2. the staff, 3. the people, 4. the teams, 5. the activities, published three days ago, crews of them held
together, 6. who has asked for a place since. All in one transaction: it is there whole, or not at all.
The dice are seeded: the same day gives the same demo.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import models  # noqa: F401 (foreign keys find their tables only when every room is known)
from service.accounts import actions as accounts
from service.activities.models import Activity
from service.calendars import actions as calendars
from service.calendars.rules import instant, local
from service.clock import now as clock_now
from service.db import transaction
from service.demo import askings, neighbourhoods, people, teams
from service.demo.duties import CREWS, DUTIES
from service.demo.logins import number
from service.demo.publishing import Duty, Office
from service.places.models import Area
from service.terms import QualificationKind, Role
from service.volunteers.models import Volunteer

SEED = 20200630
#: Any number, the same in every process: two loads at once wait for each other, and the second finds it done.
LOCK = 7_364_350_000
PUBLISHED = timedelta(days=3)


def is_loaded() -> bool:
    """Whether the demo's city is there."""
    with transaction() as session:
        return _is_loaded(session)


def load(now: datetime | None = None) -> bool:
    """Load the demo as of `now` (the clock's time if not given); False when it is there already."""
    with transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        if _is_loaded(session):
            return False
        _load(session, now=now or clock_now(session))
        return True


def _is_loaded(session: Session) -> bool:
    return session.scalar(select(Area.id).where(Area.name == neighbourhoods.CITY, Area.parent_id.is_(None))) is not None


def _load(session: Session, *, now: datetime) -> None:
    dice = random.Random(SEED)
    today = local(now).date()
    published_at = instant(today, time(0)) - PUBLISHED
    tree = neighbourhoods.plant(session)
    admin_id = _open_admin(session, tree, now=published_at)
    _set_terms(session, tree, today=today, admin_id=admin_id, now=published_at)
    contacts = _open_desks(session, tree, admin_id=admin_id, now=published_at)
    everybody = people.everybody(dice)
    registry = people.Registry(tree=tree, dice=dice, typist_id=admin_id, now=published_at, today=today)
    volunteers = registry.register(session, everybody)
    founded = teams.found(session, tree, approved_by=admin_id, now=published_at)
    teams.enrol(session, founded, people=everybody, volunteers=volunteers, now=published_at)
    office = Office(tree=tree, teams=founded, contacts=contacts, now=published_at, today=today)
    published = _publish(session, office)
    willing = askings.People(
        teams=founded,
        by_area=_by_area(volunteers),
        qualified={volunteers[p.name].id: _until(p, today=today) for p in everybody if p.holds},
        dice=dice,
    )
    askings.ask(session, published, willing, published_at=published_at, now=now.astimezone(UTC))


def _set_terms(session: Session, tree: neighbourhoods.Tree, *, today: date, admin_id: int, now: datetime) -> None:
    """The terms of the city's schools from last autumn to next summer; invented, at the usual times of the year."""
    for year in range(today.year - 1, today.year + 2):
        for name, first, last in (
            ("秋季学期", date(year, 9, 1), date(year + 1, 1, 22)),
            ("春季学期", date(year + 1, 2, 22), date(year + 1, 7, 2)),
        ):
            calendars.add_term(
                session,
                area_id=tree.by_name[neighbourhoods.CITY].id,
                name=f"{first.year}年{name}",
                from_on=first,
                until_on=last,
                now=now,
                account_id=admin_id,
            )


def _open_admin(session: Session, tree: neighbourhoods.Tree, *, now: datetime) -> int:
    admin = accounts.open_account(session, phone=number(people.ADMIN), name="穆清和")
    city = tree.by_name[neighbourhoods.CITY]
    accounts.grant_role(session, admin, role=Role.ADMIN, area_id=city.id, granted_by=None, now=now)
    return admin.id


def _open_desks(
    session: Session, tree: neighbourhoods.Tree, *, admin_id: int, now: datetime
) -> dict[str, tuple[int, str]]:
    """A coordinator for each street and community: (account id, name) by area."""
    desks = {}
    for name, area, ordinal in people.desks():
        account = accounts.open_account(session, phone=number(ordinal), name=name)
        accounts.grant_role(
            session, account, role=Role.COORDINATOR, area_id=tree.by_name[area].id, granted_by=admin_id, now=now
        )
        desks[area] = (account.id, name)
    return desks


def _publish(session: Session, office: Office) -> list[tuple[Duty, Activity]]:
    """Every duty, and which are held together."""
    published = [(duty, office.publish(session, duty)) for duty in DUTIES]
    by_title = {duty.title: activity for duty, activity in published}
    for titles in CREWS:
        office.hold_together(session, [by_title[title] for title in titles])
    return published


def _by_area(volunteers: Mapping[str, Volunteer]) -> dict[int, list[Volunteer]]:
    """Who may ask for something in each community: all but the people of the story."""
    reserved = {person.name for person in people.STORY}
    by_area: dict[int, list[Volunteer]] = defaultdict(list)
    for volunteer in volunteers.values():
        if volunteer.name not in reserved:
            by_area[volunteer.area_id].append(volunteer)
    return by_area


def _until(person: people.Person, *, today: date) -> dict[QualificationKind, date]:
    return {kind: today + timedelta(days=days) if days is not None else date.max for kind, days in person.holds}
