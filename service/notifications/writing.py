"""From a subject to the words of a message. Complete without its link, which comes last.

The texts are `templates/<kind>/<language>.txt`: a first line for the subject of an e-mail, an empty line, the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from operator import attrgetter
from pathlib import Path
from secrets import token_hex

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service import links, wording
from service.calendars.rules import instant
from service.language import SOURCE, speaking
from service.notifications.hosting import Hosting
from service.notifications.own_words import NOTHING, Words
from service.notifications.recipients import Recipient
from service.notifications.rules import Duty, why_not
from service.notifications.subjects import Code, Subject
from service.notifications.visits import Visit
from service.notifications.weeks import LATEST, Week
from service.settings import settings
from service.terms import AppointmentState, CoHostState, NotificationKind, UnsentReason

FOLDER = Path(__file__).parent / "templates"
#: Messages that ask, and so carry a link by which to answer.
ASKING = (
    NotificationKind.PLACE_OFFERED,
    NotificationKind.SHIFT_MOVED,
    NotificationKind.SHIFT_TOO_HOT,
    NotificationKind.REMINDER,
    NotificationKind.SUBSTITUTE_WANTED,
    NotificationKind.SWAP_WANTED,
)
#: Messages that are true as a whole or not at all: each of their duties is a part of one sentence.
INDIVISIBLE = (NotificationKind.SHIFT_AT_RISK, NotificationKind.SHIFT_GOES_AHEAD)
#: Messages about holding an activity together, and in which states of the co-host they are true.
HOSTING = {
    NotificationKind.CO_HOST_ASKED: (CoHostState.ASKED,),
    NotificationKind.CO_HOST_ANSWERED: (CoHostState.ACCEPTED, CoHostState.DECLINED),
}
#: Messages about an appointment, and in which state of it they are true.
VISITING = {
    NotificationKind.APPOINTMENT_BOOKED: AppointmentState.BOOKED,
    NotificationKind.APPOINTMENT_MOVED: AppointmentState.OFFERED,
    NotificationKind.APPOINTMENT_OFF: AppointmentState.WAITING,
}
#: What a form has in place of the name and the link. No one can write them: they are drawn when the process starts.
_NAME, _LINK = (f"\ufdd0{token_hex(8)}{what}\ufdd1" for what in ("name", "link"))
#: All that a template can show of a duty, but its ids: those stand in links only.
_SAID = attrgetter(*(one.name for one in fields(Duty) if not one.name.endswith("_id")))
#: Forms by what they say. Some kilobytes each at most.
_forms: dict[tuple[object, ...], tuple[str, str]] = {}
MOST_FORMS = 4096

#: Messages to whoever likes to come, or knows somebody who would: the link leads to where one signs up.
INVITING = (
    NotificationKind.PLACE_FREE,
    NotificationKind.GROUP_FREE_PLACE,
    NotificationKind.GROUP_GAP,
    NotificationKind.TEAM_GAP,
)
#: Not said to who takes back her consent to be reminded.
REMINDING = (NotificationKind.REMINDER, NotificationKind.COURSE_DAY)


class NothingToSay(Exception):
    """The message would not be true, allowed or of use any more. `reason` is written on its row."""

    def __init__(self, reason: UnsentReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A written message."""

    community: str
    title: str
    body: str
    language: str = SOURCE
    #: What it tells of and whom it speaks to, for channels that have words of their own.
    duties: tuple[Duty, ...] = ()
    code: Code | None = None
    to_name: str = ""
    #: By which it is answered, or where one signs up; empty where there is none. What is read aloud has it here only.
    link: str = ""

    @property
    def text(self) -> str:
        """The body with the community's name before it: who writes comes first."""
        return f"【{self.community}】{'' if self.language == SOURCE else ' '}{self.body}"


def write(
    kind: NotificationKind,
    subject: Subject,
    *,
    to: Recipient,
    now: datetime,
    is_spoken: bool = False,
    own: Words = NOTHING,
) -> Text:
    """The message in the recipient's language, between the area's `own` words; what is read aloud has no link.

    Raises NothingToSay.
    """
    duties = _duties_to_tell(kind, subject, to=to, now=now)
    link = links.appointment_link(subject.visit.appointment_id) if subject.visit else _link(kind, duties)
    in_text = None if is_spoken else link
    title, body = _form(kind, to.language, duties, subject=subject, has_link=in_text is not None)
    return Text(
        community=_community(subject, duties),
        title=_filled(title, to, in_text),
        body=own.around(_filled(body, to, in_text)),
        link=link or "",
        language=to.language,
        duties=tuple(duties),
        code=subject.code,
        to_name=to.name,
    )


def _duties_to_tell(kind: NotificationKind, subject: Subject, *, to: Recipient, now: datetime) -> list[Duty]:
    """None where it is about something else. Raises NothingToSay."""
    if subject.code is not None:
        _check_code(subject.code, now)
        return []
    if subject.week is not None:
        _check_week(subject.week, now)
        return []
    if kind in HOSTING:
        _check_hosting(kind, subject.hosting)
        return []
    if kind in VISITING:
        _check_visit(kind, subject.visit, now)
        return []
    return _still_true(kind, subject.duties, to=to, now=now)


