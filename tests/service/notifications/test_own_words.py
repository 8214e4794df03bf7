"""An area's own words: around the message, never instead of it; nearest first; nothing that leads away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from service.language import SOURCE
from service.notifications.own_words import NOTHING, Words, WordsRefused, choose, sayings
from service.notifications.recipients import Recipient
from service.notifications.samples import sample
from service.notifications.writing import write
from service.places.models import Area
from service.terms import Language, NotificationKind
from tests import factories
from tests.factories import NOW
from tests.ledger import audited

REMINDER = (NotificationKind.REMINDER, Language.ZH)


@pytest.fixture
def area(session: Session) -> Area:
    return factories.community(session)


def say(session: Session, area: Area, words: Words, kind: NotificationKind = NotificationKind.REMINDER) -> None:
    choose(session, area, kind=kind, language=Language.ZH, words=words, account_id=3, now=NOW)


def test_the_nearest_area_that_says_something_is_heard(session: Session, area: Area) -> None:
    other = factories.community(session, "石窟路社区")
    street = session.get_one(Area, area.parent_id)
    say(session, street, Words("街道的各位志愿者"))
    said = sayings(session, [area.id, other.id, street.id])
    assert [said[one.id][REMINDER].opening for one in (area, other, street)] == ["街道的各位志愿者"] * 3

    say(session, area, Words("人民路的老邻居", "活动室有热茶"))
    said = sayings(session, [area.id, other.id])
    assert said[area.id][REMINDER] == Words("人民路的老邻居", "活动室有热茶")
    assert said[other.id][REMINDER] == Words("街道的各位志愿者")
    say(session, area, NOTHING)
    assert sayings(session, [area.id])[area.id][REMINDER] == NOTHING, "nothing of its own is said, and nothing above"
    assert audited(session) == [("chose_own_words", "message", None, 3)] * 3


def test_they_stand_around_the_message_which_stays_as_it_is() -> None:
    about = sample(NotificationKind.REMINDER, community="人民路社区", landline="0371-64350001", now=NOW)
    to = Recipient(name="王小满", language=SOURCE)
    plain, said = (
        write(NotificationKind.REMINDER, about, to=to, now=NOW, own=own) for own in (NOTHING, Words("各位", "辛苦了"))
    )
    assert said.body == f"各位\n{plain.body}\n辛苦了"
    assert replace(said, body=plain.body) == plain
    assert said.text.startswith("【人民路社区】各位")


@pytest.mark.parametrize(
    "words",
    ["点开 http://x.example", "www.x.example", "加微信x.com", "{{ to.name }}", "<b>来</b>", "打13900000000"],
)
def test_nothing_that_leads_away_is_said(session: Session, area: Area, words: str) -> None:
    for one in (Words(words), Words("", words)):
        with pytest.raises(WordsRefused, match="leads_away"):
            say(session, area, one)
    assert sayings(session, [area.id])[area.id] == {}


def test_nothing_stands_beside_digits_that_let_somebody_in(session: Session, area: Area) -> None:
    with pytest.raises(WordsRefused, match="plain"):
        say(session, area, Words("各位"), NotificationKind.LOGIN_CODE)
