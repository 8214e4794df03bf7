"""紧急联系人 and how one reads: she herself, her coordinator for her, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service import clock
from service.db import transaction
from service.volunteers.contacts import Contact, name_contact
from service.volunteers.models import Volunteer
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")
TYPED = {"name": "何立春", "relation": "女儿", "phone": "139 0000 8888"}


def test_she_names_somebody_sees_it_and_takes_it_back() -> None:
    her = desks.volunteer_account()
    assert "还没有填" in her.open("/me/profile")
    her.open("/me/contact")
    wrong = her.send("/me/contact", **{**TYPED, "phone": "12"})
    assert her.status == 422
    assert 'value="何立春"' in wrong
    assert "有急事时找谁：何立春" in her.send("/me/contact", **TYPED)
    assert "去掉，不留了" in her.open("/me/contact")
    assert "还没有填" in her.send("/me/contact/drop")


def test_a_coordinator_says_why_she_looks_and_one_of_elsewhere_cannot() -> None:
    she, area = desks.coordinator()
    stranger, _elsewhere = desks.coordinator("石窟路社区")
    with transaction() as session:
        person = factories.volunteer(session, area, "王秀英")
        name_contact(session, person, Contact("何立春", "+8613900008888", "女儿"), account_id=1, now=NOW)
    address = f"/co/people/{person.id}/contact"

    assert "何立春" not in she.open(address)
    she.send(address)
    assert she.status == 422
    assert "何立春" in she.send(address, why="emergency")
    assert she.page is not None
    assert she.page.headers["Cache-Control"] == "no-store"
    for way in (address, f"{address}/new"):
        stranger.open(way)
        assert stranger.status == 404


def test_a_coordinator_writes_down_what_an_elder_says() -> None:
    she, area = desks.coordinator()
    with transaction() as session:
        person = factories.volunteer(session, area, "王秀英", phone="+8613900009001")
    address = f"/co/people/{person.id}/contact/new"
    she.open(address)
    assert "这是本人的号码" in she.send(address, **{**TYPED, "phone": "13900009001"})
    assert "记下了王秀英的紧急联系人" in she.send(address, **TYPED)
    she.open(f"/co/people/{person.id}/contact")
    assert "何立春" in she.send(f"/co/people/{person.id}/contact", why="emergency")


def test_letters_and_language_are_hers_on_another_telephone_too() -> None:
    with transaction() as session:
        person = factories.volunteer(session, factories.community(session), "王秀英", phone="+8613900009001")
    first = Person()
    first.log_in("13900009001")
    assert 'data-size="standard"' in first.open("/me/profile")
    text = first.send("/me/reading", text_size="large", language="en")
    assert 'data-size="large"' in text
    assert "My details" in text
    with transaction() as session:
        her = session.get_one(Volunteer, person.id)
        assert (her.text_size, her.language) == ("large", "en")

    with transaction() as session:
        clock.turn_to(session, instant=NOW + timedelta(minutes=5))
    second = Person()
    second.log_in("13900009001")
    assert 'data-size="large"' in second.open("/me")
    assert 'data-size="large"' in first.send("/me/reading", text_size="huge", language="zh"), "nothing is half done"
    with transaction() as session:
        assert session.get_one(Volunteer, person.id).language == "en"


def test_larger_letters_are_offered_once_to_who_is_over_sixty() -> None:
    with transaction() as session:
        area = factories.community(session)
        for name, born, phone in (("王秀英", 1956, "+8613900009001"), ("李大雪", 1990, "+8613900009002")):
            factories.volunteer(session, area, name, phone=phone, birth_on=date(born, 3, 8))
    elder, young = Person(), Person()
    elder.log_in("13900009001")
    young.log_in("13900009002")
    assert "字要不要大一点" not in young.open("/me")
    assert "字要不要大一点" in elder.open("/me")
    text = elder.send("/me/reading", text_size="large", language="zh", back="/me")
    assert 'data-size="large"' in text
    assert elder.path == "/me"
    assert "字要不要大一点" not in elder.open("/me")
