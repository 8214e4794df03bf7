"""How far people have to go from home, as far as the tree of areas tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db import one_of
from service.places.queries import steps_to
from service.places.rules import apart
from service.volunteers.models import Volunteer


def how_far(
    session: Session, asked: Collection[tuple[int, int]], *, places: Mapping[int, int]
) -> dict[tuple[int, int], int]:
    """(volunteer, role) → how far the role's place is from her home; empty where all are as far, for that says nothing.

    `places`: role → area in which its shift is held.
    """
    people = {volunteer_id for volunteer_id, _ in asked}
    homes = dict(session.execute(select(Volunteer.id, Volunteer.area_id).where(one_of(Volunteer.id, people))).all())
    steps = steps_to(session, {*homes.values(), *places.values()})
    pairs = {(homes[volunteer_id], places[role_id]) for volunteer_id, role_id in asked}
    far = {(home, place): apart(steps[home], steps[place]) for home, place in pairs}
    if len(set(far.values())) < 2:
        return {}
    return {(volunteer_id, role_id): far[homes[volunteer_id], places[role_id]] for volunteer_id, role_id in asked}
