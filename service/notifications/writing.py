"""From a subject to the words of a message. Complete without its link, which comes last.

The texts are `templates/<kind>/<language>.txt`: a first line for the subject of an e-mail, an empty line, the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service import links, wording
from service.language import SOURCE, speaking
from service.language import code as code_of_language
from service.notifications.recipients import Recipient
from service.notifications.rules import Duty, why_not
from service.notifications.subjects import Code, Subject
from service.settings import settings
from service.terms import NotificationKind, UnsentReason

FOLDER = Path(__file__).parent / "templates"
#: Messages that ask, and so carry a link by which to answer.
ASKING = (
    NotificationKind.PLACE_OFFERED,
    NotificationKind.SHIFT_MOVED,
    NotificationKind.REMINDER,
    NotificationKind.SUBSTITUTE_WANTED,
    NotificationKind.SWAP_WANTED,
)

#: Messages to whoever likes to come: the link leads to where one signs up.
INVITING = (NotificationKind.PLACE_FREE, NotificationKind.GROUP_FREE_PLACE, NotificationKind.GROUP_GAP)


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

    @property
    def text(self) -> str:
        """The body with the community's name before it: who writes comes first."""
        return f"【{self.community}】{'' if self.language == SOURCE else ' '}{self.body}"


def write(kind: NotificationKind, subject: Subject, *, to: Recipient, now: datetime, is_spoken: bool = False) -> Text:
    """The message in the recipient's language; what is read aloud has no link. Raises NothingToSay."""
    if subject.code is not None:
        _check_code(subject.code, now)
        duties: list[Duty] = []
    else:
        duties = _still_true(kind, subject.duties, to=to, now=now)
    link = None if is_spoken else _link(kind, duties)
    with speaking(to.language):
        title, body = _render(kind, duties, code=subject.code, to=to, now=now, link=link)
    community = duties[0].community if duties else settings().help_name
    return Text(
        community=community,
        title=title,
        body=body,
        language=to.language,
        duties=tuple(duties),
        code=subject.code,
        to_name=to.name,
    )


def _check_code(code: Code, now: datetime) -> None:
    if code.is_spent:
        raise NothingToSay(UnsentReason.SUPERSEDED)
    if now >= code.good_until:
        raise NothingToSay(UnsentReason.TOO_LATE)


def _still_true(kind: NotificationKind, duties: Sequence[Duty], *, to: Recipient, now: datetime) -> list[Duty]:
    """The duties still to be spoken of; if there are none, the first one's reason speaks for all."""
    reasons = [why_not(kind, duty, now=now) for duty in duties]
    standing = [duty for duty, reason in zip(duties, reasons, strict=True) if reason is None]
    if not standing:
        raise NothingToSay(next(filter(None, reasons), UnsentReason.NOT_HOLDING))
    if kind == NotificationKind.REMINDER and not to.wants_reminders:
        raise NothingToSay(UnsentReason.NO_CONSENT)
    return standing


def _link(kind: NotificationKind, duties: Sequence[Duty]) -> str | None:
    """A link to answer by, where one answer settles the whole message; or where to sign up."""
    if kind in INVITING:
        return links.activity_link(duties[0].activity_id)
    if kind not in ASKING or len(duties) != 1:
        return None
    [duty] = duties
    if duty.swap_asking_id is not None:
        return links.swap_link(duty.swap_asking_id)
    if duty.invitation_id is not None:
        return links.ask_link(duty.invitation_id)
    return links.answer_link(duty.assignment_id) if duty.assignment_id is not None else None


def _render(
    kind: NotificationKind,
    duties: Sequence[Duty],
    *,
    code: Code | None,
    to: Recipient,
    now: datetime,
    link: str | None,
) -> tuple[str, str]:
    """(title, body) in the language now spoken."""
    template = _templates().get_template(f"{kind}/{code_of_language().partition('_')[0]}.txt")
    rendered = template.render(
        to=to,
        duties=duties,
        duty=duties[0] if duties else None,
        contacts=list({(duty.landline, duty.contact_name): duty for duty in duties}.values()),
        code=code,
        now=now,
        link=link,
    )
    title, _, body = rendered.partition("\n\n")
    return title.strip(), body.strip()


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=False,  # noqa: S701 (plain text: there is no markup to escape)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        span=wording.span,
        moment=wording.moment,
        clock=wording.clock,
        phone=wording.phone,
        masked=wording.masked_name,
    )
    return made
