"""Of two who open a call at once one makes it; the other is told who does, and sees no number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from service.notifications import holding
from service.notifications.models import Call
from service.places.models import Area
from service.settings import Settings
from tests import desks, factories
from tests.at_once import together
from tests.browsing import Person
from tests.factories import NOW
from tests.service.web.pages.test_calls import offered_by_phone


@pytest.fixture
def two(at_now: Settings) -> tuple[Person, Person, int]:
    """Two coordinators of one community, and a call."""
    she, area = desks.coordinator()
    with transaction() as session:
        account = factories.coordinator(session, session.get_one(Area, area.id), "欧阳协调")
    call_id, _place = offered_by_phone(area)
    return she, desks.seated(account), call_id


def looks() -> int:
    with transaction() as session:
        return len(session.scalars(select(AuditEntry.id).where(AuditEntry.verb == "looked_at_phone")).all())


def test_who_comes_second_is_told_who_calls_and_sees_no_number(two: tuple[Person, Person, int]) -> None:
    she, he, call_id = two
    he.open("/co/calls")
    assert "tel:+86139" in he.send(f"/co/calls/{call_id}")
    assert "欧阳**正在打" in she.open("/co/calls")
    told = she.send(f"/co/calls/{call_id}")
    assert (she.status, "欧阳**刚刚打开了这个电话" in told, "tel:+86139" in told) == (409, True, False)
    assert looks() == 1
    assert "tel:+86139" in he.send(f"/co/calls/{call_id}"), "her own call she may open again"
    assert "tel:+86139" in she.send(f"/co/calls/{call_id}", anyway="1"), "they have agreed on it"


def test_a_call_that_is_let_go_or_ended_is_nobodys(two: tuple[Person, Person, int]) -> None:
    she, he, call_id = two
    he.open("/co/calls")
    he.send(f"/co/calls/{call_id}")
    he.send(f"/co/calls/{call_id}/let-go")
    assert "正在打" not in she.open("/co/calls")
    she.send(f"/co/calls/{call_id}")
    he.open("/co/calls")
    he.send(f"/co/calls/{call_id}/let-go")
    assert "正在打" in he.open("/co/calls"), "nobody lets go of another's call"
    she.open("/co/calls")
    she.send(f"/co/calls/{call_id}")
    she.send(f"/co/calls/{call_id}/outcome", outcome="no_answer")
    with transaction() as session:
        assert session.get_one(Call, call_id).held_by is None


def test_after_some_minutes_it_is_free(at_now: Settings) -> None:
    _she, area = desks.coordinator()
    call_id, _place = offered_by_phone(area)
    with transaction() as session:
        call = session.get_one(Call, call_id)
        assert holding.hold(session, call, account_id=1, now=NOW)
        assert not holding.hold(session, call, account_id=2, now=NOW + holding.HELD - timedelta(seconds=1))
        assert holding.hold(session, call, account_id=2, now=NOW + holding.HELD)


def test_of_two_at_once_one_has_it(at_now: Settings) -> None:
    _she, area = desks.coordinator()
    call_id, _place = offered_by_phone(area)
    got = together(
        *[lambda s, who=who: holding.hold(s, s.get_one(Call, call_id), account_id=who, now=NOW) for who in (1, 2, 3, 4)]
    )
    assert sorted(map(str, got)) == ["False", "False", "False", "True"]
