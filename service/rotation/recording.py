"""A finished deal as rows. The checker looks at it first: what it finds fault with is never saved."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.rotation.building import Built
from service.rotation.checker import BrokenDeal, check
from service.rotation.models import RotationDeal, RotationTurn
from service.rotation.problem import Deal, Problem, Turn
from service.terms import DealState


def write(session: Session, made: RotationDeal, built: Built, dealt: Deal, *, now: datetime) -> None:
    """What was dealt, and what was open already and stays with whom it was. Raises BrokenDeal."""
    if faults := check(built.problem, dealt):
        raise BrokenDeal(faults)
    stays = {(turn.block_id, turn.person_id) for turn in dealt.turns}
    for turn in _inside(built.problem, dealt, made, now=now):
        is_held = turn.is_held or (turn.block_id, turn.person_id) in built.offers
        session.add(_as_row(made, replace(turn, is_held=is_held)))
    made.move(DealState.DRAFTED)
    made.dealt_at, made.is_proven = now, dealt.is_proven
    made.gaps, made.unmet = [asdict(gap) for gap in dealt.gaps], [asdict(unmet) for unmet in dealt.unmet]
    made.taken_back = sorted(offer for key, offer in built.offers.items() if key not in stays)
    session.flush()


def write_stand_bys(session: Session, made: RotationDeal, problem: Problem, dealt: Deal, *, now: datetime) -> None:
    """Who stands by beside the turns. Where nobody is left for it, it stays open: the block itself has its people.

    Raises BrokenDeal.
    """
    if faults := check(problem, dealt):
        raise BrokenDeal(faults)
    session.add_all(_as_row(made, turn, is_stand_by=True) for turn in _inside(problem, dealt, made, now=now))
    session.flush()


def _inside(problem: Problem, dealt: Deal, made: RotationDeal, *, now: datetime) -> list[Turn]:
    """The turns of the deal's own window."""
    ids = {block.id for block in problem.blocks if max(made.from_at, now) <= block.starts_at < made.until_at}
    return [turn for turn in dealt.turns if turn.block_id in ids]


def _as_row(made: RotationDeal, turn: Turn, *, is_stand_by: bool = False) -> RotationTurn:
    return RotationTurn(
        deal_id=made.id,
        shift_role_id=turn.block_id,
        volunteer_id=turn.person_id,
        is_held=turn.is_held,
        is_wish=turn.is_wish,
        is_stand_by=is_stand_by,
        had=turn.had,
        passed={bar.value: count for bar, count in turn.passed.items()},
        refused=[],
    )
