"""/ad/texts: every kind of message as it reads, in both languages, measured as text messages are charged; and what an
area says before and after it in its own words.

Samples with invented people. A vendor sends only what it approved: so beside our text stands its template, filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from schemas.own_words import OwnWordsInput
from service.language import SOURCE, _
from service.notifications.channels.sms import DRIVERS
from service.notifications.channels.sms.template import A_PART, ALONE, DoesNotFit, Filled, fill, parts, templates
from service.notifications.own_words import NOTHING, PLAIN, Sayings, Words, WordsRefused, said_of, sayings
from service.notifications.own_words import choose as choose_words
from service.notifications.recipients import Recipient
from service.notifications.samples import SEVERAL, sample
from service.notifications.ways import BY_TELEPHONE, FOR_GROUPS
from service.notifications.writing import Text, write
from service.places.models import Area
from service.settings import SettingsError, settings
from service.terms import Language, NotificationKind
from service.web import notices, page, told
from service.web.desk import Desk, at_office, found
from service.web.forms import Form
from service.web.pages.channels import sender

pages = Blueprint("texts", __name__, url_prefix="/ad/texts")

#: Language of the texts, and the tag a reader's voice needs.
LANGUAGES = {SOURCE: "zh-CN", "en": "en"}
#: Whom the samples speak to; nobody is called so.
NAME = "王小满"
#: Longer messages cost more than they say.
MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Written:
    """One text in one language: as it goes out, as it is charged, and as the vendor's template says it."""

    tag: str
    text: Text
    is_several: bool
    parts: int
    filled: Filled | None
    why_not: str

    @property
    def length(self) -> int:
        """Characters, the community's name counted."""
        return len(self.text.text)


@pages.get("")
@at_office
def index(desk: Desk) -> ResponseReturnValue:
    """Every kind, with how long it is and whether a text message can carry it."""
    said = _said(desk)
    return page.render(
        "texts/index.html",
        title=_("消息的样子"),
        wide=True,
        rows=[(kind, told.KINDS[kind], _written(desk, kind, SOURCE, said=said)) for kind in NotificationKind],
        has_vendor=bool(settings().sms_driver),
        for_groups=FOR_GROUPS,
        by_telephone=BY_TELEPHONE,
        most_parts=MOST_PARTS,
        alone=ALONE,
        a_part=A_PART,
    )


@pages.get("/<name>")
@at_office
def show(desk: Desk, name: str) -> ResponseReturnValue:
    """One kind in both languages; of several shifts too, where it may tell of several."""
    kind = found(next((one for one in NotificationKind if one == name), None))
    return _show(desk, kind, _own_words(desk, kind))


@pages.post("/<name>")
@at_office
def choose(desk: Desk, name: str) -> ResponseReturnValue:
    """What is said before and after it, in the first of the areas she administers and below."""
    kind = found(next((one for one in NotificationKind if one == name and one not in PLAIN), None))
    form = Form.posted(OwnWordsInput())
    if form.is_valid:
        area, before = desk.db.get_one(Area, desk.scope_ids[0]), _said(desk)
        try:
            with desk.db.begin_nested():
                for language, words in _typed(form.loaded).items():
                    if words != before.get((kind, language), NOTHING):
                        choose_words(
                            desk.db,
                            area,
                            kind=kind,
                            language=language,
                            words=words,
                            account_id=desk.account_id,
                            now=desk.now,
                        )
        except WordsRefused:
            form.refuse(_("这里不能写网址、电话号码和程序的记号：消息里的链接和电话由系统填写"))
    if form.has_errors:
        return _show(desk, kind, form)
    notices.notify(_("存好了，以后发的消息就这样写。短信照服务商批准的模板，不变。"))
    return page.see_other(url_for("texts.show", name=kind))


def _typed(loaded: Mapping[str, str]) -> dict[Language, Words]:
    return {one: Words(loaded[f"{one}_opening"], loaded[f"{one}_closing"]) for one in Language}


def _said(desk: Desk) -> Sayings:
    return sayings(desk.db, [desk.scope_ids[0]])[desk.scope_ids[0]]


def _own_words(desk: Desk, kind: NotificationKind) -> Form:
    said = _said(desk)
    known = {one: said.get((kind, one), NOTHING) for one in Language}
    given = {f"{one}_{side}": getattr(words, side) for one, words in known.items() for side in ("opening", "closing")}
    return Form.blank(OwnWordsInput(), given=given)


def _show(desk: Desk, kind: NotificationKind, form: Form) -> ResponseReturnValue:
    said = _said(desk)
    versions = [_written(desk, kind, language, said=said) for language in LANGUAGES]
    if kind in SEVERAL:
        versions += [_written(desk, kind, language, said=said, is_several=True) for language in LANGUAGES]
    return page.render(
        "texts/show.html",
        title=told.KINDS[kind],
        kind=kind,
        versions=versions,
        form=form,
        may_say=kind not in PLAIN,
        place=desk.db.get_one(Area, desk.scope_ids[0]).name,
        has_vendor=bool(settings().sms_driver),
        for_groups=FOR_GROUPS,
        most_parts=MOST_PARTS,
    )


def _written(desk: Desk, kind: NotificationKind, language: str, *, said: Sayings, is_several: bool = False) -> Written:
    by = sender(desk)
    about = sample(kind, community=by.community, landline=by.landline, now=desk.now, is_several=is_several)
    own = said_of(said, kind, language)
    text = write(kind, about, to=Recipient(name=NAME, language=language), now=desk.now, own=own)
    filled, why_not = _filled(kind, text)
    return Written(LANGUAGES[language], text, is_several, parts(text.body, sign=text.community), filled, why_not)


def _filled(kind: NotificationKind, text: Text) -> tuple[Filled | None, str]:
    """The vendor's template with this message's values, or why there is none."""
    driver = settings().sms_driver
    if not driver or kind in FOR_GROUPS or kind in BY_TELEPHONE:
        return None, ""
    try:
        return fill(kind, text, templates=templates(), longest=DRIVERS[driver].LONGEST), ""
    except DoesNotFit as error:
        return None, str(error)
    except SettingsError:
        return None, _("模板文件读不出来")
