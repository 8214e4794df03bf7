"""What can be done about brands: choose one, give it up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from service import audit
from service.brands.models import Brand
from service.brands.rules import is_colour, is_readable, rewritten
from service.places.models import Area


class BrandRefused(Exception):
    """It cannot be shown so. `problem` is a code: no_colour, faint."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def choose(
    session: Session,
    area: Area,
    *,
    name: str,
    accent: str,
    account_id: int | None,
    now: datetime,
    mark: bytes | None = None,
    without_mark: bool = False,
) -> Brand:
    """From now on it stands on the area's pages and papers; `mark`, a PNG, takes the place of the one there was.

    Raises BrandRefused for a colour that cannot be read, and rules.MarkRefused.
    """
    if not is_colour(accent):
        raise BrandRefused("no_colour")
    if not is_readable(accent):
        raise BrandRefused("faint")
    picture = rewritten(mark) if mark else None
    kept = session.get(Brand, area.id) or Brand(area_id=area.id, mark=None)
    kept.name, kept.accent, kept.changed_at, kept.changed_by = name, accent.lower(), now, account_id
    if picture is not None or without_mark:
        kept.mark = picture
    session.add(kept)
    session.flush()
    _note(session, "chose_brand", area, account_id=account_id, now=now)
    return kept


def give_up(session: Session, area: Area, *, account_id: int | None, now: datetime) -> None:
    """It stands there no more. Twice is harmless."""
    kept = session.get(Brand, area.id)
    if kept is not None:
        session.delete(kept)
        session.flush()
        _note(session, "gave_up_brand", area, account_id=account_id, now=now)


def _note(session: Session, verb: str, area: Area, *, account_id: int | None, now: datetime) -> None:
    audit.note(session, verb=verb, subject=("area", area.id), account_id=account_id, area_id=area.id, now=now)
