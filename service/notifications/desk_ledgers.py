"""What waits at a desk beside its shifts: findings, promises and disclosures past their day, quotas not to be met."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.accounts.models import RoleGrant
from service.calendars.rules import instant
from service.db import one_of
from service.disclosures.models import Disclosure
from service.findings.models import Finding
from service.places.models import Area
from service.promises.models import OWED, Promise
from service.quotas import queries as quotas
from service.terms import Role


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of each."""

    findings: int = 0
    quotas: int = 0
    promises: int = 0
    disclosures: int = 0

    def __bool__(self) -> bool:
        """Whether anything does."""
        return any(astuple(self))


def waiting(session: Session, account_ids: Collection[int], *, on: date) -> dict[int, Waiting]:
    """What waits on that day for each of these coordinators, by account, in all areas that are hers."""
    scopes: dict[int, set[int]] = defaultdict(set)
    grants = select(RoleGrant.account_id, RoleGrant.area_id).where(
        one_of(RoleGrant.account_id, account_ids), RoleGrant.role == Role.COORDINATOR
    )
    for account_id, area_id in session.execute(grants):
        scopes[account_id].add(area_id)
    ledgers = {
        "findings": _late_findings(session, on=on),
        "quotas": _short_quotas(session, scopes, on=on),
        "promises": _late_promises(session, on=on),
        "disclosures": _late_disclosures(session, on=on),
    }
    lineages = _lineages(session, set().union(*ledgers.values()))

    def hers(mine: set[int], by_area: Counter[int]) -> int:
        return sum(count for area_id, count in by_area.items() if mine.intersection(lineages[area_id]))

    return {
        account_id: Waiting(**{name: hers(mine, by_area) for name, by_area in ledgers.items()})
        for account_id, mine in scopes.items()
    }


def _late_findings(session: Session, *, on: date) -> Counter[int]:
    """By area, how many nobody has settled by then."""
    late = select(Finding.area_id).where(Finding.settled_at.is_(None), Finding.due_on < on)
    return Counter(session.scalars(late))


def _late_promises(session: Session, *, on: date) -> Counter[int]:
    """By area, how many are still owed although their last day was before."""
    late = select(Promise.area_id).where(Promise.state.in_(OWED), Promise.due_on < on)
    return Counter(session.scalars(late))


def _late_disclosures(session: Session, *, on: date) -> Counter[int]:
    """By area, how many are not published although their last day was before."""
    late = select(Disclosure.area_id).where(Disclosure.done_on.is_(None), Disclosure.due_on < on)
    return Counter(session.scalars(late))


def _short_quotas(session: Session, scopes: Mapping[int, set[int]], *, on: date) -> Counter[int]:
    """By area, how many were missed or soon will be, as far as somebody here has to do with them."""
    everybodys = sorted(set().union(*scopes.values()))
    if not everybodys:
        return Counter()
    alarming = quotas.alarming(session, scope_ids=everybodys, now=instant(on, time()))
    return Counter(one.quota.area_id for one in alarming)


def _lineages(session: Session, area_ids: Collection[int]) -> dict[int, list[int]]:
    rows = session.execute(select(Area.id, Area.lineage).where(one_of(Area.id, area_ids))) if area_ids else ()
    return {row.id: row.lineage for row in rows}
