"""All pages in English: every text translated, and no Chinese left on the page but what people wrote."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from sqlalchemy import select

from service.activities.models import Activity, ActivityRole, Shift
from service.appointments.models import Appointment, Consultation
from service.brands.models import Brand
from service.calendars.models import SchoolTerm
from service.campaigns.models import Campaign, Indicator
from service.db import transaction
from service.demands.models import Demand
from service.disclosures.models import Disclosure
from service.findings.models import Finding
from service.notifications.models import ChatGroup, Slip
from service.partners.models import Partner
from service.places.models import Area
from service.promises.models import Promise
from service.pupils.models import Guardian, Pupil
from service.quotas.models import Quota
from service.routes.models import RouteStop
from service.secrets import unseal
from service.settings import settings
from service.sheets.models import Export, Sheet
from service.skills.models import Skill
from service.teams.models import Programme, Team
from service.templates.models import ActivityTemplate
from service.terms import Role
from service.volunteers.models import Qualification, Volunteer
from service.wording import masked_name
from tests import catalogue, desks
from tests.browsing import Person, application
from tests.service.web.pages.test_desk_guards import addresses, furnished
from tests.street import Street

HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
#: English says the time of day by the clock alone.
LEFT_OUT = {"{part}{clock}": {"part"}}


def english() -> dict[str, str]:
    """Each translated text; of one that counts, each form."""
    (path,) = (path for path in catalogue.paths() if path.parts[-3] == "en")
    kept = [message for message in catalogue.read(path) if message.id and not message.fuzzy]
    pairs = [pair for message in kept for pair in zip(forms(message.id), forms(message.string), strict=True)]
    return {text: translated for text, translated in pairs if translated}


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_every_text_is_translated() -> None:
    known, texts = english(), [text for message in catalogue.texts() for text in forms(message.id)]
    assert len(texts) > 900
    assert [text for text in texts if text and text not in known] == []


def test_translations_name_the_same_fields_and_are_english() -> None:
    for text, translated in english().items():
        wanted = fields(text) - LEFT_OUT.get(text, set())
        assert fields(translated) == wanted, text
        assert not HAN.search(translated), text


def fields(text: str) -> set[str]:
    return {name for _before, name, _format, _conversion in Formatter().parse(text) if name}


def test_no_chinese_is_left_but_what_people_wrote(laid_out: Street) -> None:
    written = content()
    guest, she = Person(), Person()
    she.client.set_cookie("lunzhi", laid_out.cookie())
    shift_id, role_id = laid_out.shift_ids["several"], laid_out.role_ids["several"]
    fixed = ["/", "/?full=1", "/login", "/help", "/privacy", "/nothing", f"/signup/who/{shift_id}/{role_id}"]
    for who, visited in (
        (guest, [*fixed, *laid_out.public.values()]),
        (she, ["/", "/me", "/me/profile", "/me/messages", *laid_out.hers.values()]),
    ):
        who.client.set_cookie("language", "en")
        for address in visited:
            text = who.open(address)
            assert '<html lang="en"' in text
            left = leftovers(text, written)
            assert left == [], (address, left)


@pytest.mark.usefixtures("at_now")
def test_no_chinese_is_left_at_the_desk_but_what_people_wrote() -> None:
    she, area = desks.coordinator(role=Role.ADMIN)
    place = furnished(area)
    written = content()
    she.client.set_cookie("language", "en")
    pages = [address for method, address in addresses(application(settings()), place) if method == "GET"]
    assert len(pages) > 20
    left = {address: found for address in pages if (found := leftovers(read(she, address), written))}
    assert left == {}


def read(she: Person, address: str) -> str:
    """The page; nothing where the address is a file to download."""
    she.page = she.client.get(address, follow_redirects=True)
    return she.text if she.page.mimetype == "text/html" else ""


@pytest.mark.usefixtures("at_now")
def test_the_language_is_switched_on_every_page_and_stays() -> None:
    who = Person()
    text = who.open("/help")
    assert 'name="language" value="en" lang="en" aria-pressed="false">English' in text
    who.send("/display", language="en", back="/help")
    assert "How to sign up" in who.text
    assert who.path == "/help"
    assert "Nearby" in who.open("/")
    who.send("/display", language="zh_CN", back="/")
    assert "附近活动" in who.text
    who.send("/display", language="xx", back="/")
    assert "附近活动" in who.text


def content() -> list[str]:
    """What people of the street wrote: names, titles, reasons; the longest first."""
    with transaction() as session:
        found = {"欧阳小满", masked_name("欧阳小满"), "陈协调", "中文", "长辈版", settings().help_name}
        for area in session.scalars(select(Area)):
            found |= {area.name, area.address or ""}
        for activity in session.scalars(select(Activity)):
            found |= {activity.title, activity.summary, activity.what_to_bring, activity.risk_notice}
            found.add(activity.cancel_reason or "")
        for sealed in (Pupil.name_sealed, Guardian.name_sealed, Appointment.name_sealed):
            opened = {unseal(one) for one in session.scalars(select(sealed)) if one is not None}
            found |= opened | {masked_name(name) for name in opened}
        found |= {shift.cancel_reason or "" for shift in session.scalars(select(Shift))}
        columns = (
            ActivityRole.name,
            Volunteer.name,
            Team.name,
            SchoolTerm.name,
            Sheet.file_name,
            Export.reason,
            ChatGroup.name,
            Slip.title,
            Finding.words,
            Finding.outcome,
            RouteStop.name,
            Quota.title,
            Campaign.title,
            Demand.words,
            Programme.name,
            Indicator.title,
            ActivityTemplate.name,
            Partner.name,
            Partner.contact_name,
            Skill.name,
            Qualification.evidence,
            Promise.title,
            Disclosure.title,
            Brand.name,
        )
        names = {name for column in columns for name in session.scalars(select(column))}
        found |= {room for rooms in session.scalars(select(Consultation.rooms)) for room in rooms}
        found |= {check for checks in session.scalars(select(RouteStop.checks)) for check in checks}
        found |= names | {masked_name(name) for name in names}
    return sorted(found - {""}, key=len, reverse=True)


def leftovers(text: str, written: list[str]) -> list[str]:
    """Chinese in what a reader sees of a page, without what people wrote and samples of messages."""
    seen = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    seen = re.sub(r'<(div|b) lang="(?:zh-CN|en)">.*?</\1>', "", seen, flags=re.DOTALL)
    for words in written:
        seen = seen.replace(words, "")
    return [line.strip() for line in seen.splitlines() if HAN.search(line)]
