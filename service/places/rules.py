"""How far apart two places are, as far as the tree of areas tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from service.terms import AreaKind

#: How far apart two places are at most that lie in one area of this kind.
ACROSS: dict[AreaKind, int] = {
    AreaKind.SITE: 0,
    AreaKind.BUILDING: 0,
    AreaKind.COURTYARD: 1,
    AreaKind.COMMUNITY: 2,
    AreaKind.STREET: 3,
    AreaKind.CITY: 4,
}
#: No area holds both.
ELSEWHERE = 5


class Step(NamedTuple):
    """One area on the way down the tree."""

    area_id: int
    kind: AreaKind


def apart(one: Sequence[Step], other: Sequence[Step]) -> int:
    """How far apart two areas are, each as the steps down to it: by the smallest area that holds both.

    The same for everybody of whom no more is known than her community, so that nobody is nearer or farther for having
    told less.
    """
    shared = [step for step, beside in zip(one, other, strict=False) if step == beside]
    return ACROSS[shared[-1].kind] if shared else ELSEWHERE
