"""An activity that a file changed, as it was before: for as long as nobody has gone on with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities import likeness
from service.activities.models import Activity
from service.activities.rules import DatesPlan, RolePlan
from service.duties import actions as duties
from service.duties.queries import belongings
from service.replanning.queries import struck_out
from service.sheets.activity_rows import WORDS
from service.sheets.lines import Circumstances, Value
from service.sheets.plans import kept, plan_kept, roles_of, roles_text
from service.terms import ActivityState


def as_it_is(session: Session, activity: Activity, *, told: Mapping[str, Value]) -> Mapping[str, Any]:
    """What is different once anybody has gone on with the activity; `told` is its row."""
    session.flush()
    whole = {"told": dict(told), "belongings": belongings(session, activity)}
    return {"after": json.loads(json.dumps(whole)), "version": activity.version}


def as_it_was(session: Session, activity: Activity) -> dict[str, Any]:
    """All it takes to bring the activity back."""
    return {
        "columns": likeness.columns(activity),
        "roles": roles_text(likeness.roles(activity)),
        "plans": [kept(plan) for plan in plans_now(session, activity)],
    }


def plans_now(session: Session, activity: Activity) -> list[DatesPlan]:
    """The dates of the activity, with those struck out by hand."""
    return [replace(series.plan, left_out=struck_out(session, series)) for series in activity.series]


def write_anew(
    session: Session,
    activity: Activity,
    *,
    roles: Sequence[RolePlan],
    plans: Sequence[DatesPlan],
    changes: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write a draft anew as the wizard does; what belongs to it stays. Raises ActivityRefused."""
    before = belongings(session, activity)
    activities.redraft(session, activity, roles=roles, plans=plans, changes=changes, now=now)
    duties.keep_roles(session, activity, before=before)


def restore(session: Session, activity: Activity, was: Mapping[str, Any], *, given: Circumstances) -> None:
    """The activity as `as_it_was`. Raises ActivityRefused, such as where a date is past by now."""
    columns = {name: value for name, value in was["columns"].items() if value != getattr(activity, name)}
    now = as_it_was(session, activity)
    is_same_plan = all(was[name] == now[name] for name in ("roles", "plans"))
    if activity.state == ActivityState.DRAFT and not (is_same_plan and columns.keys() <= set(WORDS)):
        plans = [plan_kept(one) for one in was["plans"]]
        write_anew(session, activity, roles=roles_of(was["roles"]), plans=plans, changes=columns, now=given.now)
    else:
        activities.revise(session, activity, changes=columns, now=given.now, account_id=given.account_id)
