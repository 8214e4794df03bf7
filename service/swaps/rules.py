"""Pure rules of swaps."""

from __future__ import annotations

from service.signups.rules import Candidate, Opening, Refused, but_for, unfit
from service.terms import Refusal

#: How many people one place is offered to at once. More would be a nuisance to a whole street for one shift.
MOST_ASKED = 20


def reasons_against(candidate: Candidate, opening: Opening, *, gives_up: int | None = None) -> list[Refused]:
    """Why she cannot take a place there; the shift she `gives_up` in return (its id) is no longer hers."""
    her = candidate if gives_up is None else but_for(candidate, shift_id=gives_up)
    is_there = any(duty.shift_id == opening.shift_id for duty in her.commitments)
    here = [Refused(Refusal.OVERLAP)] if is_there else []
    return [*here, *unfit(her, opening)]
