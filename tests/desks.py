"""A coordinator at her desk in a small neighbourhood, at NOW: for tests of her pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from service import clock
from service.accounts import actions as accounts
from service.accounts.models import Account
from service.activities.models import Activity, Shift
from service.db import transaction
from service.places.models import Area
from service.places.queries import root
from service.roster import actions as roster
from service.roster.models import Assignment
from service.signups.actions import sign_up
from service.signups.models import SignUp
from service.signups.queries import opening
from service.terms import Role, SignUpVia
from service.volunteers.models import Volunteer
from tests import factories
from tests.browsing import Person
from tests.factories import NOW


def seated(account: Account) -> Person:
    """A browser that is logged in as `account`."""
    who = Person()
    with who.client.session_transaction() as session:
        session["account_id"], session["epoch"] = account.id, account.epoch
    return who


def stop_clock() -> None:
    """It is NOW (and goes on from there)."""
    with transaction() as session:
        clock.turn_to(session, instant=NOW)


def coordinator(name: str = "人民路社区", role: Role = Role.COORDINATOR) -> tuple[Person, Area]:
    """The coordinator of a community, at her desk."""
    with transaction() as session:
        area = factories.community(session, name)
        return seated(factories.coordinator(session, area, role=role)), area


def head_of_the_house() -> Person:
    """An administrator of everything, at her desk."""
    with transaction() as session:
        factories.community(session)
        top = root(session)
        assert top is not None
        return seated(factories.coordinator(session, top, name="周管理", role=Role.ADMIN))


def volunteer_account() -> Person:
    """A browser logged in as somebody who coordinates nothing."""
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area, name="钱多多")
        account = accounts.open_account(session, phone=factories.phone(), name=person.name, volunteer_id=person.id)
        return seated(account)


def published(area: Area, **details: object) -> tuple[Activity, list[Shift]]:
    """A published activity there, with its shifts."""
    with transaction() as session:
        made = factories.activity(session, area, **details)  # type: ignore[arg-type]  # a test's own values
        return made, list(factories.shifts(session, made))


def signed_up(session: Session, area: Area, shift: Shift, name: str) -> SignUp:
    """Somebody of the area who signed up for the shift's only role."""
    return ask(session, factories.volunteer(session, area, name), shift)


def ask(session: Session, person: Volunteer, shift: Shift) -> SignUp:
    """The person signs up for the shift's only role."""
    role = factories.only_role(session, shift)
    return sign_up(
        session, volunteer_id=person.id, shift_id=shift.id, shift_role_id=role.id, now=NOW, via=SignUpVia.WEB
    )


def offered(session: Session, area: Area, shift: Shift, name: str, **details: Any) -> Assignment:
    """Somebody of the area who is asked to take a place in the shift's only role."""
    return asked(session, shift, factories.volunteer(session, area, name, **details))


def asked(session: Session, shift: Shift, person: Volunteer) -> Assignment:
    """The person is asked to take a place in the shift's only role."""
    row = opening(session, shift_id=shift.id, shift_role_id=factories.only_role(session, shift).id)
    assert row is not None
    made = roster.offer(session, row=row, volunteer_id=person.id, now=NOW)
    assert made is not None
    return made
