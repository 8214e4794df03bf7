"""What a community says in its own words before and after a message: a greeting, a thank-you, where to find it.

Around the message, never instead of it: what, when, where and how to answer stand in every message, in our words, which
are true. Nor in a text message, where a vendor sends only what it approved.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import any_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service import audit
from service.notifications.models import OwnWords
from service.places.models import Area
from service.terms import Language, NotificationKind

#: Longer ones would drown what the message is about. Characters, for each side.
LONGEST = 60
#: What leads somewhere, or looks as if it did: who gets a message must know that its link is ours.
LEADS_AWAY = re.compile(r"https?:|www\.|[\w-]+\.(?:com|cn|net|org|top|vip|xyz)\b|[{}<>]|\d{11}", re.IGNORECASE)
#: Nothing stands beside digits that let somebody in.
PLAIN = (NotificationKind.LOGIN_CODE,)


@dataclass(frozen=True, slots=True)
class Words:
    """Said before and after; empty where there is nothing to say."""

    opening: str = ""
    closing: str = ""

    def around(self, body: str) -> str:
        """The message with both, each on a line of its own."""
        return "\n".join(filter(None, (self.opening, body, self.closing)))


NOTHING = Words()
#: By kind and language.
Sayings = Mapping[tuple[NotificationKind, str], Words]


class WordsRefused(Exception):
    """`reason`: "plain", a kind beside which nothing is said; "leads_away": links, numbers and marks of programs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sayings(session: Session, area_ids: Collection[int]) -> Mapping[int, Sayings]:
    """What is said in each area: in its own words, or else in those of the nearest area above that has some."""
    rows = session.execute(
        select(Area.id, OwnWords.kind, OwnWords.language, OwnWords.opening, OwnWords.closing)
        .join(OwnWords, OwnWords.area_id == any_(Area.lineage))
        .where(Area.id.in_(area_ids))
        .order_by(func.array_position(Area.lineage, OwnWords.area_id))
    )
    found: dict[int, dict[tuple[NotificationKind, str], Words]] = {area_id: {} for area_id in area_ids}
    for area_id, kind, language, *words in rows:
        found[area_id][NotificationKind(kind), language] = Words(*words)
    return found


def said_of(said: Sayings, kind: NotificationKind, language: str) -> Words:
    """What is said around messages of this kind in this language (`zh_CN` or `zh`)."""
    return said.get((kind, language.partition("_")[0]), NOTHING)


def choose(
    session: Session,
    area: Area,
    *,
    kind: NotificationKind,
    language: Language,
    words: Words,
    account_id: int,
    now: datetime,
) -> None:
    """Say this from now on in messages of the area and all below it. Empty words say nothing, whatever is said above.

    Raises WordsRefused.
    """
    if kind in PLAIN:
        raise WordsRefused("plain")
    if any(LEADS_AWAY.search(one) for one in (words.opening, words.closing)):
        raise WordsRefused("leads_away")
    key = {"area_id": area.id, "kind": kind, "language": language}
    said = {"opening": words.opening, "closing": words.closing, "account_id": account_id, "chosen_at": now}
    row = insert(OwnWords).values(**key, **said)
    session.execute(row.on_conflict_do_update(index_elements=list(key), set_=said))
    audit.note(
        session,
        verb="chose_own_words",
        subject=("message", None),
        account_id=account_id,
        area_id=area.id,
        now=now,
        kind=kind,
        language=language,
    )
