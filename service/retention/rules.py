"""How long each kind of thing may be kept, and must be. Days.

As short as its purpose allows (个人信息保护法 art. 19), and as long as another rule asks: records of service ten years
(GB/T 40143-2021, 5.2.2), logs six months (网络安全法 art. 21).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.terms import Kept

YEAR = 365


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is usual, and what may be chosen instead, from `least` to `most` days."""

    usual: int
    least: int
    most: int

    def allow(self, days: int) -> bool:
        """Whether so many days may be chosen."""
        return self.least <= days <= self.most


BOUNDS: Mapping[Kept, Bounds] = {
    Kept.LOGIN_CODES: Bounds(usual=30, least=2, most=180),
    Kept.MESSAGES: Bounds(usual=180, least=30, most=3 * YEAR),
    Kept.REMARKS: Bounds(usual=YEAR, least=30, most=3 * YEAR),
    Kept.PUPILS: Bounds(usual=90, least=7, most=YEAR),
    Kept.IDLE: Bounds(usual=3 * YEAR, least=YEAR, most=5 * YEAR),
    Kept.CONTACTS: Bounds(usual=YEAR, least=30, most=3 * YEAR),
    Kept.NAMES: Bounds(usual=10 * YEAR, least=10 * YEAR, most=30 * YEAR),
    Kept.AUDIT: Bounds(usual=3 * YEAR, least=183, most=10 * YEAR),
}


def cutoff(now: datetime, days: int) -> datetime:
    """What is older than this is over its time."""
    return now - timedelta(days=days)
