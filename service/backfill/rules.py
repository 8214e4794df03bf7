"""Pure rules of the ladder: its rungs, how long each waits, and what it may do while people sleep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from service.calendars.quiet import Quiet
from service.terms import Channel, Rung

#: A search begins this long after the place came free: who slipped may undo it, who waits is offered it.
PATIENCE = timedelta(minutes=2)
#: Nobody is troubled longer than this before the shift: until then the place may be taken by somebody who wants it.
HORIZON = timedelta(days=3)
#: A rung never takes more than this part of the time left, so that all of them fit in before the start.
PART_OF_THE_TIME_LEFT = 4
SHORTEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RungPlan:
    """One rung: how many minutes it waits for an answer, and how many people it asks at once for each one missing.

    `most`: asks so many for each one missing and then climbs on; 0: until everybody of the rung was asked.
    `wakes`: may ask in quiet hours about a shift that cannot wait for the morning. `channel`: tried before each
    person's usual one; None: as each person prefers. The call list is for good: a coordinator telephones.
    """

    rung: Rung
    wait: int
    at_once: int = 0
    most: int = 0
    wakes: bool = True
    channel: Channel | None = None

    @property
    def is_by_phone(self) -> bool:
        """Whether nobody is written to: who is to be asked stands on the coordinator's call list."""
        return self.channel == Channel.CALL_LIST


#: The ladder of an activity whose coordinator says nothing else. Those who belong to the activity may be woken,
#: the neighbours may not.
LADDER = (
    RungPlan(rung=Rung.WAITLIST, wait=10, at_once=3),
    RungPlan(rung=Rung.STAND_BY, wait=10, at_once=2),
    RungPlan(rung=Rung.SUBSTITUTES, wait=20, at_once=3),
    RungPlan(rung=Rung.TEAM, wait=30, at_once=5),
    RungPlan(rung=Rung.NEIGHBOURS, wait=30, at_once=5, wakes=False),
    RungPlan(rung=Rung.CALLS, wait=0, channel=Channel.CALL_LIST),
)


#: Before all others, in a search for the place of somebody who suggested whom to ask.
SUGGESTED = RungPlan(rung=Rung.SUGGESTED, wait=10, at_once=3)
#: The ladder of a call-out: there is no time to wait, and everybody near may be woken.
CALL_OUT_LADDER = (
    RungPlan(rung=Rung.SUBSTITUTES, wait=5, at_once=3, most=9),
    RungPlan(rung=Rung.TEAM, wait=5, at_once=3, most=9),
    RungPlan(rung=Rung.NEIGHBOURS, wait=5, at_once=3, most=9),
    RungPlan(rung=Rung.CALLS, wait=0, channel=Channel.CALL_LIST),
)


@dataclass(frozen=True, slots=True)
class Cover:
    """A team around, and how many of its people could serve in a role."""

    team: str
    people: int


#: What a rung may be asked over: what reaches a person at once, where she is.
ASKED_OVER = (Channel.CONSOLE, Channel.FILE, Channel.SMS, Channel.EMAIL, Channel.CALL_LIST)


class LadderRefused(Exception):
    """No rung, one twice, or one that a search adds by itself; or a channel over which nobody can be asked."""


def in_order(plans: Iterable[RungPlan]) -> tuple[RungPlan, ...]:
    """A ladder of these rungs, from those who belong to the shift to those who do not. Raises LadderRefused."""
    ladder = tuple(sorted(plans, key=lambda plan: list(Rung).index(plan.rung)))
    rungs = {plan.rung for plan in ladder}
    if not ladder or len(rungs) < len(ladder) or Rung.SUGGESTED in rungs:
        raise LadderRefused("a ladder has at least one rung, each once, and none that a search adds by itself")
    if any(plan.channel not in (None, *ASKED_OVER) for plan in ladder):
        raise LadderRefused(f"people are asked over one of {', '.join(ASKED_OVER)}")
    return ladder


def with_suggested(plans: Iterable[RungPlan], *, position: int) -> list[RungPlan]:
    """The rungs of a search with that of the suggested at `position`, unless it is there or was the one before."""
    rungs = list(plans)
    if any(plan.rung == Rung.SUGGESTED for plan in rungs[max(0, position - 1) :]):
        return rungs
    return [*rungs[:position], SUGGESTED, *rungs[position:]]


def asks(rung: Rung, *, now: datetime, starts_at: datetime) -> bool:
    """Whether a rung asks people of its own. The calls are to those asked before; who waits is offered the place
    anyway, until the shift begins."""
    return now >= starts_at if rung == Rung.WAITLIST else rung != Rung.CALLS


def as_row(plan: RungPlan) -> dict[str, Any]:
    """The plan as it is stored with a search: what was decided when it began."""
    return asdict(plan)


def as_plan(row: Mapping[str, Any]) -> RungPlan:
    """The plan a stored row says."""
    channel = row["channel"]
    return RungPlan(**{**row, "rung": Rung(row["rung"]), "channel": None if channel is None else Channel(channel)})


def first_look_at(*, now: datetime, starts_at: datetime) -> datetime:
    """When a search that opens now climbs its first rung."""
    return max(now + PATIENCE, starts_at - HORIZON)


def answers_until(plan: RungPlan, *, now: datetime, starts_at: datetime) -> datetime:
    """Until when a rung climbed now waits: as planned, less towards the start, at least SHORTEST_WAIT."""
    left = (starts_at - now) / PART_OF_THE_TIME_LEFT
    return now + max(min(timedelta(minutes=plan.wait), left), SHORTEST_WAIT)


def may_ask_at(plan: RungPlan, *, now: datetime, starts_at: datetime, quiet: Quiet) -> datetime | None:
    """When this rung may write to people: now, in the morning, or never, where the morning comes after the start.

    The call list wakes nobody: whoever calls decides herself.
    """
    if plan.rung == Rung.CALLS or plan.is_by_phone or not quiet.covers(now):
        return now
    if plan.wakes and quiet.is_pressing(now, starts_at=starts_at):
        return now
    morning = quiet.over(now)
    return morning if morning < starts_at else None
