"""Who could be placed at all: what single rules forbid is left out, then whoever would need somebody left out.

Nearly always the answer lies in people's limits, in what they hold already, and in how full the opening is: it is read
from arrays (a test holds them and the rules together). The rules are asked where it takes more: of who must not meet
somebody on duty, and, of people with duties, about long stretches and about visits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from service.matching.columns import Columns, Groups
from service.matching.company import adults_for, faces_of
from service.matching.plan import Plan
from service.matching.problem import CANNOT, BondKind, Opening, Wish
from service.matching.rules import FIXED, GROWING, fits, partners
from service.matching.table import NOTHING

if TYPE_CHECKING:
    from service.matching.columns import Flags


def prospects(start: Plan, wishes: Iterable[Wish]) -> list[Wish]:
    """The wishes that a plan grown from this one might honour, in their order; some may turn out to be impossible."""
    import numpy as np

    asked = list(wishes)
    columns = Columns(start.problem, asked)
    is_able = possible(start, columns, asked)
    hope = _Hope(start, columns)
    while (hopeful := hope.of(is_able)).sum() < is_able.sum():
        is_able = hopeful
    return [asked[n] for n in np.flatnonzero(is_able).tolist()]


def could_be_placed(start: Plan, wishes: Sequence[Wish]) -> list[Wish]:
    """The wishes that break no rule that others cannot mend, in their order."""
    import numpy as np

    is_able = possible(start, Columns(start.problem, wishes), wishes)
    return [wishes[n] for n in np.flatnonzero(is_able).tolist()]


def possible(start: Plan, columns: Columns, wishes: Sequence[Wish]) -> Flags:
    """Which of the wishes break no rule that others cannot mend."""
    import numpy as np

    is_barred = np.fromiter(map(bool, map(attrgetter("barred"), wishes)), bool, len(wishes))
    is_able: Flags = _within_limits(columns) & ~is_barred
    people = np.unique(columns.person_id).tolist()
    busy = [person_id for person_id in people if start.duties.get(person_id)]
    hindered = [person_id for person_id in people if _is_hindered(start, person_id)]
    has_more = (columns.of_person("most_at_a_stretch") != NOTHING) | (columns.of_opening("visit") > 0)
    is_asked = np.isin(columns.person_id, hindered) | (has_more & np.isin(columns.person_id, busy))
    is_able &= is_asked | (_open_to_strangers(start, columns) & _beside_duties(start, columns, busy))
    for n in np.flatnonzero(is_able & is_asked).tolist():
        is_able[n] = fits(start, wishes[n], by=FIXED + GROWING)
    return is_able


def _is_hindered(start: Plan, person_id: int) -> bool:
    """Whether somebody has a duty beside whom, or while whom, she may not serve."""
    return any(
        start.duties.get(other_id) for other_id, kind in start.bonds.get(person_id, ()) if kind != BondKind.TOGETHER
    )


def _within_limits(columns: Columns) -> Flags:
    """What lies in the person and the opening alone."""
    is_elder, longest = columns.of_person("is_elder") > 0, columns.of_person("most_at_a_stretch")
    is_hard = (columns.of_opening("is_night") > 0) | (columns.of_opening("is_hot") > 0)
    flags: Flags = (
        (columns.availability != CANNOT)
        & ~(is_elder & is_hard)
        & ((longest == NOTHING) | (columns.minutes <= longest))
        & (columns.minutes <= columns.of_person("max_minutes"))
        & (columns.of_person("most_a_week") != 0)
        & (columns.of_person("most_a_day") != 0)
    )
    return flags


def _beside_duties(start: Plan, columns: Columns, busy: Sequence[int]) -> Flags:
    """What the duties of these people, in the order of their numbers, leave of their time, long stretches aside."""
    import numpy as np

    leaves: Flags = np.ones(len(columns.person_id), bool)
    wishes = np.flatnonzero(np.isin(columns.person_id, busy))
    if not len(wishes):
        return leaves
    duties = [start.duties[person_id] for person_id in busy]
    told = [(d.shift_id, d.starts, d.ends, d.rest_after, d.week, d.day) for own in duties for d in own]
    counts = np.array([len(own) for own in duties])
    whose = np.searchsorted(busy, columns.person_id[wishes])
    # Each wish beside each duty of its person: `of` is the wish, the other columns are the duty's.
    of = np.repeat(np.arange(len(wishes)), counts[whose])
    begins, firsts = (np.cumsum(sizes) - sizes for sizes in (counts, counts[whose]))
    shift, starts, ends, rest, week, day = np.array(told)[begins[whose][of] + np.arange(len(of)) - firsts[of]].T
    one = wishes[of]
    is_over = (ends + rest <= columns.starts[one]) | (
        columns.ends[one] + columns.of_opening("rest_after")[one] <= starts
    )
    meets = np.bincount(of, (shift == columns.shift[one]) | ~is_over) > 0
    this_week, today = week == columns.week[one], day == columns.day[one]
    leaves[wishes] = ~meets & (
        np.bincount(of, this_week * (ends - starts)) + columns.minutes[wishes]
        <= columns.of_person("max_minutes")[wishes]
    )
    for limit, held in ("most_a_week", this_week), ("most_a_day", today):
        most = columns.of_person(limit)[wishes]
        leaves[wishes] &= (most == NOTHING) | (np.bincount(of, held) < most)
    return leaves


def _open_to_strangers(start: Plan, columns: Columns) -> Flags:
    """Whether the opening takes somebody who holds nothing yet."""
    import numpy as np

    takes = np.zeros((len(start.problem.openings), 2), bool)
    for at in np.unique(columns.opening).tolist():
        takes[at] = _takes(start, start.problem.openings[at])
    flags: Flags = takes[columns.opening, columns.is_spare.astype(int)]
    return flags


def _takes(start: Plan, opening: Opening) -> tuple[bool, bool]:
    """Whether it takes somebody new who asked, and somebody new who comes only if need be."""
    visits = start.of_visit[opening.visit] if opening.visit else []
    known = {person_id for visit in visits for person_id in start.holders[visit.id]}
    if not start.free(opening) or 0 < faces_of(visits) <= len(known):
        return False, False
    is_met = len(start.holders[opening.id]) >= opening.min_needed
    return not is_met or start.spare_in(opening) is None, not is_met


class _Hope:
    """Who could come together, if everybody able came to everything."""

    def __init__(self, start: Plan, columns: Columns) -> None:
        import numpy as np

        self.start, self.columns = start, columns
        #: A seat: one person in one shift, in whatever role; the seat of each wish, and of each seat its shift.
        seats = Groups.by(columns.shift, columns.person)
        self.seat = np.empty_like(seats.of)
        self.seat[seats.order] = seats.of
        first = seats.firsts
        self.shifts, self.shift = np.unique(columns.shift[first], return_inverse=True)
        self.is_adult = columns.of_person("is_adult")[first] > 0
        #: She may know the way in one role of the shift only.
        self.is_experienced = seats.sums(columns.can_guide.astype(np.int64)) > 0
        self.needs_guide = columns.needs_guide
        lacking = [self._lacking(shift_id) for shift_id in self.shifts.tolist()]
        self.adults, self.guides = np.array(lacking, np.int64).reshape(-1, 2).T
        self.crew = columns.of_opening("crew")
        self.crews = np.unique(self.crew[self.crew > 0]).tolist()
        beside = list(self._beside())
        self.follower, self.partner = np.array(beside, np.int64).reshape(-1, 2).T

    def _lacking(self, shift_id: int) -> tuple[int, int]:
        """How many adults the shift still needs to be held, and how many guides if somebody new is to come."""
        persons, company = self.start.persons, self.start.company(shift_id)
        needed = adults_for(self.start.of_shift[shift_id])
        there = sum(persons[person_id].is_adult for person_id in company) if needed else 0
        return needed - there, 1 - self.start.has_guide(shift_id)

    def _beside(self) -> Iterator[tuple[int, int]]:
        """Each wish of somebody who has partners, and the seat of each partner beside her; -1 where there is none."""
        import numpy as np

        columns, led = self.columns, [one for one in self.start.bonds if partners(self.start, one)]
        follows = np.flatnonzero(np.isin(columns.person_id, led))
        each = list(zip(*(of[follows].tolist() for of in (columns.person_id, columns.shift, self.seat)), strict=True))
        seats = {(person_id, shift_id): seat for person_id, shift_id, seat in each}
        for n, (person_id, shift_id, _) in zip(follows.tolist(), each, strict=True):
            company = self.start.company(shift_id)
            for other_id in partners(self.start, person_id):
                if other_id not in company:
                    yield n, seats.get((other_id, shift_id), -1)

    def of(self, is_able: Flags) -> Flags:
        """Those of the able whose shift and crew can be held, and who have partners and a guide beside them."""
        import numpy as np

        is_there = np.zeros(len(self.shift) + 1, bool)
        is_there[self.seat[is_able]] = True
        taken = self.shift[is_there[:-1]]
        adults, guides = (
            np.bincount(taken, who[is_there[:-1]], len(self.shifts)) for who in (self.is_adult, self.is_experienced)
        )
        can_be_held, has_guide = adults >= self.adults, guides >= self.guides
        shift = self.shift[self.seat]
        hopeful: Flags = is_able & can_be_held[shift] & (has_guide[shift] | ~self.needs_guide)
        hopeful[self.follower[~is_there[self.partner]]] = False
        heads = Counter(self.columns.opening_id[is_able & (self.crew > 0)].tolist())
        broken = [crew for crew in self.crews if not self._is_whole(crew, heads)]
        return hopeful & ~np.isin(self.crew, broken)

    def _is_whole(self, crew: int, heads: Counter[int]) -> bool:
        """Enough people for each part of the crew."""
        parts, start = self.start.of_crew[crew], self.start
        return all(start.missing(part) <= min(heads[part.id], start.free(part)) for part in parts)
