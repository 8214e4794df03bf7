"""What a coordinator can do: draft, publish, move, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service import audit, outbox
from service.activities import reviewing
from service.activities.laying_out import lay_out
from service.activities.models import Activity, ActivityRole, Occurrence, RiskText, Series, Shift
from service.activities.rules import LONGEST_SHIFT, DatesPlan, RolePlan, plan_problems, rest_after
from service.calendars.queries import calendar, quiet_hours
from service.events import ActivityPublished, OutdoorsChanged, RiskRewritten, ShiftCancelled, ShiftMoved
from service.teams.models import Team
from service.terms import ActivityState, Mode, ShiftState, TeamState


class ActivityRefused(Exception):
    """The activity cannot be drafted, published or changed so. `problems` are codes with their field."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(", ".join(f"{name}: {codes}" for name, codes in problems.items()))
        self.problems = problems


def draft(
    session: Session,
    *,
    area_id: int,
    place_id: int,
    title: str,
    mode: Mode,
    roles: Sequence[RolePlan],
    plans: Sequence[DatesPlan],
    contact_name: str,
    contact_phone: str,
    created_by: int | None,
    now: datetime,
    **details: Any,
) -> Activity:
    """Write an activity down; nobody but coordinators sees it. `details` are further columns of Activity.

    Raises ActivityRefused when there is no role or no date, when a date is past, or a risk notice that must be
    confirmed is empty.
    """
    _check_plans(session, roles, plans, area_id=area_id, is_loud=details.get("is_loud", False), now=now)
    _check_risk(details)
    activity = Activity(
        area_id=area_id,
        place_id=place_id,
        title=title,
        mode=mode,
        contact_name=contact_name,
        contact_phone=contact_phone,
        created_by=created_by,
        risk_version=0,
        **details,
    )
    session.add(activity)
    _number_risk(activity, now=now)
    _write_down(session, activity, roles, plans)
    return activity


def redraft(
    session: Session,
    activity: Activity,
    *,
    roles: Sequence[RolePlan],
    plans: Sequence[DatesPlan],
    changes: Mapping[str, Any],
    now: datetime,
) -> Activity:
    """Write a draft anew: its columns, roles and dates. Raises ActivityRefused, also once it is published."""
    if activity.state != ActivityState.DRAFT:
        raise ActivityRefused({"state": ["not_a_draft"]})
    reviewing.lapse(session, activity.id)
    area_id, is_loud = changes.get("area_id", activity.area_id), changes.get("is_loud", activity.is_loud)
    _check_plans(session, roles, plans, area_id=area_id, is_loud=is_loud, now=now)
    _check_risk({**_risk_of(activity), **changes})
    for part in (ActivityRole, Occurrence, Series):
        session.execute(delete(part).where(part.activity_id == activity.id))
    session.expire(activity, ["roles", "series"])
    for name, value in changes.items():
        setattr(activity, name, value)
    _number_risk(activity, now=now)
    _write_down(session, activity, roles, plans)
    return activity


def _write_down(session: Session, activity: Activity, roles: Sequence[RolePlan], plans: Sequence[DatesPlan]) -> None:
    """The roles and series of an activity, and the dates struck out, which are never laid out."""
    activity.roles, activity.series = _roles(roles), _series(plans)
    session.flush()
    for series, plan in zip(activity.series, plans, strict=True):
        session.add_all(
            Occurrence(activity_id=activity.id, series_id=series.id, on_date=day, is_off=True)
            for day in sorted(plan.left_out)
        )
    session.flush()


def _check_plans(
    session: Session,
    roles: Sequence[RolePlan],
    plans: Sequence[DatesPlan],
    *,
    area_id: int,
    is_loud: bool,
    now: datetime,
) -> None:
    problems: dict[str, list[str]] = {}
    if not roles:
        problems["roles"] = ["empty"]
    days = calendar(session, area_id)
    quiet = quiet_hours(session) if is_loud else None
    found = {code for plan in plans for code in plan_problems(plan, days, now=now, quiet=quiet)}
    dates = sorted(found or ([] if plans else ["empty"]))
    if dates:
        problems["dates"] = dates
    if problems:
        raise ActivityRefused(problems)


def _roles(roles: Sequence[RolePlan]) -> list[ActivityRole]:
    return [
        ActivityRole(
            name=role.name,
            min_needed=role.min_needed,
            max_needed=role.max_needed,
            requires=list(role.requires),
            tags=list(role.tags),
            min_age=role.min_age,
            max_age=role.max_age,
            stand_bys=role.stand_bys,
            most_together=role.most_together,
        )
        for role in roles
    ]


def _series(plans: Sequence[DatesPlan]) -> list[Series]:
    return [
        Series(
            rule=plan.rule,
            starts=plan.starts,
            ends=plan.ends,
            dawn_offset=plan.dawn_offset,
            from_on=plan.from_on,
            until_on=plan.until_on,
            day_rule=plan.day_rule,
            counts_from=plan.counts_from,
        )
        for plan in plans
    ]


def publish(
    session: Session, activity: Activity, *, now: datetime, account_id: int | None, cannot_wait: bool = False
) -> Activity:
    """Open an activity to volunteers and lay out its shifts up to the horizon. Publishing twice is harmless.

    Raises ActivityRefused when its team has not been approved, when the activity was cancelled, or when somebody else
    has to read it first (`reviewing`), unless it `cannot_wait`: a meeting people are called to, an emergency.
    """
    if activity.state == ActivityState.PUBLISHED:
        return activity
    if activity.state == ActivityState.CANCELLED:
        raise ActivityRefused({"state": ["cancelled"]})
    if activity.team_id is not None and session.get_one(Team, activity.team_id).state != TeamState.ACTIVE:
        raise ActivityRefused({"team": ["not_approved"]})
    if not cannot_wait and not reviewing.is_cleared(session, activity):
        raise ActivityRefused({"review": ["needs_review"]})
    activity.state, activity.published_at = ActivityState.PUBLISHED, now
    session.flush()
    lay_out(session, activity.series, now=now)
    outbox.record(session, ActivityPublished(activity.id))
    audit.note_about(session, "published_activity", activity, account_id=account_id, now=now)
    return activity


