"""“不要请我顶班”: her own word, on her page, or typed by the coordinator to whom she says it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.settings import Settings
from service.terms import NotificationKind
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.service.web.pages.test_calls import to_call


@pytest.fixture
def desk(at_now: Settings) -> tuple[Person, Area]:
    """A coordinator at her desk."""
    return desks.coordinator()


def steps_in(volunteer_id: int) -> bool:
    with transaction() as session:
        return session.get_one(Volunteer, volunteer_id).steps_in


@pytest.mark.usefixtures("at_now")
def test_she_says_so_on_her_page_and_takes_it_back() -> None:
    she = desks.volunteer_account()
    assert "缺人的时候可以问您" in she.open("/me/profile")
    text = she.send("/me/stepping-in/off")
    assert "以后不请您顶班、替班" in text
    assert "撤销" in text
    assert "不要请您顶班、替班" in text
    assert "记下了，缺人的时候会问您" in she.send("/me/stepping-in/on")
    assert she.client.post("/me/stepping-in/off").status_code == 400, "not without her page"


def test_her_coordinator_notes_it_from_the_roster_and_nobody_elses(desk: tuple[Person, Area]) -> None:
    she, area = desk
    made, [shift] = desks.published(area)
    with transaction() as session:
        person = session.get_one(Volunteer, desks.signed_up(session, area, shift, "王秀英").volunteer_id)
        stranger = factories.volunteer(session, factories.community(session, "别处社区", street="别处街道"))
    address = f"/co/people/{person.id}/stepping-in"
    assert address in she.open(f"/co/activities/{made.id}")
    assert "缺人的时候可以问" in she.open(address)
    assert "以后不请王秀英顶班" in she.send(f"{address}/off", back=f"/co/activities/{made.id}")
    assert she.path == f"/co/activities/{made.id}"
    assert steps_in(person.id) is False
    with transaction() as session:
        assert session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id.desc())).first() == "revised_volunteer"
    she.send(f"{address}/on")
    assert steps_in(person.id) is True
    she.open(f"/co/people/{stranger.id}/stepping-in")
    assert she.status == 404
    she.open(address)
    she.send(f"/co/people/{stranger.id}/stepping-in/off")
    assert (she.status, steps_in(stranger.id)) == (404, True)
    assert Person().client.get(address).status_code == 303


def test_she_says_it_when_she_is_called(desk: tuple[Person, Area]) -> None:
    she, area = desk
    _made, [shift] = desks.published(area)
    with transaction() as session:
        place = desks.offered(session, area, shift, "王秀英")
        offer, favour = to_call(session, place), to_call(session, place, kind=NotificationKind.SUBSTITUTE_CALL)
    she.open("/co/calls")
    assert "以后不要请来顶班" not in she.send(f"/co/calls/{offer.id}"), "an offer is not a favour"
    assert "以后不要请来顶班" in she.send(f"/co/calls/{favour.id}")
    she.send(f"/co/calls/{favour.id}/outcome", outcome="no", never_again="true")
    assert steps_in(place.volunteer_id) is False