def _community(subject: Subject, duties: Sequence[Duty]) -> str:
    """In whose name it is written."""
    told = [one.community for one in (*duties, subject.week, subject.hosting, subject.visit) if one is not None]
    return next(filter(None, told), settings().help_name)


def _filled(form: str, to: Recipient, link: str | None) -> str:
    """The name comes last: whatever it says, nothing is put into it."""
    return (form.replace(_LINK, link) if link else form).replace(_NAME, to.name).strip()


def _check_code(code: Code, now: datetime) -> None:
    if code.is_spent:
        raise NothingToSay(UnsentReason.SUPERSEDED)
    if now >= code.good_until:
        raise NothingToSay(UnsentReason.TOO_LATE)


def _check_hosting(kind: NotificationKind, hosting: Hosting | None) -> None:
    if hosting is None or hosting.is_off or hosting.state not in HOSTING[kind]:
        raise NothingToSay(UnsentReason.SUPERSEDED)


def _check_visit(kind: NotificationKind, visit: Visit | None, now: datetime) -> None:
    if visit is None or visit.is_forgotten or visit.state != VISITING[kind]:
        raise NothingToSay(UnsentReason.SUPERSEDED)
    if now >= visit.starts_at and visit.state != AppointmentState.WAITING:
        raise NothingToSay(UnsentReason.TOO_LATE)


def _check_week(week: Week, now: datetime) -> None:
    if now >= instant(week.monday, LATEST):
        raise NothingToSay(UnsentReason.TOO_LATE)
    if week.is_empty:
        raise NothingToSay(UnsentReason.EMPTY)


def _still_true(kind: NotificationKind, duties: Sequence[Duty], *, to: Recipient, now: datetime) -> list[Duty]:
    """The duties still to be spoken of; if there are none, the first one's reason speaks for all.

    What can be undone is told as long as it can.
    """
    reasons = [why_not(kind, duty, now=now) for duty in duties]
    standing = [duty for duty, reason in zip(duties, reasons, strict=True) if reason is None]
    if not standing or (kind in INDIVISIBLE and len(standing) < len(duties)):
        raise NothingToSay(next(filter(None, reasons), UnsentReason.NOT_HOLDING))
    if kind in REMINDING and not to.wants_reminders:
        raise NothingToSay(UnsentReason.NO_CONSENT)
    is_over = [duty.undo_until is not None and duty.undo_until <= now for duty in standing]
    return [replace(duty, undo_until=None) if over else duty for duty, over in zip(standing, is_over, strict=True)]


def _link(kind: NotificationKind, duties: Sequence[Duty]) -> str | None:
    """A link to answer by, where one answer settles the whole message; or where to sign up."""
    if kind in INVITING or kind == NotificationKind.RISK_CHANGED:
        to_activity = links.activity_link if kind in INVITING else links.risk_link
        return to_activity(duties[0].activity_id)
    if kind in (NotificationKind.PLACE_OFFERED, NotificationKind.SHIFT_TOO_HOT) and len(duties) > 1:
        return links.offers_link([duty.assignment_id for duty in duties if duty.assignment_id is not None])
    if kind not in ASKING or len(duties) != 1:
        return None
    [duty] = duties
    if duty.swap_asking_id is not None:
        return links.swap_link(duty.swap_asking_id)
    if duty.invitation_id is not None:
        return links.ask_link(duty.invitation_id)
    return links.answer_link(duty.assignment_id) if duty.assignment_id is not None else None


def _form(
    kind: NotificationKind, language: str, duties: Sequence[Duty], *, subject: Subject, has_link: bool
) -> tuple[str, str]:
    """(title, body) with blanks for the name and the link: the same for everybody who is told the same.

    A reminder of one shift is rendered once, not once for each of its people. Codes, weeks, askings to co-host and
    appointments are few readers', and not kept.
    """
    if not duties:
        return _render(kind, language, duties, subject=subject, has_link=has_link)
    key = (kind, language, has_link, *map(_SAID, duties))
    form = _forms.get(key)
    if form is None:
        form = _render(kind, language, duties, subject=subject, has_link=has_link)
        if len(_forms) >= MOST_FORMS:
            _forms.clear()
        _forms[key] = form
    return form


def _render(
    kind: NotificationKind, language: str, duties: Sequence[Duty], *, subject: Subject, has_link: bool
) -> tuple[str, str]:
    """(title, body) from the template of that language."""
    template = _templates().get_template(f"{kind}/{language.partition('_')[0]}.txt")
    with speaking(language):
        rendered = template.render(
            to=_Somebody,
            duties=duties,
            duty=duties[0] if duties else None,
            contacts=list({(duty.landline, duty.contact_name): duty for duty in duties}.values()),
            code=subject.code,
            week=subject.week,
            hosting=subject.hosting,
            visit=subject.visit,
            link=_LINK if has_link else None,
        )
    title, _, body = rendered.partition("\n\n")
    return title, body


class _Somebody:
    """Who a form is for. It has blanks for all that a template may show of a recipient, and nothing else."""

    name = _NAME


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=False,  # noqa: S701 (plain text: there is no markup to escape)
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        span=wording.span,
        moment=wording.moment,
        clock=wording.clock,
        day=wording.day,
        phone=wording.phone,
        masked=wording.masked_name,
    )
    return made
