"""What honoured wishes are worth in a community: as usual, or as its desk has chosen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.activities.models import Activity
from service.matching.models import WishWeights
from service.matching.problem import Weights
from service.places.models import Area
from service.places.queries import community_of


class LeastAboveDearest(Exception):
    """The last wish would be worth more than the first."""


def weights_of(session: Session, area: Area) -> Weights:
    """What wishes for an activity of this area are worth: as its community says, wherever the people live."""
    row = select(WishWeights).where(WishWeights.area_id == community_of(session, area).id)
    chosen = session.scalar(row.execution_options(populate_existing=True))
    return Weights() if chosen is None else Weights(dearest=chosen.dearest, step=chosen.step, least=chosen.least)


def weights_for(session: Session, activity_ids: Collection[int], *, has_unasked: bool) -> Weights:
    """For a plan of activities that one community holds. Among the unasked, who can come counts a point before who can
    if need be."""
    area = session.get_one(Area, session.get_one(Activity, min(activity_ids)).area_id)
    return replace(weights_of(session, area), unasked=int(has_unasked))


def choose(session: Session, community: Area, weights: Weights, *, account_id: int, now: datetime) -> None:
    """Plans made from now on count so; those that are made keep theirs. Raises LeastAboveDearest.

    How much unasked people count is no choice of a community: below any wish, above fairness.
    """
    if weights.least > weights.dearest:
        raise LeastAboveDearest(f"{weights.least} > {weights.dearest}")
    if replace(weights, unasked=0) == weights_of(session, community):
        return
    points = {"dearest": weights.dearest, "step": weights.step, "least": weights.least}
    said = {**points, "chosen_by": account_id, "chosen_at": now}
    row = insert(WishWeights).values(area_id=community.id, **said)
    session.execute(row.on_conflict_do_update(index_elements=["area_id"], set_=said))
    audit.note(
        session,
        verb="chose_wish_weights",
        subject=("area", community.id),
        account_id=account_id,
        area_id=community.id,
        now=now,
        **points,
    )
