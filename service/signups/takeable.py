"""What one person can sign up for right now, by start: one statement a slice, and the rules pick from it.

Written as SQL with only the columns that are judged and shown, because every volunteer's app asks for it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from sqlalchemy import column, text
from sqlalchemy.orm import Session

from service.signups.asking import OPENING_COLUMNS, among, candidate, opening_of, selected
from service.signups.models import STANDING
from service.signups.rules import refusals

#: Longer than shifts are laid out ahead: duties up to then can stand in the way.
AHEAD = timedelta(days=60)


#: Name and source of each column: first what the rules judge, then what is only shown.
COLUMNS = {
    **OPENING_COLUMNS,
    "activity_id": "a.id",
    "title": "a.title",
    "area_id": "s.area_id",
    "place_id": "s.place_id",
    "cancel_reason": "s.cancel_reason",
    "version": "s.version",
    "name": "d.name",
    "min_needed": "r.min_needed",
    "max_needed": "r.max_needed",
    "taken": "r.taken",
    "stand_bys": "r.stand_bys",
    "standing_by": "r.standing_by",
    "role_most_together": "d.most_together",
}


@dataclass(frozen=True, slots=True)
class Takeable:
    """A shift and those of its roles she can take. The rows hold the columns of `_UPCOMING`."""

    shift: Any
    roles: tuple[Any, ...]

    @property
    def cursor(self) -> tuple[datetime, int]:
        """Where the shifts after this one start."""
        return self.shift.starts_at, self.shift.shift_id


def takeable_shifts(
    session: Session,
    volunteer_id: int,
    *,
    now: datetime,
    after: tuple[datetime, int] | None = None,
    limit: int = 30,
    area_id: int | None = None,
) -> list[Takeable]:
    """The next shifts around her home, or around `area_id`, with roles she could sign up for now.

    `after` is the cursor of the shift before. A shift she has signed up for already is not among them.
    """
    asking = candidate(session, volunteer_id, around=now, until=now + AHEAD)
    rows = _upcoming(session, volunteer_id, now=now, after=after, area_id=area_id, limit=limit)
    fitting = (row for row in rows if not refusals(asking, opening_of(row), now))
    return list(islice(_by_shift(fitting), limit))


def _by_shift(rows: Iterable[Any]) -> Iterator[Takeable]:
    for _shift_id, group in groupby(rows, key=lambda row: row.shift_id):
        roles = tuple(group)
        yield Takeable(roles[0], roles)


def _upcoming(
    session: Session,
    volunteer_id: int,
    *,
    now: datetime,
    after: tuple[datetime, int] | None,
    area_id: int | None,
    limit: int,
) -> Iterator[Any]:
    """Open roles in the same sub-district (the parent of the area), read slice by slice."""
    starts_at, shift_id = after or (now, 0)
    asked: dict[str, Any] = {"volunteer_id": volunteer_id, "area_id": area_id, "now": now, "slice": 3 * limit}
    last: dict[str, Any] = {"starts_at": starts_at, "shift_id": shift_id, "role_id": LAST_ROLE if after else 0}
    while True:
        rows = session.execute(_UPCOMING, {**asked, **last}).all()
        yield from rows
        if len(rows) < asked["slice"]:
            return
        last = {"starts_at": rows[-1].starts_at, "shift_id": rows[-1].shift_id, "role_id": rows[-1].shift_role_id}


#: Behind every role of a shift.
LAST_ROLE = 2**63 - 1

#: The first comparison lets the index on the start do the work; the second is exact.
_UPCOMING = text(
    f"""
SELECT {selected(COLUMNS)}
FROM shift s
JOIN area n ON n.id = s.area_id
JOIN shift_role r ON r.shift_id = s.id
JOIN activity a ON a.id = s.activity_id
JOIN activity_role d ON d.id = r.activity_role_id
WHERE s.starts_at >= :starts_at AND (s.starts_at, s.id, r.id) > (:starts_at, :shift_id, :role_id)
  AND s.starts_at > :now AND s.state = 'open' AND a.state = 'published'
  AND a.reveal_before IS NULL
  AND (SELECT coalesce(home.parent_id, home.id) FROM area home
        WHERE home.id = coalesce(:area_id, (SELECT area_id FROM volunteer WHERE id = :volunteer_id))) = ANY (n.lineage)
  AND NOT EXISTS (SELECT FROM signup u WHERE u.shift_id = s.id AND u.volunteer_id = :volunteer_id
                     AND u.state IN {among(STANDING)})
ORDER BY s.starts_at, s.id, r.id
LIMIT :slice
"""  # noqa: S608 (only our own names go in)
).columns(*map(column, COLUMNS))
