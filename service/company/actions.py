"""What can be done about who serves with whom: ask it of an activity, bind two people, loosen a bond."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity
from service.company.models import Bond, CompanyRule
from service.company.rules import Rule
from service.db import refusing
from service.pupils.queries import has_pupils
from service.terms import BondKind
from service.volunteers.models import Volunteer


class RatioWithoutChildren(Exception):
    """Children for each adult, and no children: none typed, and none enrolled."""


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
    audit.note(
        session,
        verb="asked_company",
        subject=("activity", activity.id),
        account_id=account_id,
        area_id=activity.area_id,
        now=now,
    )
    session.flush()


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
    audit.note(
        session,
        verb=verb,
        subject=("volunteer", person.id),
        account_id=account_id,
        area_id=person.area_id,
        now=now,
        kind=bond.kind,
    )
