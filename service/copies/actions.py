"""What can be done about copying: draft another month's activities from this one's, and take that back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.activities import actions as activities
from service.activities import likeness
from service.activities.models import Activity
from service.activities.rules import DatesPlan
from service.calendars.queries import calendar
from service.copies.models import CopiedActivity, Copy
from service.copies.queries import Copied, CopyDate, preview
from service.copies.rules import Period, narrowed
from service.duties import actions as duties
from service.duties.queries import belongings
from service.duties.rules import led_to
from service.partners.queries import is_asked
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
    The drafts have what belongs to the activities they are made from; findings that went to one of these go to its
    draft.
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
    drafts = {one.activity.id: _draft(session, made, one, days, now=now) for one, days in wanted if days}
    _take_over(session, made, drafts, now=now)
    _note(session, "copied_period", made, account_id=account_id, now=now)
    return Made(made, [draft.id for draft in drafts.values()], sum(len(days) for _one, days in wanted))


def undo(session: Session, made: Copy, *, account_id: int, now: datetime) -> Undone:
    """Take back its drafts. One that was published, called off or written anew since stays. Twice is harmless."""
    left = session.execute(
        select(Activity, CopiedActivity)
        .join(CopiedActivity, CopiedActivity.activity_id == Activity.id)
        .where(CopiedActivity.copy_id == made.id)
        .order_by(Activity.id)
    ).all()
    count = len(left)
    while gone := [row for row in left if _remove(session, row.Activity, laid=row.CopiedActivity.laid)]:
        left = [row for row in left if row not in gone]
    if made.undone_at is None:
        made.undone_at = now
        _note(session, "undid_copy", made, account_id=account_id, now=now)
    return Undone(count - len(left), len(left))


def _is_wanted(one: CopyDate, chosen: Collection[tuple[int, date]] | None) -> bool:
    if chosen is None:
        return one.outlook == CopyOutlook.NEW
    return one.can_be_chosen and (one.series_id, one.day) in chosen


def _draft(session: Session, made: Copy, one: Copied, days: list[CopyDate], *, now: datetime) -> Activity:
    """A draft like the activity, on these days."""
    return activities.draft(
        session,
        roles=likeness.roles(one.activity),
        plans=_plans(session, one.activity, days),
        created_by=made.account_id,
        now=now,
        **likeness.columns(one.activity),
    )


def _take_over(session: Session, made: Copy, drafts: Mapping[int, Activity], *, now: datetime) -> None:
    """Each draft (by the id of its source) has what belongs to its source; what that was is kept, to be undone."""
    became = {source_id: draft.id for source_id, draft in drafts.items()}
    for source_id, draft in drafts.items():
        whole = led_to(belongings(session, session.get_one(Activity, source_id)), became)
        duties.lay(session, draft, belongings=whole, account_id=made.account_id, now=now)
        laid = belongings(session, draft)
        session.add(CopiedActivity(activity_id=draft.id, copy_id=made.id, source_id=source_id, laid=dict(laid)))
    session.flush()


def _plans(session: Session, activity: Activity, days: list[CopyDate]) -> list[DatesPlan]:
    known = calendar(session, activity.area_id)
    chosen: dict[tuple[int, DatesPlan], list[date]] = {}
    for one in days:
        if one.plan is not None:
            chosen.setdefault((one.series_id, one.plan), []).append(one.day)
    return [narrowed(plan, on, known) for (_series_id, plan), on in chosen.items()]


def _remove(session: Session, activity: Activity, *, laid: Mapping[str, Any]) -> bool:
    """Whether the draft could go: somebody may have gone on with it, or something else hold it by now, such as the
    findings of another that are carried to it."""
    if activity.state != ActivityState.DRAFT or activity.version > 1 or is_asked(session, activity.id):
        return False
    return belongings(session, activity) == laid and duties.delete_draft(session, activity)


def _note(session: Session, verb: str, made: Copy, *, account_id: int, now: datetime) -> None:
    audit.note(session, verb=verb, subject=("team", made.team_id), account_id=account_id, area_id=made.area_id, now=now)
