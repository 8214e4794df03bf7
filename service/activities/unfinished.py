"""An activity while it is being typed: begun, kept step by step, found again. What it becomes is in actions.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.activities.models import UnfinishedActivity

KEPT_FOR = timedelta(days=30)

#: What was typed in one step, by field.
Typed = Mapping[str, Sequence[str]]


def begin(
    session: Session,
    *,
    account_id: int,
    now: datetime,
    steps: Mapping[str, Typed] | None = None,
    activity_id: int | None = None,
    like_id: int | None = None,
) -> UnfinishedActivity:
    """Start typing an activity, perhaps from `steps` that are known; with `activity_id`, that draft is written anew;
    with `like_id`, it is to be like that one.

    What the same account left lying longer than KEPT_FOR is swept away.
    """
    session.execute(
        delete(UnfinishedActivity).where(
            UnfinishedActivity.account_id == account_id, UnfinishedActivity.touched_at < now - KEPT_FOR
        )
    )
    begun = UnfinishedActivity(
        account_id=account_id, steps=_plain(steps or {}), activity_id=activity_id, like_id=like_id, touched_at=now
    )
    session.add(begun)
    session.flush()
    return begun


def keep(unfinished: UnfinishedActivity, *, step: str, typed: Typed, now: datetime) -> None:
    """Keep what was typed in one step."""
    unfinished.steps = {**unfinished.steps, **_plain({step: typed})}
    unfinished.touched_at = now


def finish(unfinished: UnfinishedActivity, *, activity_id: int, now: datetime) -> None:
    """It has become an activity."""
    unfinished.activity_id, unfinished.finished_at = activity_id, now


def of_account(session: Session, unfinished_id: int, *, account_id: int) -> UnfinishedActivity | None:
    """The unfinished activity, if it is this account's own; locked, so that its last step is taken once."""
    return session.scalar(
        select(UnfinishedActivity)
        .where(UnfinishedActivity.id == unfinished_id, UnfinishedActivity.account_id == account_id)
        .with_for_update()
    )


def waiting(session: Session, *, account_id: int) -> Sequence[UnfinishedActivity]:
    """What this account began and has not finished, the latest first."""
    return session.scalars(
        select(UnfinishedActivity)
        .where(UnfinishedActivity.account_id == account_id, UnfinishedActivity.finished_at.is_(None))
        .order_by(UnfinishedActivity.touched_at.desc(), UnfinishedActivity.id.desc())
        .limit(10)
    ).all()


def _plain(steps: Mapping[str, Typed]) -> dict[str, dict[str, list[str]]]:
    return {step: {name: list(values) for name, values in typed.items()} for step, typed in steps.items()}
