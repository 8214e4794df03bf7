"""The virtual clock of a demo, and the sweeps that follow the time. Does not exist where time is real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from schemas.clock import ClockSet, ClockShown, SweepShown
from service import clock as house_clock
from service import idempotency
from service.activities.laying_out import extend
from service.backfill.climbing import climb_due
from service.notifications.leasing import give_back
from service.reminders.actions import settle_due
from service.roster.overdue import ask_again, expire_offers, hand_on_places
from service.rotation.turns import extend as extend_turns
from service.settings import settings
from service.swaps.actions import lapse_begun
from service.terms import Role
from service.web.api.door import Call
from service.web.api.problems import NotFound
from service.web.api.resource import Resource

clock = Resource("clock", description="试用时的虚拟时钟；正式运行时没有。")


@clock.operation("GET", "/clock", gives=ClockShown())
def show_clock(call: Call) -> Any:
    """What time it is here."""
    return {"now": call.now}


@clock.operation("PUT", "/clock", takes=ClockSet(), gives=ClockShown())
def turn_clock(call: Call, *, body: dict[str, Any]) -> Any:
    """Turn the virtual clock."""
    _check(call)
    house_clock.turn_to(call.session, instant=body["now"])
    return {"now": house_clock.now(call.session)}


@clock.operation("POST", "/sweeps", gives=SweepShown(), status=201)
def sweep(call: Call) -> Any:
    """Do now what the sweeps would do by and by. Messages go out within seconds, by the worker."""
    _check(call)
    session, now = call.session, call.now
    return {
        "extended_shifts": _extended(session, now),
        "dealt_rotations": _all(lambda: extend_turns(session, now=now)),
        "asked_again": _all(lambda: ask_again(session, now=now)),
        "expired_offers": _all(lambda: expire_offers(session, now=now)),
        "handed_on_places": _all(lambda: hand_on_places(session, now=now)),
        "searches_looked_at": _all(lambda: climb_due(session, now=now)),
        "lapsed_swaps": _all(lambda: lapse_begun(session, now=now)),
        "settled_reminders": _all(lambda: _settled_reminders(session, now)),
        "forgotten_keys": idempotency.forget(session, now=now),
    }


def _extended(session: Session, now: datetime) -> int:
    """Series after series until none is behind; how many shifts they got."""
    shifts = 0
    while (done := extend(session, now=now)).series:
        shifts += done.shifts
    return shifts


def _settled_reminders(session: Session, now: datetime) -> int:
    """One batch; its messages are left to the worker."""
    settled = settle_due(session, now=now)
    give_back(session, settled.messages)
    return settled.reminders


def _check(call: Call) -> None:
    if not settings().virtual_clock:
        raise NotFound
    call.needs(Role.ADMIN)


def _all(batch: Callable[[], int]) -> int:
    """Batch after batch until none is left."""
    total = 0
    while done := batch():
        total += done
    return total
