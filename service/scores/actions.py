"""What can be done about scores: set the standard, score a stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity, Shift
from service.findings import actions as findings
from service.findings.actions import Writer
from service.language import _
from service.places.models import Area
from service.routes import actions as routes
from service.routes.models import RouteStop, StopVisit
from service.scores import queries
from service.scores.models import Score, ScoreSheet
from service.scores.rules import Sheet


class ScoreRefused(Exception):
    """It cannot be set or scored so. `problems` are codes: empty, twice, points, line; no_sheet, no_such_points."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def set_sheet(session: Session, activity: Activity, *, sheet: Sheet, account_id: int | None, now: datetime) -> None:
    """From now on its visits are scored by this standard; scores there are keep theirs. Raises ScoreRefused."""
    if problems := sheet.problems():
        raise ScoreRefused(problems)
    kept = session.get(ScoreSheet, activity.id) or ScoreSheet(activity_id=activity.id)
    kept.line = sheet.line
    kept.items = [{"words": item.words, "points": item.points} for item in sheet.items]
    session.add(kept)
    session.flush()
    audit.note_about(session, "set_score_sheet", activity, account_id=account_id, now=now, items=len(sheet.items))


def score(
    session: Session,
    shift: Shift,
    *,
    stop_id: int,
    got: Sequence[int],
    by: Writer,
    now: datetime,
    words: str = "",
) -> Score:
    """Somebody scores a stop of the round, item by item; it counts as visited. The first score stands.

    What falls below the line becomes a finding, carried to the next round as any other. Raises ScoreRefused, and
    UnknownStop, NotHerShift as `routes.actions.visit` does.
    """
    sheet = queries.sheet_of(session, shift.activity_id)
    if sheet is None:
        raise ScoreRefused(["no_sheet"])
    if not sheet.fits(got):
        raise ScoreRefused(["no_such_points"])
    total = sum(got)
    told = _told(sheet, got) if total < sheet.line else ""
    visit = routes.visit(session, shift, stop_id=stop_id, by=by, words="，".join(filter(None, (told, words))), now=now)
    made: Score | None = session.scalar(
        insert(Score)
        .values(
            area_id=shift.area_id,
            activity_id=shift.activity_id,
            shift_id=shift.id,
            stop_id=stop_id,
            items=[
                {"words": item.words, "points": item.points, "got": points}
                for item, points in zip(sheet.items, got, strict=True)
            ],
            total=total,
            out_of=sheet.of,
            line=sheet.line,
            volunteer_id=by.volunteer_id,
            account_id=by.account_id,
            scored_at=now,
        )
        .on_conflict_do_nothing(index_elements=["shift_id", "stop_id"])
        .returning(Score)
    )
    if made is None:
        return queries.of_shift(session, shift.id)[stop_id]
    if told:
        made.finding_id = visit.finding_id or _find(session, shift, visit, words=told, by=by, now=now)
        session.flush()
    return made


def _told(sheet: Sheet, got: Sequence[int]) -> str:
    """`得72分，要85分：垃圾清运 10/30、楼道 5/20`."""
    lost = "、".join(f"{item.words} {points}/{item.points}" for item, points in sheet.lost(got))
    return _("得{total}分，要{line}分：{lost}", total=sum(got), line=sheet.line, lost=lost)


def _find(session: Session, shift: Shift, visit: StopVisit, *, words: str, by: Writer, now: datetime) -> int:
    """The finding of a stop that was visited before it was scored."""
    stop = session.get_one(RouteStop, visit.stop_id)
    place = session.get_one(Area, stop.place_id).name
    label = f"{place} {stop.name}" if stop.name else place
    made = findings.note(session, shift, by=by, words=f"{label}：{words}"[:500], place_id=stop.place_id, now=now)
    return made.id
