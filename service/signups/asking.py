"""What a sign-up is judged by, read in one statement: the person, her duties, and the place she asks for.

Written as SQL because it runs once per sign-up of a rush. The rules themselves are in rules.py and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import column, select, text
from sqlalchemy.orm import Session

from service.calendars import heat
from service.calendars.models import warnings_over
from service.db import fetch
from service.roster.models import HOLDING
from service.signups.models import STANDING
from service.signups.rules import Candidate, Commitment, Held, Opening
from service.terms import ActivityState, ConsentPurpose, Mode, QualificationKind, ShiftState
from service.volunteers.models import Qualification

#: How far around a shift other duties can matter: its own week and any rest owed into it.
NEAR = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Asking:
    """A person and the place she asks for. No opening: the shift has no such role.

    `standing_id` is the sign-up she has for this shift, `kept_id` the one she withdrew whose place in this very role
    is still kept for her. `has_risk`: its risk notice she has not confirmed yet.
    `is_unannounced`: nobody asks for a place in it, people are placed.
    """

    candidate: Candidate
    opening: Opening | None
    standing_id: int | None
    kept_id: int | None
    has_risk: bool = False
    is_unannounced: bool = False


def asking(session: Session, *, volunteer_id: int, shift_id: int, shift_role_id: int) -> Asking:
    """What this sign-up is judged by. Lock the person in a statement before: a lock's own statement sees the past."""
    asked = {"volunteer_id": volunteer_id, "shift_id": shift_id, "shift_role_id": shift_role_id, "near": NEAR}
    row = fetch(session, _ASKING, asked)
    if row is None:
        raise LookupError(f"no volunteer {volunteer_id}")
    opening = opening_of(row) if row.shift_id else None
    return Asking(
        _candidate(volunteer_id, row),
        opening,
        row.standing_id,
        row.kept_id,
        bool(row.has_risk),
        bool(row.is_unannounced),
    )


def candidate(session: Session, volunteer_id: int, *, around: datetime, until: datetime | None = None) -> Candidate:
    """The person as the rules see her, with the places she holds from NEAR before `around` to NEAR after `until`."""
    window = {"from_at": around - NEAR, "until_at": (until or around) + NEAR}
    return _candidate(volunteer_id, session.execute(_CANDIDATE, {"volunteer_id": volunteer_id, **window}).one())


def candidates(
    session: Session, volunteer_ids: Collection[int], *, around: datetime, until: datetime
) -> dict[int, Candidate]:
    """Many people as the rules see them, by id, in one statement: for the matcher."""
    window = {"from_at": around - NEAR, "until_at": until + NEAR}
    rows = session.execute(_CANDIDATES, {"volunteer_ids": sorted(volunteer_ids), **window})
    return {row.id: _candidate(row.id, row) for row in rows}


def selected(columns: Mapping[str, str]) -> str:
    """Names and sources as a list of SELECT."""
    return ", ".join(f"{source} AS {name}" for name, source in columns.items())


def among(states: tuple[Any, ...]) -> str:
    """Our own terms as an SQL list."""
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


_PERSON = """
    v.birth_on, v.weekly_hours, v.tags,
    (SELECT json_agg(json_build_array(q.kind, q.valid_from, q.valid_until))
       FROM qualification q WHERE q.volunteer_id = v.id AND q.verified_at IS NOT NULL) AS qualifications,
    ARRAY(SELECT c.purpose FROM consent c WHERE c.volunteer_id = v.id AND c.withdrawn_at IS NULL) AS consents
"""

_COMMITMENTS = f"""
    (SELECT json_agg(json_build_array(h.shift_id, ha.title, extract(epoch FROM hs.starts_at),
                                      extract(epoch FROM hs.ends_at), hs.rest_after) ORDER BY hs.starts_at)
       FROM assignment h JOIN shift hs ON hs.id = h.shift_id JOIN activity ha ON ha.id = hs.activity_id
      WHERE h.volunteer_id = v.id AND h.state IN {among(HOLDING)}
        AND hs.ends_at > {{from_at}} AND hs.starts_at < {{until_at}}) AS commitments
"""

