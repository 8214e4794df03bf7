"""Whether those on duty together may be left so: pure. `matching/company.py` asks the same of plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.terms import BondKind, CompanyFault

#: Nobody is alone with children (《未成年人保护法》 asks care of whoever looks after them; two adults is our rule).
ADULTS = 2
#: So many shifts of an activity served: she can guide somebody new.
GUIDES_AFTER = 3


def adults_for(children: int, per_adult: int) -> int:
    """How many adults so many children need: two, more by the ratio (0: none is asked for)."""
    if not children:
        return 0
    return max(ADULTS, -(-children // per_adult) if per_adult else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an activity asks of those on duty together, as `models.CompanyRule` keeps it."""

    children: int = 0
    per_adult: int = 0
    pairs_newcomers: bool = False
    held_together: bool = False
    most_faces: int = 0

    @property
    def adults(self) -> int:
        """How many adults a shift must have."""
        return adults_for(self.children, self.per_adult)


@dataclass(frozen=True, slots=True)
class Held:
    """A shift of an activity, and its day in China."""

    shift_id: int
    activity_id: int
    on: date


def crews(shifts: Iterable[Held], crew_of: Mapping[int, int]) -> dict[int, int]:
    """Shift → its crew, which has the lowest id of its shifts: those on one day of activities of one crew.

    `crew_of` by activity. A shift of an activity in no crew is left out.
    """
    together: dict[tuple[int, date], list[int]] = defaultdict(list)
    for held in shifts:
        if held.activity_id in crew_of:
            together[crew_of[held.activity_id], held.on].append(held.shift_id)
    return {shift_id: min(ids) for ids in together.values() for shift_id in ids}


def is_new(served: int) -> bool:
    """Whether who has served so many shifts of an activity is a newcomer there."""
    return served == 0


def can_guide(served: int) -> bool:
    """Whether who has served so many shifts of an activity can guide a newcomer there."""
    return served >= GUIDES_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Somebody on duty: of age or not, and how many shifts of the activity she has served before."""

    volunteer_id: int
    is_adult: bool
    served: int

    @property
    def is_new(self) -> bool:
        return is_new(self.served)

    @property
    def can_guide(self) -> bool:
        return can_guide(self.served)


def faults(
    rule: Rule,
    servers: Sequence[Server],
    *,
    bonds: Mapping[tuple[int, int], BondKind],
    missing: Collection[bool],
    is_crew_short: bool = False,
) -> Iterator[CompanyFault]:
    """All that is wrong with who is on duty in one shift. Nobody there is a gap, and no fault.

    `bonds` by (lower id, higher id); `missing` says of each role whether it is short of its minimum, `is_crew_short`
    whether a shift is that is held together with this one.
    """
    if not servers:
        return
    adults = sum(one.is_adult for one in servers)
    if adults < min(ADULTS, rule.adults):
        yield CompanyFault.TWO_ADULTS
    elif adults < rule.adults:
        yield CompanyFault.CHILD_RATIO
    if rule.pairs_newcomers and any(one.is_new for one in servers) and not any(one.can_guide for one in servers):
        yield CompanyFault.NEWCOMER
    if is_crew_short or (rule.held_together and any(missing)):
        yield CompanyFault.CREW
    yield from _bond_faults({one.volunteer_id for one in servers}, bonds)


def _bond_faults(there: Collection[int], bonds: Mapping[tuple[int, int], BondKind]) -> Iterator[CompanyFault]:
    both = {kind for (one, other), kind in bonds.items() if one in there and other in there}
    if BondKind.APART in both:
        yield CompanyFault.APART
    if BondKind.RELIEF in both:
        yield CompanyFault.RELIEF
    if any(kind == BondKind.TOGETHER and (one in there) != (other in there) for (one, other), kind in bonds.items()):
        yield CompanyFault.TOGETHER
