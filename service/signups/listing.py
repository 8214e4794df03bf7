"""Lists of sign-ups for those they concern: the volunteer herself, and the coordinators of the shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from service.places.queries import within_or_own
from service.signups.models import SignUp
from service.terms import SignUpState
from service.volunteers.models import Volunteer

ListedRow: TypeAlias = Row[SignUp, str, int | None]


def visible(
    session: Session, signup_id: int, *, volunteer_id: int | None, scope_ids: Sequence[int]
) -> ListedRow | None:
    """(sign-up, name, place in the queue), if it is this volunteer's own or in one of the scopes."""
    return session.execute(_listed().where(SignUp.id == signup_id, _reach(volunteer_id, scope_ids))).one_or_none()


def listed(
    session: Session,
    *,
    volunteer_id: int | None,
    scope_ids: Sequence[int],
    shift_id: int | None = None,
    of_volunteer_id: int | None = None,
    state: SignUpState | None = None,
    after_id: int = 0,
    limit: int = 30,
) -> Sequence[ListedRow]:
    """Sign-ups that are this volunteer's own or in one of the scopes, by id."""
    statement = _listed().where(_reach(volunteer_id, scope_ids), SignUp.id > after_id)
    for column, wanted in (
        (SignUp.shift_id, shift_id),
        (SignUp.volunteer_id, of_volunteer_id),
        (SignUp.state, state),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    return session.execute(statement.order_by(SignUp.id).limit(limit)).all()


def _listed() -> Select[SignUp, str, int | None]:
    ahead = aliased(SignUp)
    position = (
        select(func.count())
        .where(ahead.shift_role_id == SignUp.shift_role_id, ahead.state == SignUpState.WAITLISTED)
        .where(ahead.id <= SignUp.id)
        .correlate(SignUp)
        .scalar_subquery()
    )
    return select(SignUp, Volunteer.name, case((SignUp.state == SignUpState.WAITLISTED, position), else_=None)).join(
        Volunteer, Volunteer.id == SignUp.volunteer_id
    )


def _reach(volunteer_id: int | None, scope_ids: Sequence[int]) -> ColumnElement[bool]:
    return within_or_own(SignUp.area_id, scope_ids, owner=SignUp.volunteer_id, volunteer_id=volunteer_id)
