"""What can be done about who serves with whom: ask it of an activity, hold activities together,
bind two people, loosen a bond."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity
from service.activities.queries import PLANNED
from service.company import queries
from service.company.models import Bond, CompanyRule, CrewActivity
from service.company.rules import Rule
from service.db import refusing
from service.places.queries import communities_of
from service.pupils.queries import has_pupils
from service.terms import ActivityState, BondKind
from service.volunteers.models import Volunteer


class RatioWithoutChildren(Exception):
    """Children for each adult, and no children: none typed, and none enrolled."""


class CrewRefused(Exception):
    """They cannot be held together: places in one of them are not planned yet, or another community holds it."""


class InAnotherCrew(Exception):
    """One of them is held together with other activities."""


class BoundAlready(Exception):
    """The two have a bond: another one would contradict it."""


class BoundToHerself(Exception):
    """A bond takes two."""


def ask(session: Session, activity: Activity, *, rule: Rule, account_id: int | None, now: datetime) -> None:
    """What those on duty together must be from now on; who is placed stays, and the roster says where it does not hold.

    Raises RatioWithoutChildren.
    """
    if rule.per_adult and not rule.children and not has_pupils(session, activity.id):
        raise RatioWithoutChildren(f"{rule.per_adult} children for each adult of activity {activity.id}")
    kept = session.get(CompanyRule, activity.id) or CompanyRule(activity_id=activity.id)
    for name, asked in asdict(rule).items():
        setattr(kept, name, asked)
    session.add(kept)
    audit.note_about(session, "asked_company", activity, account_id=account_id, now=now)
    session.flush()


def hold_together(
    session: Session, activity: Activity, *, others: Collection[Activity], account_id: int | None, now: datetime
) -> None:
    """From now on these are one crew: on each day all that need people are given them, or none is. Without others the
    activity is held by itself, and so is what was in its crew and is left out.

    Whoever has a place keeps it. Raises CrewRefused, InAnotherCrew.
    """
    crew = sorted({activity.id, *(other.id for other in others)})
    before = sorted(queries.crews_of(session, [activity.id]))
    if crew == (before or [activity.id]):
        return
    if len(crew) > 1:
        _check_crew(session, [activity, *others], before=before)
    session.execute(delete(CrewActivity).where(CrewActivity.activity_id.in_(before)))
    with refusing(session, "pk_crew_activity", InAnotherCrew(f"one of activities {crew}")):
        session.add_all(CrewActivity(activity_id=one, crew_id=crew[0]) for one in crew if len(crew) > 1)
    audit.note_about(session, "held_together", activity, account_id=account_id, now=now, activity_ids=crew)


def _check_crew(session: Session, crew: Sequence[Activity], *, before: Collection[int]) -> None:
    """Places in those that come to it are planned, and one community holds all. Raises CrewRefused."""
    communities = {community.id for _, community in communities_of(session, {one.area_id for one in crew}).values()}
    are_planned = all(
        one.mode in PLANNED and one.state == ActivityState.PUBLISHED for one in crew if one.id not in before
    )
    if len(communities) > 1 or not are_planned:
        raise CrewRefused(f"activities {[one.id for one in crew]}")


def bind(
    session: Session,
    person: Volunteer,
    *,
    other: Volunteer,
    kind: BondKind,
    account_id: int,
    now: datetime,
    note: str = "",
) -> Bond:
    """From now on plans and searches know what the two are to each other. Raises BoundToHerself, BoundAlready."""
    if person.id == other.id:
        raise BoundToHerself(f"volunteer {person.id}")
    first, second = sorted((person.id, other.id))
    bond = Bond(person_id=first, other_id=second, kind=kind, note=note, noted_by=account_id, noted_at=now)
    with refusing(session, "uq_bond_person_id_other_id", BoundAlready(f"volunteers {first} and {second}")):
        session.add(bond)
    _note(session, "bound_people", bond, account_id=account_id, now=now)
    return bond


def loosen(session: Session, bond: Bond, *, account_id: int, now: datetime) -> None:
    """The bond does not hold any more."""
    _note(session, "loosened_bond", bond, account_id=account_id, now=now)
    session.delete(bond)
    session.flush()


def _note(session: Session, verb: str, bond: Bond, *, account_id: int, now: datetime) -> None:
    person = session.get_one(Volunteer, bond.person_id)
    audit.note_about(session, verb, person, account_id=account_id, now=now, kind=bond.kind)
