"""怎么用, 您的信息, 关于轮值: one page each, in short sentences, with the telephone number of the place."""

from __future__ import annotations

import re

import pytest

from tests.browsing import Person

pytestmark = pytest.mark.usefixtures("at_now")

#: Characters a sentence has on the average, at most.
SHORT = 25


@pytest.mark.parametrize("address", ["/help", "/privacy", "/about"])
def test_plain_words_in_short_sentences(address: str) -> None:
    guest = Person()
    main = guest.open(address).split('<main id="main"')[1].split("</main>")[0]
    paragraphs = re.findall(r"<p>(.*?)</p>", main)
    sentences = [one for text in paragraphs for one in re.split("[。！？]", text) if one]
    assert len(sentences) >= 8
    assert sum(map(len, sentences)) / len(sentences) <= SHORT
    assert max(map(len, sentences)) <= 2 * SHORT
    assert f'href="{address}"' in guest.open("/")