_ANY_CANDIDATE = (
    f"SELECT v.id, {_PERSON}, {_COMMITMENTS.format(from_at=':from_at', until_at=':until_at')} FROM volunteer v"
)
#: Columns are named in order, so that SQLAlchemy need not look them up anew each time.
_PERSON_COLUMNS = ("birth_on", "weekly_hours", "tags", "qualifications", "consents", "commitments")
_CANDIDATE = text(f"{_ANY_CANDIDATE} WHERE v.id = :volunteer_id").columns(*map(column, ("id", *_PERSON_COLUMNS)))
_CANDIDATES = text(f"{_ANY_CANDIDATE} WHERE v.id = ANY(:volunteer_ids)")
#: What `opening_of` reads: name and source, with the tables as below.
OPENING_COLUMNS = {
    "shift_id": "s.id",
    "shift_role_id": "r.id",
    "starts_at": "s.starts_at",
    "ends_at": "s.ends_at",
    "rest_after": "s.rest_after",
    "shift_state": "s.state",
    "activity_state": "a.state",
    "closes_before": "a.closes_before",
    "has_waitlist": "a.has_waitlist",
    "mode": "a.mode",
    "requires": "d.requires",
    "role_tags": "d.tags",
    "min_age": "d.min_age",
    "max_age": "d.max_age",
    "places_left": "r.max_needed - r.taken",
    "most_together": "least(d.most_together, r.max_needed)",
    "heat_warnings": f"CASE WHEN a.is_outdoors THEN {warnings_over('s')} END",
}

_ASKING = f"""
SELECT {_PERSON},
    {_COMMITMENTS.format(from_at="o.starts_at - %(near)s", until_at="o.starts_at + %(near)s")},
    (SELECT id FROM signup WHERE shift_id = %(shift_id)s AND volunteer_id = v.id AND state IN {among(STANDING)})
        AS standing_id,
    (SELECT k.signup_id FROM assignment k WHERE k.volunteer_id = v.id AND k.shift_role_id = %(shift_role_id)s
        AND k.place_held_until IS NOT NULL ORDER BY k.id DESC LIMIT 1) AS kept_id,
    o.reveal_before IS NOT NULL AS is_unannounced,
    o.must_confirm_risk AND NOT EXISTS (SELECT FROM risk_confirmation n WHERE n.activity_id = o.activity_id
        AND n.version = o.risk_version AND n.volunteer_id = v.id) AS has_risk,
    o.*
FROM volunteer v LEFT JOIN (
    SELECT {selected(OPENING_COLUMNS)}, a.id AS activity_id, a.must_confirm_risk, a.risk_version, a.reveal_before
    FROM shift_role r
    JOIN shift s ON s.id = r.shift_id
    JOIN activity a ON a.id = s.activity_id
    JOIN activity_role d ON d.id = r.activity_role_id
    WHERE r.id = %(shift_role_id)s AND s.id = %(shift_id)s
) o ON true
WHERE v.id = %(volunteer_id)s
"""


def _candidate(volunteer_id: int, row: Any) -> Candidate:
    return Candidate(
        volunteer_id=volunteer_id,
        birth_on=row.birth_on,
        weekly_hours=row.weekly_hours,
        tags=frozenset(row.tags),
        consents=frozenset(ConsentPurpose(purpose) for purpose in row.consents),
        qualifications=_papers(row.qualifications),
        commitments=tuple(
            Commitment(shift_id, title, _instant(starts), _instant(ends), timedelta(minutes=rest))
            for shift_id, title, starts, ends, rest in row.commitments or ()
        ),
    )


def papers(session: Session, volunteer_ids: Collection[int]) -> dict[int, tuple[Held, ...]]:
    """The verified qualifications of each who has some."""
    rows = session.execute(
        select(Qualification.volunteer_id, Qualification.kind, Qualification.valid_from, Qualification.valid_until)
        .where(Qualification.volunteer_id.in_(volunteer_ids), Qualification.verified_at.is_not(None))
        .order_by(Qualification.id)
    )
    found: dict[int, tuple[Held, ...]] = {}
    for volunteer_id, kind, since, until in rows:
        found[volunteer_id] = (*found.get(volunteer_id, ()), Held(QualificationKind(kind), since, until))
    return found


def _papers(rows: Iterable[tuple[str, str, str | None]] | None) -> tuple[Held, ...]:
    return tuple(
        Held(QualificationKind(kind), date.fromisoformat(since), date.fromisoformat(until) if until else None)
        for kind, since, until in rows or ()
    )


def opening_of(row: Any) -> Opening:
    """What a row with these columns offers."""
    return Opening(
        shift_id=row.shift_id,
        shift_role_id=row.shift_role_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rest_after=timedelta(minutes=row.rest_after),
        activity_state=ActivityState(row.activity_state),
        shift_state=ShiftState(row.shift_state),
        closes_at=row.starts_at - timedelta(minutes=row.closes_before),
        requires=tuple(QualificationKind(kind) for kind in row.requires),
        tags=tuple(row.role_tags),
        min_age=row.min_age,
        max_age=row.max_age,
        places_left=row.places_left,
        has_waitlist=row.has_waitlist,
        is_instant=Mode(row.mode).is_first_come,
        is_urgent=row.mode == Mode.CALL_OUT,
        heat=heat.heat_in(row.starts_at, row.ends_at, heat.read(row.heat_warnings)),
        most_together=row.most_together,
    )


def _instant(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
