"""What stands between a person and an opening, as values: a code and what it points at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from service.signups.rules import Refused
from service.terms import Refusal


class Hindrance(StrEnum):
    """Reasons only matching knows, beside those of a sign-up (terms.Refusal)."""

    SAME_SHIFT = "same_shift"  # she serves in another role of the same shift
    SAID_NO = "said_no"  # she declined this shift before, or let its offer run out
    WITHDRAWN = "withdrawn"  # she took her sign-up back after the plan was made
    UNAVAILABLE = "unavailable"  # she said of that time: 不能
    STRETCH = "stretch"  # longer on duty without a pause than her limit
    WEEKLY_SHIFTS = "weekly_shifts"  # more shifts that week than she will
    DAILY_SHIFTS = "daily_shifts"  # more shifts that day than she will
    RELIEF = "relief"  # the other one of her household is on duty, and one stays with the child
    APART = "apart"  # somebody she must not meet is in the shift
    TOGETHER = "together"  # her partner is not in the shift
    NEWCOMER = "newcomer"  # she is new, and nobody experienced is in the shift
    TWO_ADULTS = "two_adults"  # fewer than two adults would be with the children
    CHILD_RATIO = "child_ratio"  # too few adults for the children expected
    CREW = "crew"  # a part of the crew lacks people, so none of it is held
    FACES = "faces"  # the one visited has seen enough different people
    NOT_NEEDED = "not_needed"  # she comes only if need be, and the minimum is there without her
    IN_NEED_ONLY = "in_need_only"  # somebody serves there who comes only up to the minimum


Code: TypeAlias = Refusal | Hindrance

CODES: dict[str, Code] = {member.value: member for kind in (Refusal, Hindrance) for member in kind}

#: She does not hold the paper the role requires on that day.
LACKING_A_PAPER = (Refusal.QUALIFICATION_MISSING, Refusal.QUALIFICATION_EXPIRED)
#: Beside a paper that is missing: she has shown one that nobody has verified yet.
UNSEEN = "unseen"
#: What of a refusal's details is kept. Her age and the title of her other duty are not: a run's record outlives them.
KEPT_DETAILS = frozenset({"kind", "tags", "valid_until", "on", "min_age", "max_age", "held", "limit"})


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason. `shift_id` is the duty in the way, `person_id` the last one to get the place instead,
    `details` what else the sentence needs (kind of qualification, a limit), as sorted pairs."""

    code: Code
    shift_id: int | None = None
    person_id: int | None = None
    details: tuple[tuple[str, str | int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The blocker as a JSON object; what is empty is left out."""
        filled: dict[str, Any] = {"code": self.code.value}
        if self.shift_id is not None:
            filled["shift_id"] = self.shift_id
        if self.person_id is not None:
            filled["person_id"] = self.person_id
        if self.details:
            filled["details"] = dict(self.details)
        return filled

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Blocker:
        """The blocker that `to_json` wrote."""
        return cls(
            code=CODES[stored["code"]],
            shift_id=stored.get("shift_id"),
            person_id=stored.get("person_id"),
            details=tuple(sorted(stored.get("details", {}).items())),
        )

    @classmethod
    def from_refused(cls, refused: Refused) -> Blocker:
        """What a rule of sign-ups says, for the record."""
        shift_id = refused.details.get("shift_id")
        told = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in refused.details.items()
            if name in KEPT_DETAILS
        }
        return cls(
            refused.reason,
            shift_id=shift_id if isinstance(shift_id, int) else None,
            details=tuple(sorted(told.items())),
        )
