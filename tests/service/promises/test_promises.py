"""What was promised: owed until it is done or dropped for a reason, and overdue past its last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.places.models import Area
from service.promises import actions, queries
from service.promises.actions import ReasonMissing
from service.promises.models import MOVES, ForbiddenMove, Promise
from service.terms import PromiseState
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

P = PromiseState
DUE = date(2026, 11, 30)
DAY = timedelta(days=1)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def promised(session: Session, area: Area, title: str = "修楼道灯", due_on: date = DUE) -> Promise:
    owner = factories.volunteer(session, area)
    return actions.promise(
        session, area_id=area.id, title=title, owner_id=owner.id, due_on=due_on, account_id=7, now=NOW
    )


def move(session: Session, made: Promise, to: PromiseState, reason: str = "") -> None:
    actions.move_on(session, made, to=to, reason=reason, account_id=7, now=NOW)


@pytest.mark.parametrize("to", P)
@pytest.mark.parametrize("start", P)
def test_it_moves_only_where_it_may(session: Session, area: Area, start: PromiseState, to: PromiseState) -> None:
    made = promised(session, area)
    if start != P.PROMISED:
        move(session, made, start, "没有经费")
    if to == start or to in MOVES[start]:
        move(session, made, to, "没有经费")
        assert made.state == to
    else:
        with pytest.raises(ForbiddenMove):
            move(session, made, to, "没有经费")
        assert made.state == start


def test_what_is_dropped_says_why(session: Session, area: Area) -> None:
    made = promised(session, area)
    with pytest.raises(ReasonMissing):
        move(session, made, P.DROPPED, "  ")
    move(session, made, P.DROPPED, " 没有经费 ")
    assert (made.reason, made.settled_on) == ("没有经费", date(2026, 11, 23))
    made.reason = ""
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(("state", "is_owed"), [(P.PROMISED, True), (P.DOING, True), (P.DONE, False)])
def test_it_is_overdue_the_day_after_its_last_while_it_is_owed(
    session: Session, area: Area, state: PromiseState, is_owed: bool
) -> None:
    made = promised(session, area)
    move(session, made, state)
    assert (made.is_overdue(DUE), made.is_overdue(DUE + DAY)) == (False, is_owed)
    rows = queries.listed(session, scope_ids=[area.id], overdue_on=DUE + DAY)
    assert [row[0].id for row in rows] == [made.id] * is_owed


def test_done_of_total_is_counted_without_what_was_dropped(session: Session, area: Area) -> None:
    made = [promised(session, area, f"第{n}件") for n in range(4)]
    move(session, made[0], P.DONE)
    move(session, made[1], P.DROPPED, "没有经费")
    assert queries.tally(made, day=DUE + DAY) == queries.Tally(total=3, done=1, overdue=2)


def test_it_is_handed_on_and_the_audit_keeps_the_former_day(session: Session, area: Area) -> None:
    made = promised(session, area)
    other = factories.volunteer(session, area, "李大雪")
    actions.hand_on(session, made, owner_id=other.id, due_on=DUE + DAY, account_id=7, now=NOW)
    [(_made, _area, owner)] = queries.listed(session, scope_ids=[area.id], year=2026)
    assert (owner.name, made.due_on) == ("李大雪", DUE + DAY)
    assert ("handed_on_promise", "promise", made.id, 7) in audited(session)


def test_another_area_has_none_of_it(session: Session, area: Area) -> None:
    made = promised(session, area)
    elsewhere = factories.community(session, "杜甫路社区")
    assert queries.in_scope(session, made.id, scope_ids=[elsewhere.id]) is None
    assert queries.listed(session, scope_ids=[elsewhere.id]) == []
    assert queries.listed(session, scope_ids=[area.id], year=2027) == []
