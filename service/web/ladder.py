"""A search as its page shows it: each rung with its people, its timer, and what came of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service import wording
from service.backfill.models import Backfill, BackfillStep, Invitation
from service.backfill.rules import RungPlan
from service.calendars.rules import local
from service.language import Lazy, _
from service.terms import BackfillState, InvitationState, Rung, RungOutcome
from service.volunteers.models import Volunteer
from service.web.words import RUNGS

PASSED = {
    RungOutcome.CLIMBED: Lazy("问过了"),
    RungOutcome.EMPTY: Lazy("没有人可问"),
    RungOutcome.ASLEEP: Lazy("夜里不问"),
    RungOutcome.SKIPPED: Lazy("跳过了"),
}
UNDER_WAY = {
    Rung.WAITLIST: Lazy("给候补的人留时间，到{moment}"),
    Rung.CALLS: Lazy("还没有答复的，放进了电话名单"),
}
ASKED = Lazy("问了，等到{moment}")


@dataclass(frozen=True, slots=True)
class Stair:
    """One rung of the ladder. `tone` colours what is said of it: good, wait or plain."""

    position: int
    name: str
    said: str
    tone: str
    is_current: bool
    people: tuple[tuple[Invitation, Volunteer], ...]


def stairs(
    backfill: Backfill,
    *,
    steps: Sequence[BackfillStep],
    invited: Iterable[tuple[Invitation, Volunteer]],
    now: datetime,
) -> list[Stair]:
    """The whole ladder from its first rung to its last, those still to come too."""
    by_position = {step.position: step for step in steps}
    people: dict[Rung, list[tuple[Invitation, Volunteer]]] = defaultdict(list)
    for invitation, person in invited:
        people[Rung(invitation.rung)].append((invitation, person))
    is_climbing = backfill.state == BackfillState.CLIMBING
    made = []
    for position, plan in enumerate(backfill.plans):
        is_current = is_climbing and position == backfill.position
        said, tone = _said(plan, by_position.get(position), is_current=is_current, next_at=backfill.next_at, now=now)
        name = str(RUNGS[plan.rung])
        made.append(Stair(position, name, said, tone, is_current, tuple(people.pop(plan.rung, ()))))
    return made


def _said(
    plan: RungPlan, step: BackfillStep | None, *, is_current: bool, next_at: datetime | None, now: datetime
) -> tuple[str, str]:
    if step is None:
        if is_current and next_at is not None:
            return _("{moment}开始", moment=short(next_at, now=now)), "wait"
        return (_("还没轮到") if next_at is not None else _("没有轮到")), "plain"
    if is_current and step.outcome == RungOutcome.CLIMBED and step.until_at is not None:
        return _(UNDER_WAY.get(plan.rung, ASKED), moment=short(step.until_at, now=now)), "wait"
    return str(PASSED[step.outcome]), "plain"


def short(when: datetime, *, now: datetime) -> str:
    """The time alone while it is today, else with its date."""
    return wording.clock(when) if local(when).date() == local(now).date() else wording.moment(when)


def summary(backfill: Backfill, invited: Sequence[tuple[Invitation, Volunteer]]) -> str:
    """How many were asked and what they said, in one sentence."""
    if not invited:
        return _("还没有问过人。")
    said = [invitation.state for invitation, _person in invited]
    count = {state: said.count(state) for state in InvitationState}
    return _(
        "问了{n}人：答应{yes}人，来不了{no}人，等回复{waiting}人。",
        n=len(said),
        yes=count[InvitationState.ACCEPTED] + count[InvitationState.THANKED],
        no=count[InvitationState.DECLINED],
        waiting=count[InvitationState.ASKED],
    )
