"""What a week comes to for whoever coordinates areas or leads teams: read for a whole batch, when it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol

from sqlalchemy.orm import Session

from service.calendars.rules import instant
from service.db import fetch_all
from service.notifications.desk_ledgers import Waiting, waiting
from service.notifications.occasions import senders

#: How a notification names its week among its subjects: by its Monday, 20261130.
WEEKS = "weeks"
#: So many gaps are named one by one; of the others only how many there are.
NAMED = 3
#: A house that stood still on Sunday evening makes up for it until then on Monday; later the week has begun without it.
LATEST = time(12, 0)


class Telling(Protocol):
    """A notification about a week, leased or only looked at."""

    @property
    def id(self) -> int: ...
    @property
    def area_id(self) -> int | None: ...
    @property
    def account_id(self) -> int | None: ...
    @property
    def volunteer_id(self) -> int | None: ...
    @property
    def subject_ids(self) -> Mapping[str, Sequence[int]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A role with fewer people than it needs."""

    title: str
    role: str
    starts_at: datetime
    missing: int

    @property
    def what(self) -> str:
        """The activity and the role in it, said once when they are the same."""
        return self.title if self.role in ("", self.title) else f"{self.title}（{self.role}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What is held from `monday` on, and what it lacks; `gaps` are the first NAMED of `gap_count`.

    For coordinators also what waits beside the shifts (desk_ledgers.py).
    """

    monday: date
    sunday: date
    community: str
    landline: str
    shift_count: int = 0
    missing: int = 0
    gap_count: int = 0
    unanswered: int = 0
    searches: int = 0
    gaps: tuple[Gap, ...] = ()
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.shift_count or self.waiting)


def named(monday: date) -> int:
    """The week that begins on this day, as a subject's id."""
    return int(f"{monday:%Y%m%d}")


def weeks(session: Session, notifications: Sequence[Telling]) -> dict[int, Week]:
    """The week of each notification that is about one, by its id: of the areas and teams that are its reader's now."""
    telling = [one for one in notifications if one.subject_ids.get(WEEKS)]
    if not telling:
        return {}
    mondays = {one.id: date.fromisoformat(str(one.subject_ids[WEEKS][0])) for one in telling}
    values = {
        "ids": [one.id for one in telling],
        "account_ids": [one.account_id for one in telling],
        "volunteer_ids": [one.volunteer_id for one in telling],
        "from_ats": [instant(mondays[one.id], time()).isoformat() for one in telling],
        "named": NAMED,
    }
    counted = dict(fetch_all(session, _COUNTED, values, of=_counts))
    gaps: dict[int, list[Gap]] = defaultdict(list)
    for reader_id, gap in fetch_all(session, _GAPS, values, of=_gap):
        gaps[reader_id].append(gap)
    desks = _desks(session, telling, mondays)
    from_whom = senders(session, {one.area_id for one in telling if one.area_id is not None})
    return {
        one.id: Week(
            monday=mondays[one.id],
            sunday=date.fromordinal(mondays[one.id].toordinal() + 6),
            community=from_whom[one.area_id].community if one.area_id is not None else "",
            landline=from_whom[one.area_id].landline if one.area_id is not None else "",
            gaps=tuple(gaps[one.id]),
            waiting=desks[one.id],
            **counted.get(one.id, {}),
        )
        for one in telling
    }


def _desks(session: Session, telling: Sequence[Telling], mondays: Mapping[int, date]) -> dict[int, Waiting]:
    """What waits at the desk of each reader who is a coordinator; nothing for others."""
    accounts: dict[date, set[int]] = defaultdict(set)
    for one in telling:
        if one.account_id is not None:
            accounts[mondays[one.id]].add(one.account_id)
    found = {monday: waiting(session, ids, on=monday) for monday, ids in accounts.items()}
    nothing = Waiting()
    return {one.id: found.get(mondays[one.id], {}).get(one.account_id or 0, nothing) for one in telling}


