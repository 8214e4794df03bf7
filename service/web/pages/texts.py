"""/ad/texts: every kind of message as it reads, in both languages, measured as text messages are charged.

Samples with invented people. A vendor sends only what it approved: so beside our text stands its template, filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from service.language import SOURCE, _
from service.notifications.channels.sms import DRIVERS
from service.notifications.channels.sms.template import A_PART, ALONE, DoesNotFit, Filled, fill, parts, templates
from service.notifications.recipients import Recipient
from service.notifications.samples import SEVERAL, sample
from service.notifications.ways import BY_TELEPHONE, FOR_GROUPS
from service.notifications.writing import Text, write
from service.settings import SettingsError, settings
from service.terms import NotificationKind
from service.web import page, told
from service.web.desk import Desk, at_office, found
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
    return page.render(
        "texts/index.html",
        title=_("消息的样子"),
        wide=True,
        rows=[(kind, told.KINDS[kind], _written(desk, kind, SOURCE)) for kind in NotificationKind],
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
    versions = [_written(desk, kind, language) for language in LANGUAGES]
    if kind in SEVERAL:
        versions += [_written(desk, kind, language, is_several=True) for language in LANGUAGES]
    return page.render(
        "texts/show.html",
        title=told.KINDS[kind],
        kind=kind,
        versions=versions,
        has_vendor=bool(settings().sms_driver),
        for_groups=FOR_GROUPS,
        most_parts=MOST_PARTS,
    )


def _written(desk: Desk, kind: NotificationKind, language: str, *, is_several: bool = False) -> Written:
    by = sender(desk)
    about = sample(kind, community=by.community, landline=by.landline, now=desk.now, is_several=is_several)
    text = write(kind, about, to=Recipient(name=NAME, language=language), now=desk.now)
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
