"""Templates as a vendor approved them: read from SMS_TEMPLATES, filled in, and measured as text messages are charged.

The file maps kinds of messages to their templates, `<kind>_several` to the one for a message about several shifts:

    {"reminder": {"code": "SMS_154950909", "text": "${name}您好，提醒您来：${what}，${when}，在${where}。"}}

`code` is the vendor's number for the template, `text` what it approved, with our names for the variables.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service import wording
from service.language import _, speaking
from service.notifications.rules import Duty
from service.notifications.writing import Text
from service.settings import SettingsError, settings
from service.terms import NotificationKind

VARIABLE = re.compile(r"\$\{(\w+)\}")
#: What a template may name.
VARIABLES = ("name", "what", "when", "where", "bring", "phone", "contact", "until", "missing", "count", "code")
#: Characters in one message alone, and in each part of one that is longer; with the signature and its brackets.
ALONE, A_PART = 70, 67
MOST_CHARACTERS = 500


class DoesNotFit(Exception):
    """There is no template for it, or it cannot say this."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a vendor approved, under its number."""

    code: str
    text: str

    @property
    def variables(self) -> tuple[str, ...]:
        """Their names, in the order in which they stand; each once."""
        return tuple(dict.fromkeys(VARIABLE.findall(self.text)))


@dataclass(frozen=True, slots=True)
class Filled:
    """One message: the template's number, its values in order, and how it reads."""

    code: str
    values: dict[str, str]
    text: str

    @property
    def parts(self) -> int:
        """How many text messages it is charged as, under the house's signature."""
        return parts(self.text, sign=settings().sms_sign)


def parts(text: str, *, sign: str) -> int:
    """70 characters in one message, 67 in each part of a longer one; the signature with its brackets counts."""
    length = len(f"【{sign}】{text}".encode("utf-16-le")) // 2
    return 1 if length <= ALONE else math.ceil(length / A_PART)


@cache
def templates() -> dict[str, Template]:
    """The house's templates by name. Raises SettingsError."""
    path = settings().sms_templates
    return read(Path(path)) if path else {}


def read(path: Path) -> dict[str, Template]:
    """The templates of a file. Raises SettingsError that says what is wrong with it."""
    try:
        found = {
            name: Template(str(one["code"]), str(one["text"])) for name, one in json.loads(path.read_text()).items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"SMS_TEMPLATES: {path} cannot be read: {error!r}") from error
    known = {f"{kind}{ending}" for kind in NotificationKind for ending in ("", "_several")}
    if strangers := sorted(set(found) - known):
        raise SettingsError(f"SMS_TEMPLATES: {', '.join(strangers)}: no such kind of message")
    for name, template in found.items():
        if wrong := [variable for variable in template.variables if variable not in VARIABLES]:
            raise SettingsError(f"SMS_TEMPLATES: {name} names {', '.join(wrong)}; known are {', '.join(VARIABLES)}")
    return found


def fill(
    kind: NotificationKind, text: Text, *, templates: Mapping[str, Template], longest: int | None = None
) -> Filled:
    """The template of this kind with the values of this message; none longer than `longest`. Raises DoesNotFit.

    Without any template for the house (the console needs none) the text goes as it is.
    """
    if not templates and longest is None:
        return Filled("", {}, text.body)
    name = f"{kind}_several" if len(text.duties) > 1 else str(kind)
    template = templates.get(name)
    if template is None:
        raise DoesNotFit(f"SMS_TEMPLATES has no {name}")
    with speaking(text.language):
        known = values(text)
    given = {variable: shortened(known[variable], longest) for variable in template.variables}
    if empty := [variable for variable, value in given.items() if not value]:
        raise DoesNotFit(f"nothing to put into {', '.join(empty)} of {name}")
    whole = VARIABLE.sub(lambda found: given[found[1]], template.text)
    if len(whole) > MOST_CHARACTERS:
        raise DoesNotFit(f"{name} is {len(whole)} characters long, more than {MOST_CHARACTERS}")
    return Filled(template.code, given, whole)


def values(text: Text) -> dict[str, str]:
    """Every variable for this message. A vendor's templates know no "if": what is empty for one message must not be
    named by its template."""
    duty = text.duties[0] if text.duties else None
    about = _about(duty) if duty else dict.fromkeys(VARIABLES, "")
    return about | {
        "name": text.to_name,
        "count": str(len(text.duties)),
        "code": text.code.digits if text.code else "",
    }


def _about(duty: Duty) -> dict[str, str]:
    return {
        "what": duty.what,
        "when": wording.span(duty.starts_at, duty.ends_at),
        "where": duty.place,
        "bring": duty.what_to_bring or _("不用带东西"),
        "phone": wording.phone(duty.landline),
        "contact": duty.contact_name,
        "until": wording.moment(duty.answer_by) if duty.answer_by else "",
        "missing": str(duty.missing),
    }


def shortened(value: str, longest: int | None) -> str:
    """The value as a vendor takes it: without what stands in brackets if it is too long, at last cut."""
    if longest is None or len(value) <= longest:
        return value
    bare = re.sub(r"（[^（）]*）$", "", value)
    return bare if len(bare) <= longest else f"{bare[: longest - 1]}…"
