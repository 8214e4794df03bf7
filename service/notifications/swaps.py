"""What is said about a swap: to who is asked, to who decides, to both when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.activities.models import Shift
from service.notifications import askings, queries
from service.notifications.subjects import SWAP_ASKINGS
from service.notifications.wanted import To, Wanted, about_assignment, notify_all
from service.roster.models import Assignment
from service.swaps import queries as swaps
from service.swaps.models import Swap
from service.terms import NotificationKind, SwapState


def ask_to_swap(session: Session, *, swap_id: int, now: datetime) -> None:
    """Ask those who could take the place. It is a favour: nobody is woken for it."""
    shift = _given_shift(session, session.get_one(Swap, swap_id))
    wanted = [
        Wanted(
            kind=NotificationKind.SWAP_WANTED,
            key=askings.swap_key(one.id),
            to=To(volunteer_id=one.volunteer_id),
            subject_ids={SWAP_ASKINGS: [one.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
        )
        for one in swaps.unanswered(session, swap_id)
    ]
    notify_all(session, wanted, now=now)


def tell_to_approve(session: Session, *, swap_id: int, now: datetime) -> None:
    """Two have agreed to a swap: the nearest coordinators are to say yes or no."""
    shift = _given_shift(session, session.get_one(Swap, swap_id))
    asking = swaps.accepted(session, swap_id)
    if asking is None:
        return
    wanted = [
        Wanted(
            kind=NotificationKind.SWAP_TO_APPROVE,
            key=f"swap_to_approve:{swap_id}:{account_id}",
            to=To(account_id=account_id),
            subject_ids={SWAP_ASKINGS: [asking.id]},
            area_id=shift.area_id,
            starts_at=shift.starts_at,
        )
        for account_id in queries.coordinators(session, shift.area_id)
    ]
    notify_all(session, wanted, now=now)


def tell_swap_closed(session: Session, *, swap_id: int, now: datetime) -> None:
    """Done: each is told of her new place; of the one she gave away, by its release. Not done: that all stays as it is.

    Who took it back knows, and so does whoever was asked and had not said yes.
    """
    swap = session.get_one(Swap, swap_id)
    if swap.state == SwapState.DONE:
        wanted = [
            about_assignment(new, shift, kind=NotificationKind.SWAP_DONE, key=f"swapped:{new.id}")
            for new, shift in queries.assignments(session, [one.id for one in swaps.taken(session, swap)])
        ]
    else:
        wanted = _about_nothing(session, swap)
    notify_all(session, wanted, now=now)


def _about_nothing(session: Session, swap: Swap) -> list[Wanted]:
    """To the giver, unless it was her doing, and to whoever had agreed."""
    [(given, shift)], asking = queries.assignments(session, [swap.assignment_id]), swaps.accepted(session, swap.id)
    kind, key = NotificationKind.SWAP_OFF, f"swap_off:{swap.id}:"
    wanted = []
    if swap.state != SwapState.TAKEN_BACK:
        wanted.append(about_assignment(given, shift, kind=kind, key=f"{key}{given.volunteer_id}"))
    if asking is not None:
        about = about_assignment(given, shift, kind=kind, key=f"{key}{asking.volunteer_id}")
        wanted.append(replace(about, to=To(volunteer_id=asking.volunteer_id), subject_ids={SWAP_ASKINGS: [asking.id]}))
    return wanted


def _given_shift(session: Session, swap: Swap) -> Shift:
    return session.get_one(Shift, session.get_one(Assignment, swap.assignment_id).shift_id)
