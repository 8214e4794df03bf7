"""Whether two entries look like one person, and which of two facts to keep. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from service.terms import AssignmentState, EnrolmentState, Likeness, MemberRole, SignUpState

#: Facts of which one or the other stays. The telephone stands for its number and what it is found by.
FACTS = ("name", "area_id", "phone", "birth_on", "email", "channel", "language", "weekly_hours")


class Entry(Protocol):
    """What of a person tells her from others."""

    name: str
    pinyin: str
    initials: str
    birth_on: date | None
    area_id: int


def likeness(one: Entry, other: Entry) -> Likeness | None:
    """The strongest reason to take both for the same person; None where there is none."""
    is_same_day = one.birth_on is not None and one.birth_on == other.birth_on
    is_known = one.birth_on is not None and other.birth_on is not None
    if one.name == other.name and is_same_day:
        return Likeness.NAME_AND_BIRTHDAY
    if one.name == other.name and one.area_id == other.area_id and not is_known:
        return Likeness.NAME
    if one.pinyin == other.pinyin and is_same_day:
        return Likeness.SOUND_AND_BIRTHDAY
    if one.initials == other.initials and one.area_id == other.area_id and is_same_day:
        return Likeness.BIRTHDAY
    return None


def differing(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> list[str]:
    """The facts both have and that are not the same: somebody has to choose."""
    return [name for name in FACTS if _is_told(kept[name]) and _is_told(gone[name]) and kept[name] != gone[name]]


def taken(kept: Mapping[str, Any], gone: Mapping[str, Any], *, chosen: Sequence[str]) -> list[str]:
    """The facts that come from the entry that goes: those chosen from it, and those only it has."""
    only = [name for name in FACTS if _is_told(gone[name]) and not _is_told(kept[name])]
    return [name for name in FACTS if name in only or (name in chosen and _is_told(gone[name]))]


def _is_told(value: object) -> bool:
    return value is not None and value != ""


#: Of two places at one time the surer stays.
_PLACES = (AssignmentState.OFFERED, AssignmentState.CONFIRMED, AssignmentState.CHECKED_IN, AssignmentState.COMPLETED)
_SIGN_UPS = (SignUpState.WAITLISTED, SignUpState.PENDING, SignUpState.CONFIRMED)
_ROLES = (MemberRole.SUBSTITUTE, MemberRole.MEMBER, MemberRole.LEAD)
_LEARNING = (
    EnrolmentState.WITHDRAWN,
    EnrolmentState.WAITLISTED,
    EnrolmentState.FAILED,
    EnrolmentState.ENROLLED,
    EnrolmentState.PASSED,
)


def sureness(state: AssignmentState, *, is_stand_by: bool) -> tuple[int, bool]:
    """How sure a place is: came, said yes, was asked; a place before standing by for one."""
    return _PLACES.index(state), not is_stand_by


def standing(state: SignUpState, *, has_place: bool) -> tuple[bool, int]:
    """How far a sign-up has come."""
    return has_place, _SIGN_UPS.index(state)


def higher(one: MemberRole, other: MemberRole) -> MemberRole:
    """The role that counts for more."""
    return max(MemberRole(one), MemberRole(other), key=_ROLES.index)


def further(one: EnrolmentState, other: EnrolmentState) -> bool:
    """Whether the second has come further in a course than the first."""
    return _LEARNING.index(other) > _LEARNING.index(one)