def _counts(reader_id: int, *counts: int) -> tuple[int, dict[str, int]]:
    names = ("shift_count", "missing", "gap_count", "unanswered", "searches")
    return reader_id, dict(zip(names, map(int, counts), strict=True))


def _gap(reader_id: int, *columns: Any) -> tuple[int, Gap]:
    title, role, starts_at, missing = columns
    return reader_id, Gap(title=title, role=role, starts_at=starts_at, missing=missing)


#: The open shifts of the week that concern each reader: in the areas she coordinates, and of the teams she leads.
_HERS = """
WITH reader AS MATERIALIZED (
    SELECT t.id, t.account_id, coalesce(t.volunteer_id, account.volunteer_id) AS volunteer_id, t.from_at,
           (t.from_at AT TIME ZONE 'Asia/Shanghai')::date AS monday
    FROM unnest(%(ids)s::bigint[], %(account_ids)s::bigint[], %(volunteer_ids)s::bigint[],
                %(from_ats)s::timestamptz[]) AS t(id, account_id, volunteer_id, from_at)
    LEFT JOIN account ON account.id = t.account_id
), concerning AS (
    SELECT reader.id, shift.id AS shift_id
    FROM reader
    JOIN role_grant ON role_grant.account_id = reader.account_id AND role_grant.role = 'coordinator'
    JOIN area ON area.lineage @> ARRAY[role_grant.area_id]
    JOIN shift ON shift.area_id = area.id
    WHERE shift.starts_at >= reader.from_at AND shift.starts_at < reader.from_at + interval '168 hours'
    UNION
    SELECT reader.id, shift.id
    FROM reader
    JOIN membership ON membership.volunteer_id = reader.volunteer_id AND membership.role = 'lead'
        AND membership.from_on <= monday AND coalesce(membership.until_on > monday, true)
    JOIN team ON team.id = membership.team_id AND team.state = 'active'
    JOIN activity ON activity.team_id = team.id AND activity.reveal_before IS NULL
    JOIN shift ON shift.activity_id = activity.id
    WHERE shift.starts_at >= reader.from_at AND shift.starts_at < reader.from_at + interval '168 hours'
), hers AS (
    SELECT concerning.id, shift.id AS shift_id, shift.starts_at, activity.title
    FROM concerning
    JOIN shift ON shift.id = concerning.shift_id AND shift.state = 'open'
    JOIN activity ON activity.id = shift.activity_id AND activity.state = 'published'
)"""

_COUNTED = f"""{_HERS}
SELECT hers.id, count(*), sum(lacking.people), sum(lacking.roles), sum(asked.people), sum(sought.roles)
FROM hers
CROSS JOIN LATERAL (
    SELECT coalesce(sum(min_needed - taken), 0) AS people, count(*) AS roles
    FROM shift_role WHERE shift_role.shift_id = hers.shift_id AND taken < min_needed
) AS lacking
CROSS JOIN LATERAL (
    SELECT count(*) AS people FROM assignment
    WHERE assignment.shift_id = hers.shift_id AND assignment.state = 'offered'
) AS asked
CROSS JOIN LATERAL (
    SELECT count(*) AS roles FROM backfill JOIN shift_role ON shift_role.id = backfill.shift_role_id
    WHERE shift_role.shift_id = hers.shift_id AND backfill.state = 'climbing'
) AS sought
GROUP BY hers.id"""  # noqa: S608 (made of our own words)

_GAPS = f"""{_HERS}
SELECT id, title, role, starts_at, missing FROM (
    SELECT hers.id, hers.title, activity_role.name AS role, hers.starts_at,
           shift_role.min_needed - shift_role.taken AS missing,
           row_number() OVER (PARTITION BY hers.id ORDER BY hers.starts_at, shift_role.id) AS place
    FROM hers
    JOIN shift_role ON shift_role.shift_id = hers.shift_id AND shift_role.taken < shift_role.min_needed
    JOIN activity_role ON activity_role.id = shift_role.activity_role_id
) AS gap
WHERE place <= %(named)s
ORDER BY id, place"""  # noqa: S608 (made of our own words)
