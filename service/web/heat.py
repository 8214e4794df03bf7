"""The coverage table: activities down, days across, each cell a word and two numbers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.calendars.rules import local
from service.language import _
from service.roster.queries import Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One activity on one day. `is_owed`: it serves every day, so that a day without a shift is a gap too."""

    day: date
    shifts: int = 0
    needed: int = 0
    confirmed: int = 0
    offered: int = 0
    gap: int = 0
    is_owed: bool = False

    @property
    def level(self) -> str:
        """How it is coloured: none, short, near, wait or full. The words say the same."""
        if not self.shifts:
            return "short" if self.is_owed else "none"
        if self.gap:
            return "near" if self.gap == 1 and self.confirmed + self.offered else "short"
        return "wait" if self.offered else "full"

    @property
    def words(self) -> str:
        """`没有班次`, `没有人`, `缺3`, `待回复2`, `够`; a dash where nothing is planned."""
        if not self.shifts:
            return _("没有班次") if self.is_owed else _("—")
        if self.gap and not self.confirmed + self.offered:
            return _("没有人")
        if self.gap:
            return _("缺{n}", n=self.gap)
        return _("待回复{n}", n=self.offered) if self.offered else _("够")

    @property
    def numbers(self) -> str:
        """How many surely come of how many there must be; who is more than needed counts nowhere."""
        return f"{self.confirmed}/{self.needed}" if self.shifts else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One activity over the days."""

    activity_id: int
    title: str
    cells: tuple[Cell, ...]


def heat_rows(
    coverage: Iterable[Coverage], *, days: Sequence[date], daily: Mapping[int, tuple[str, date]]
) -> list[Row]:
    """The table's rows by title: what is planned on `days`; what serves daily (id → title, first day) even if not."""
    roles: dict[tuple[int, date], list[Coverage]] = defaultdict(list)
    titles = {activity_id: title for activity_id, (title, _first) in daily.items()}
    for role in coverage:
        titles[role.activity_id] = role.title
        roles[role.activity_id, local(role.starts_at).date()].append(role)
    return [
        Row(
            activity_id,
            title,
            tuple(
                _cell(day, roles[activity_id, day], is_owed=activity_id in daily and daily[activity_id][1] <= day)
                for day in days
            ),
        )
        for activity_id, title in sorted(titles.items(), key=lambda known: (known[1], known[0]))
    ]


def _cell(day: date, roles: Sequence[Coverage], *, is_owed: bool) -> Cell:
    return Cell(
        day=day,
        shifts=len({role.shift_id for role in roles}),
        needed=sum(role.min_needed for role in roles),
        confirmed=sum(min(role.confirmed, role.min_needed) for role in roles),
        offered=sum(role.offered for role in roles),
        gap=sum(role.gap for role in roles),
        is_owed=is_owed,
    )
