"""Every kind of message has a sample that reads as the real one, and whose links open nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service import links
from service.language import SOURCE
from service.notifications.recipients import Recipient
from service.notifications.samples import SEVERAL, sample
from service.notifications.ways import FOR_GROUPS, OF_VISITORS
from service.notifications.writing import Text, write
from service.settings import Settings
from service.terms import NotificationKind as K

#: To coordinators, who know the number.
TO_COORDINATORS = (K.GAP_OPENED, K.SWAP_TO_APPROVE, K.NOT_THERE, K.CO_HOST_ANSWERED)
#: Late at night and on a Sunday, when the week's digest would be too late for its own week.
MOMENTS = [
    datetime(2026, 11, 23, 2, tzinfo=UTC),
    datetime(2026, 12, 31, 17, tzinfo=UTC),
    datetime(2026, 11, 29, 14, tzinfo=UTC),
]


def written(kind: K, *, now: datetime, language: str = SOURCE, is_several: bool = False) -> Text:
    about = sample(kind, community="人民路社区", landline="0371-64350001", now=now, is_several=is_several)
    return write(kind, about, to=Recipient(name="王小满", language=language), now=now)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
@pytest.mark.parametrize("language", [SOURCE, "en"])
def test_every_kind_can_be_written_at_any_time(servers: Settings, now: datetime, language: str) -> None:
    for kind in K:
        assert written(kind, now=now, language=language).body
    for kind in SEVERAL:
        assert len(written(kind, now=now, language=language, is_several=True).duties) == 2


def test_a_sample_says_what_the_real_message_says(servers: Settings) -> None:
    for kind in set(K) - {K.LOGIN_CODE, K.WEEKLY_DIGEST}:
        text = written(kind, now=MOMENTS[0]).text
        assert ("11月26日（星期四）" in text) or kind == K.CO_HOST_ANSWERED, kind
        assert ("0371 6435 0001" in text) or kind in TO_COORDINATORS, kind
        assert ("王小满" in text) == (kind not in (*FOR_GROUPS, *OF_VISITORS)), kind


def test_links_in_samples_name_nothing_that_exists(servers: Settings) -> None:
    token = written(K.PLACE_OFFERED, now=MOMENTS[0]).text.rsplit("/", 1)[1]
    assert links.read_answer_token(token) == 0
    token = written(K.PLACE_OFFERED, now=MOMENTS[0], is_several=True).text.rsplit("/", 1)[1]
    assert links.read_offers_token(token) == [0, 0]
    for kind in (K.PLACE_FREE, K.GROUP_GAP, K.GROUP_FREE_PLACE):
        assert written(kind, now=MOMENTS[0]).text.endswith("/0"), kind
    for kind, read in ((K.SUBSTITUTE_WANTED, links.read_ask_token), (K.SWAP_WANTED, links.read_swap_token)):
        assert read(written(kind, now=MOMENTS[0]).text.rsplit("/", 1)[1]) == 0
