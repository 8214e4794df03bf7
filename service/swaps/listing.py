"""Lists of swaps and askings for programs: a coordinator's, and a volunteer's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from service.activities.models import Activity, ActivityRole, Shift
from service.places.queries import within_or_own
from service.roster.models import Assignment
from service.swaps.models import Swap, SwapAsking
from service.swaps.queries import with_shift
from service.terms import InvitationState, SwapState
from service.volunteers.models import Volunteer

SwapListed: TypeAlias = Row[Swap, Assignment, str, int, Shift, Activity, ActivityRole]
AskingListed: TypeAlias = Row[SwapAsking, str, Shift, Activity, ActivityRole]


def swaps(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    state: SwapState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[SwapListed]:
    """Swaps of this volunteer's own places or in one of the scopes, by id."""
    statement = _swaps(volunteer_id, scope_ids).where(Swap.id > after_id)
    if state is not None:
        statement = statement.where(Swap.state == state)
    return session.execute(statement.order_by(Swap.id).limit(limit)).all()


def swap(session: Session, swap_id: int, *, volunteer_id: int | None, scope_ids: Sequence[int]) -> SwapListed | None:
    """The swap, if it is of this volunteer's own place or in one of the scopes."""
    return session.execute(_swaps(volunteer_id, scope_ids).where(Swap.id == swap_id)).one_or_none()


def askings(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    state: InvitationState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[AskingListed]:
    """Askings that are this volunteer's own or in one of the scopes, by id."""
    statement = _askings(volunteer_id, scope_ids).where(SwapAsking.id > after_id)
    if state is not None:
        statement = statement.where(SwapAsking.state == state)
    return session.execute(statement.order_by(SwapAsking.id).limit(limit)).all()


def asking(
    session: Session, swap_asking_id: int, *, volunteer_id: int | None, scope_ids: Sequence[int]
) -> AskingListed | None:
    """The asking, if it is this volunteer's own or in one of the scopes."""
    return session.execute(_askings(volunteer_id, scope_ids).where(SwapAsking.id == swap_asking_id)).one_or_none()


def _swaps(
    volunteer_id: int | None, scope_ids: Sequence[int]
) -> Select[Swap, Assignment, str, int, Shift, Activity, ActivityRole]:
    asked = select(func.count()).where(SwapAsking.swap_id == Swap.id).scalar_subquery().label("asked")
    mine = within_or_own(Swap.area_id, scope_ids, owner=Assignment.volunteer_id, volunteer_id=volunteer_id)
    statement = (
        select(Swap, Assignment, Volunteer.name, asked, Shift, Activity, ActivityRole)
        .select_from(Swap)
        .join(Assignment, Assignment.id == Swap.assignment_id)
        .join(Volunteer, Volunteer.id == Assignment.volunteer_id)
    )
    return with_shift(statement).where(mine)


def _askings(
    volunteer_id: int | None, scope_ids: Sequence[int]
) -> Select[SwapAsking, str, Shift, Activity, ActivityRole]:
    mine = within_or_own(Swap.area_id, scope_ids, owner=SwapAsking.volunteer_id, volunteer_id=volunteer_id)
    statement = (
        select(SwapAsking, Volunteer.name, Shift, Activity, ActivityRole)
        .select_from(SwapAsking)
        .join(Swap, Swap.id == SwapAsking.swap_id)
        .join(Volunteer, Volunteer.id == SwapAsking.volunteer_id)
        .join(Assignment, Assignment.id == Swap.assignment_id)
    )
    return with_shift(statement).where(mine)
