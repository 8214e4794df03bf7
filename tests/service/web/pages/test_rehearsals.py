"""/co/rehearsals: a coordinator plays the coming week; others see nothing of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from service import audit
from service.db import transaction
from service.places.models import Area
from service.rehearsal.models import Rehearsal
from service.terms import Assumption, RehearsalState
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.outbox import drain

pytestmark = pytest.mark.usefixtures("at_now")


def rehearsed(browser: Person, **typed: object) -> str:
    """Ask by the page, let the worker play it, and read what came of it."""
    browser.open("/co/rehearsals")
    browser.send("/co/rehearsals", **typed)
    assert browser.status == 200, browser.text
    address = browser.path
    assert "正在演练" in browser.text
    drain()
    return browser.open(address)


def offered_clinic() -> tuple[Person, Area]:
    """A coordinator with a shift in which somebody has a place and somebody else is asked."""
    desks_browser, area = desks.coordinator()
    _, [shift, *_] = desks.published(area)
    with transaction() as session:
        desks.signed_up(session, area, shift, "王秀英")
    drain()
    return desks_browser, area


def test_a_coordinator_plays_the_week_of_her_community() -> None:
    browser, area = offered_clinic()
    page = rehearsed(browser, area_id=area.id, days="7", assumption="nobody")
    assert "只是演练，什么都没有发出去" in page
    assert "最后还缺的" in page
    assert re.search(r"提醒.*给王", page, re.S)
    assert "王秀英" not in page, "masked, as on any paper"
    with transaction() as session:
        verbs = session.scalars(select(audit.AuditEntry.verb).order_by(audit.AuditEntry.id)).all()
        assert verbs[-1] == "looked_at_rehearsal"
        assert "rehearsed" in verbs


def test_one_button_on_the_activity_plays_it_alone() -> None:
    browser, area = offered_clinic()
    with transaction() as session:
        activity_id = factories.activity(session, area, title="另一个活动").id
    page = browser.open(f"/co/activities/{activity_id}")
    assert "先演练一遍" in page
    page = rehearsed(browser, activity_id=activity_id)
    assert "演练：另一个活动" in page
    assert "提醒" not in page.split("<h1")[1], "nobody is in it"


def test_a_draft_is_played_as_if_it_were_published() -> None:
    browser, area = desks.coordinator()
    with transaction() as session:
        activity = factories.activity(session, area, is_published=False)
    page = rehearsed(browser, activity_id=activity.id)
    assert "最后还缺的" in page
    assert "缺" in page
    with transaction() as session:
        assert session.get_one(type(activity), activity.id).state == "draft"


def test_nothing_there_is_said_and_what_is_wrong_is_said() -> None:
    browser, _ = desks.coordinator()
    assert "还没有演练过" in browser.open("/co/rehearsals")
    browser.send("/co/rehearsals", days="99", assumption="nobody")
    assert browser.status == 422
    assert "错误：" in browser.text


def test_another_community_does_not_exist_for_her() -> None:
    browser, area = desks.coordinator()
    other, elsewhere = desks.coordinator("杜甫路社区")
    with transaction() as session:
        theirs = Rehearsal(
            area_id=elsewhere.id,
            from_at=factories.NOW,
            until_at=factories.NOW.replace(year=2027),
            assumption=Assumption.NOBODY,
            state=RehearsalState.REQUESTED,
            requested_at=factories.NOW,
        )
        session.add(theirs)
        session.flush()
        activity_id = factories.activity(session, elsewhere).id
    assert browser.open(f"/co/rehearsals/{theirs.id}")
    assert browser.status == 404
    assert other.open(f"/co/rehearsals/{theirs.id}")
    assert other.status == 200
    for typed in ({"area_id": elsewhere.id}, {"activity_id": activity_id}):
        browser.open("/co/rehearsals")
        browser.send("/co/rehearsals", **typed)
        assert browser.status == 404
    assert area.id != elsewhere.id


def test_a_volunteer_has_no_such_page() -> None:
    volunteer = desks.volunteer_account()
    volunteer.open("/co/rehearsals")
    assert volunteer.status in (403, 404)


def test_the_names_of_people_stay_with_their_coordinators() -> None:
    """The kept result names nobody in full."""
    browser, area = offered_clinic()
    rehearsed(browser, area_id=area.id, assumption="everybody")
    with transaction() as session:
        result = str(session.scalars(select(Rehearsal.result)).one())
        for name in session.scalars(select(Volunteer.name)):
            assert name not in result
