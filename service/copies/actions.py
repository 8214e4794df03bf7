"""What can be done about copying: draft another month's activities from this one's, and take that back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import audit
from service.activities import actions as activities
from service.activities import likeness
from service.activities.models import Activity, ActivityRole, Occurrence, RiskText, Series
from service.activities.rules import DatesPlan
from service.calendars.queries import calendar
from service.copies.models import CopiedActivity, Copy
from service.copies.queries import Copied, CopyDate, preview
from service.copies.rules import Period, narrowed
from service.teams.models import Team
from service.terms import ActivityState, CopyOutlook


class NothingToCopy(Exception):
    """No date was chosen, or none of those chosen is still to be drafted."""


class Made(NamedTuple):
    """A copying, the drafts it made and how many dates they have together."""

    copy: Copy
    activity_ids: list[int]
    dates: int


class Undone(NamedTuple):
    """Drafts that are gone, and those that stay because somebody has gone on with them."""

    gone: int
    kept: int


def copy_period(
    session: Session,
    team: Team,
    *,
    source: Period,
    target: Period,
    account_id: int,
    now: datetime,
    chosen: Collection[tuple[int, date]] | None = None,
) -> Made:
    """Draft in `target` what the team held in `source`: the dates `chosen` (series, day), or all that
    clash with nothing.

    What is there already is not drafted again; the team's row is locked, so that two who copy at once make it once.
    Raises NothingToCopy.
    """
    session.execute(select(Team.id).where(Team.id == team.id).with_for_update())
    wanted = [
        (one, [day for day in one.dates if _is_wanted(day, chosen)])
        for one in preview(session, team, source=source, target=target, now=now)
    ]
    if not any(days for _one, days in wanted):
        raise NothingToCopy(f"nothing of team {team.id} in {source} is to be drafted in {target}")
    made = Copy(
        area_id=team.area_id,
        team_id=team.id,
        span=source.span,
        from_on=source.from_on,
        to_on=target.from_on,
        account_id=account_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    ids = [_draft(session, made, one, days, now=now) for one, days in wanted if days]
    _note(session, "copied_period", made, account_id=account_id, now=now)
    return Made(made, ids, sum(len(days) for _one, days in wanted))


def undo(session: Session, made: Copy, *, account_id: int, now: datetime) -> Undone:
    """Take back its drafts. One that was published, called off or written anew since stays. Twice is harmless."""
    found = session.scalars(
        select(Activity)
        .join(CopiedActivity, CopiedActivity.activity_id == Activity.id)
        .where(CopiedActivity.copy_id == made.id)
        .order_by(Activity.id)
    ).all()
    gone = sum(_remove(session, activity) for activity in found)
    if made.undone_at is None:
        made.undone_at = now
        _note(session, "undid_copy", made, account_id=account_id, now=now)
    return Undone(gone, len(found) - gone)


def _is_wanted(one: CopyDate, chosen: Collection[tuple[int, date]] | None) -> bool:
    if chosen is None:
        return one.outlook == CopyOutlook.NEW
    return one.can_be_chosen and (one.series_id, one.day) in chosen


def _draft(session: Session, made: Copy, one: Copied, days: list[CopyDate], *, now: datetime) -> int:
    """The id of a draft like the activity, on these days."""
    activity = activities.draft(
        session,
        roles=likeness.roles(one.activity),
        plans=_plans(session, one.activity, days),
        created_by=made.account_id,
        now=now,
        **likeness.columns(one.activity),
    )
    session.add(CopiedActivity(activity_id=activity.id, copy_id=made.id, source_id=one.activity.id))
    session.flush()
    return activity.id


def _plans(session: Session, activity: Activity, days: list[CopyDate]) -> list[DatesPlan]:
    known = calendar(session, activity.area_id)
    chosen: dict[tuple[int, DatesPlan], list[date]] = {}
    for one in days:
        if one.plan is not None:
            chosen.setdefault((one.series_id, one.plan), []).append(one.day)
    return [narrowed(plan, on, known) for (_series_id, plan), on in chosen.items()]


def _remove(session: Session, activity: Activity) -> bool:
    """Whether the draft could go: something else may hold it by now, such as a route."""
    if activity.state != ActivityState.DRAFT or activity.version > 1:
        return False
    try:
        with session.begin_nested():
            for part in (ActivityRole, Occurrence, Series, RiskText):
                session.execute(delete(part).where(part.activity_id == activity.id))
            session.execute(delete(Activity).where(Activity.id == activity.id))
    except IntegrityError:
        return False
    session.expunge(activity)
    return True


def _note(session: Session, verb: str, made: Copy, *, account_id: int, now: datetime) -> None:
    audit.note(session, verb=verb, subject=("team", made.team_id), account_id=account_id, area_id=made.area_id, now=now)