def revise(
    session: Session, activity: Activity, *, changes: Mapping[str, Any], now: datetime, account_id: int | None
) -> Activity:
    """Change an activity's words, contact or deadlines.

    Raises ActivityRefused when it was cancelled, when a risk notice that must be confirmed is empty, or when what is
    to be heard all around has dates in quiet hours.
    """
    if activity.state == ActivityState.CANCELLED:
        raise ActivityRefused({"state": ["cancelled"]})
    if changes.get("is_loud"):
        plans, days = [one.plan for one in activity.series], calendar(session, activity.area_id)
        if any("quiet" in plan_problems(plan, days, now=now, quiet=quiet_hours(session)) for plan in plans):
            raise ActivityRefused({"is_loud": ["quiet"]})
    if changes.get("reveal_before") and activity.reveal_before is None and activity.state != ActivityState.DRAFT:
        raise ActivityRefused({"reveal_before": ["known_already"]})
    _check_risk({**_risk_of(activity), **changes})
    if activity.state == ActivityState.DRAFT:
        reviewing.lapse(session, activity.id)
    was_outdoors = activity.is_outdoors
    for name, value in changes.items():
        setattr(activity, name, value)
    _record_revision(session, activity, was_outdoors=was_outdoors, now=now)
    audit.note_about(session, "revised_activity", activity, account_id=account_id, now=now, fields=sorted(changes))
    session.flush()
    return activity


def _record_revision(session: Session, activity: Activity, *, was_outdoors: bool, now: datetime) -> None:
    """What others have to hear of."""
    if _number_risk(activity, now=now):
        outbox.record(session, RiskRewritten(activity.id))
    if activity.is_outdoors != was_outdoors and activity.state == ActivityState.PUBLISHED:
        outbox.record(session, OutdoorsChanged(activity.id))


def _risk_of(activity: Activity) -> dict[str, Any]:
    return {"must_confirm_risk": activity.must_confirm_risk, "risk_notice": activity.risk_notice}


def _check_risk(told: Mapping[str, Any]) -> None:
    """What everybody must confirm has words."""
    if told.get("must_confirm_risk") and not told.get("risk_notice"):
        raise ActivityRefused({"risk_notice": ["no_risk_notice"]})


def _number_risk(activity: Activity, *, now: datetime) -> bool:
    """Each text that has to be confirmed is kept with its number: another text has another, and asks again.

    Whether this is another text.
    """
    texts = activity.risk_texts
    is_other = activity.must_confirm_risk and (not texts or texts[-1].text != activity.risk_notice)
    if is_other:
        activity.risk_version += 1
        texts.append(RiskText(version=activity.risk_version, text=activity.risk_notice, written_at=now))
    return is_other


def move_shift(
    session: Session, shift: Shift, *, starts_at: datetime, ends_at: datetime, now: datetime, account_id: int | None
) -> Shift:
    """Change a shift's time; its people are told, and freed if they cannot be there.

    Raises ActivityRefused: what has begun is not moved, nor anything into the past, nor is a shift made
    longer than a day, or what is heard all around into quiet hours.
    """
    problems = ["past"] if min(starts_at, shift.starts_at) <= now else []
    if ends_at <= starts_at:
        problems.append("ends_before_start")
    if ends_at - starts_at > LONGEST_SHIFT:
        problems.append("longer_than_a_day")
    if shift.state == ShiftState.CANCELLED:
        problems.append("cancelled")
    is_loud = session.get_one(Activity, shift.activity_id).is_loud
    if is_loud and quiet_hours(session).touches(starts_at, ends_at):
        problems.append("quiet")
    if problems:
        raise ActivityRefused({"shift": problems})
    shift.starts_at, shift.ends_at = starts_at, ends_at
    shift.rest_after = rest_after(starts_at, ends_at)
    outbox.record(session, ShiftMoved(shift.id))
    audit.note_about(session, "moved_shift", shift, account_id=account_id, now=now)
    return shift


def cancel_shift(session: Session, shift_id: int, *, reason: str, now: datetime, account_id: int | None) -> Shift:
    """Call a shift off. Waits for sign-ups under way, so that whoever got in is told. Twice is harmless."""
    shift = session.scalars(
        select(Shift).where(Shift.id == shift_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if shift.state == ShiftState.OPEN:
        shift.state, shift.cancel_reason = ShiftState.CANCELLED, reason
        outbox.record(session, ShiftCancelled(shift.id))
        audit.note_about(session, "cancelled_shift", shift, account_id=account_id, now=now)
    return shift


def cancel_activity(
    session: Session, activity: Activity, *, reason: str, now: datetime, account_id: int | None
) -> Activity:
    """Call off an activity and every shift of it that has not begun."""
    if activity.state == ActivityState.CANCELLED:
        return activity
    activity.state, activity.cancel_reason = ActivityState.CANCELLED, reason
    upcoming = session.scalars(
        select(Shift.id).where(Shift.activity_id == activity.id, Shift.starts_at > now).order_by(Shift.id)
    ).all()
    for shift_id in upcoming:
        cancel_shift(session, shift_id, reason=reason, now=now, account_id=account_id)
    audit.note_about(session, "cancelled_activity", activity, account_id=account_id, now=now)
    return activity
