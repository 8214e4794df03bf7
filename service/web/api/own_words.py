"""What an area says before and after messages, in its own words. For its administrators."""

from __future__ import annotations

from typing import Any

from schemas.own_words import SayingInput, SayingShown, SayingsShown
from service.language import _
from service.notifications import own_words as words
from service.terms import Language, NotificationKind
from service.web.api.door import Call
from service.web.api.places import administered
from service.web.api.problems import NotFound, invalid
from service.web.api.resource import Resource

own_words = Resource("own_words", url_prefix="/areas", description="消息前后自己加的话。")


@own_words.operation("GET", "/<id:area_id>/own-words", gives=SayingsShown())
def list_own_words(call: Call, *, area_id: int) -> Any:
    """What is said there: in its own words, or in those of an area above."""
    area = administered(call, area_id)
    said = words.sayings(call.session, [area.id])[area.id]
    return {"items": [_shown(kind, Language(language), one) for (kind, language), one in sorted(said.items())]}


@own_words.operation(
    "PUT", "/<id:area_id>/own-words/<string:kind>/<string:language>", takes=SayingInput(), gives=SayingShown()
)
def choose_own_words(call: Call, *, area_id: int, kind: str, language: str, body: dict[str, Any]) -> Any:
    """Say this before and after messages of one kind from now on; empty words say nothing."""
    area = administered(call, area_id)
    if kind not in set(NotificationKind) or language not in set(Language):
        raise NotFound
    about, spoken, said = NotificationKind(kind), Language(language), words.Words(**body)
    try:
        words.choose(
            call.session,
            area,
            kind=about,
            language=spoken,
            words=said,
            account_id=call.actor.account_id,
            now=call.now,
        )
    except words.WordsRefused as refused:
        field = "opening" if words.LEADS_AWAY.search(said.opening) else "closing"
        told = {
            "plain": _("验证码的消息前后不加话"),
            "leads_away": _("这里不能写网址、电话号码和程序的记号：消息里的链接和电话由系统填写"),
        }
        raise invalid(**{field: [told[refused.reason]]}) from None
    return _shown(about, spoken, said)


def _shown(kind: NotificationKind, language: Language, said: words.Words) -> dict[str, Any]:
    return {"kind": kind, "language": language, "opening": said.opening, "closing": said.closing}
