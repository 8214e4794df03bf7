"""Pure rules about scores: what a visit comes to, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Items of one standard, and points of one item, at most.
MOST_ITEMS, MOST_POINTS = 20, 100


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at, and how many points it is worth."""

    words: str
    points: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A standard: its items, and the line, in points, below which a place has to be looked after."""

    items: tuple[Item, ...]
    line: int

    @property
    def of(self) -> int:
        """What a place can get."""
        return sum(item.points for item in self.items)

    def problems(self) -> list[str]:
        """Codes of what is wrong with it: empty, twice, points, line."""
        found = [] if 0 < len(self.items) <= MOST_ITEMS else ["empty"]
        if len({item.words for item in self.items}) < len(self.items):
            found.append("twice")
        if any(not 0 < item.points <= MOST_POINTS for item in self.items):
            found.append("points")
        if not 0 <= self.line <= self.of:
            found.append("line")
        return found

    def fits(self, got: Sequence[int]) -> bool:
        """Whether these can be the points of a visit, item by item."""
        return len(got) == len(self.items) and all(
            0 <= points <= item.points for points, item in zip(got, self.items, strict=True)
        )

    def lost(self, got: Sequence[int]) -> list[tuple[Item, int]]:
        """The items that cost points, with what they got, the dearest loss first."""
        short = [(item, points) for item, points in zip(self.items, got, strict=True) if points < item.points]
        return sorted(short, key=lambda pair: pair[1] - pair[0].points)
