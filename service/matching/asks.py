"""What one could ask of somebody so that a reason against her is gone.

Never asked for is what protects people: rest, nights, heat and long stretches for elders, who must not meet, who stays
with the child, few faces, age, two adults and their ratio, the guide of who is new, a paper nobody has. Nor is anybody
asked to give up another duty: that would leave a gap there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from service.matching.blockers import UNSEEN, Blocker, Code, Hindrance
from service.matching.plan import Duty, Plan
from service.matching.problem import CAN, CANNOT, Wish, day
from service.matching.rules import FIXED, GROWING
from service.terms import Refusal


class AskKind(StrEnum):
    """What is asked for, the easier before the harder."""

    PAPER_SEEN = "paper_seen"  # verify the paper she has shown
    CONSENT = "consent"  # her consent to the use of her name and telephone number
    BIRTH_YEAR = "birth_year"  # her year of birth, if she is of the right age
    PARTNER = "partner"  # that her partner, who did not ask for it, comes to the shift too
    MORE_HOURS = "more_hours"  # `amount` minutes more that week than she said
    MORE_SHIFTS_A_WEEK = "more_shifts_a_week"  # `amount` shifts more that week than she said
    MORE_SHIFTS_A_DAY = "more_shifts_a_day"  # `amount` shifts more that day than she said
    LONGER_STRETCH = "longer_stretch"  # longer on duty without a pause than she said
    TAG = "tag"  # whether a tag the role asks for is true of her
    PAPER_RENEWED = "paper_renewed"  # a new paper for one that has run out by then
    ANOTHER_TIME = "another_time"  # that she comes at a time of which she said 不能
    ASK_AGAIN = "ask_again"  # that she comes, though she declined this shift before
    NEW_PERSON = "new_person"  # somebody who is not among those thought of
    NEW_GUIDE = "new_guide"  # the same, somebody experienced
    LOWER_MINIMUM = "lower_minimum"  # `amount` people fewer, and the shift is held all the same


#: What each costs a coordinator and whom she asks, by judgement: only the order matters.
COSTS = {
    AskKind.PAPER_SEEN: 1,
    AskKind.CONSENT: 2,
    AskKind.BIRTH_YEAR: 2,
    AskKind.PARTNER: 3,
    AskKind.MORE_HOURS: 3,  # and one more for each hour begun
    AskKind.MORE_SHIFTS_A_WEEK: 4,
    AskKind.MORE_SHIFTS_A_DAY: 5,
    AskKind.LONGER_STRETCH: 5,
    AskKind.TAG: 5,
    AskKind.PAPER_RENEWED: 8,
    AskKind.ANOTHER_TIME: 9,
    AskKind.ASK_AGAIN: 10,
    AskKind.NEW_PERSON: 20,
    AskKind.NEW_GUIDE: 25,
    AskKind.LOWER_MINIMUM: 30,
}
#: Reasons that can be asked away in one way only, and by what.
ASKABLE: dict[Code, AskKind] = {
    Refusal.CONSENT_MISSING: AskKind.CONSENT,
    Refusal.AGE_UNKNOWN: AskKind.BIRTH_YEAR,
    Refusal.WEEKLY_HOURS: AskKind.MORE_HOURS,
    Hindrance.WEEKLY_SHIFTS: AskKind.MORE_SHIFTS_A_WEEK,
    Hindrance.DAILY_SHIFTS: AskKind.MORE_SHIFTS_A_DAY,
    Hindrance.STRETCH: AskKind.LONGER_STRETCH,
    Refusal.TAG_MISSING: AskKind.TAG,
    Refusal.QUALIFICATION_EXPIRED: AskKind.PAPER_RENEWED,
    Hindrance.UNAVAILABLE: AskKind.ANOTHER_TIME,
    Hindrance.SAID_NO: AskKind.ASK_AGAIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing to ask of one person, for one opening; of nobody in particular where somebody is still to be found.

    `details` are those of the reason it takes away.
    """

    kind: AskKind
    opening_id: int
    person_id: int | None = None
    amount: int = 1
    details: tuple[tuple[str, str | int], ...] = ()

    @property
    def cost(self) -> int:
        """What it costs to ask: see COSTS."""
        if self.kind == AskKind.MORE_HOURS:
            return COSTS[self.kind] + -(-self.amount // 60)
        return COSTS[self.kind] * self.amount


def price(asks: Iterable[Ask]) -> int:
    """What all of them cost."""
    return sum(ask.cost for ask in asks)


def asks_against(plan: Plan, wish: Wish) -> tuple[Ask, ...] | None:
    """What to ask so that no reason speaks against her that others cannot mend; None where that cannot be asked."""
    asks: list[Ask] = []
    for rule in (*FIXED, *GROWING):
        for blocker in rule(plan, wish):
            ask = _ask(plan, wish, blocker)
            if ask is None:
                return None
            asks.append(ask)
    return tuple(asks)


def granted(wish: Wish) -> Wish:
    """Her wish where she agreed to everything about herself."""
    return replace(wish, barred=(), availability=CAN if wish.availability == CANNOT else wish.availability)


def grant(plan: Plan, ask: Ask) -> None:
    """Lift the limit of her own that she agreed to lift."""
    assert ask.person_id is not None  # noqa: S101 (only people who are known have limits)
    her = plan.persons[ask.person_id]
    match ask.kind:
        case AskKind.MORE_HOURS:
            her = replace(her, max_minutes=her.max_minutes + ask.amount)
        case AskKind.MORE_SHIFTS_A_WEEK:
            her = replace(her, most_a_week=(her.most_a_week or 0) + ask.amount)
        case AskKind.MORE_SHIFTS_A_DAY:
            her = replace(her, most_a_day=(her.most_a_day or 0) + ask.amount)
        case AskKind.LONGER_STRETCH:
            her = replace(her, most_at_a_stretch=None)
    plan.persons[her.id] = her


def _ask(plan: Plan, wish: Wish, blocker: Blocker) -> Ask | None:
    kind = ASKABLE.get(blocker.code)
    if blocker.code == Refusal.QUALIFICATION_MISSING and dict(blocker.details).get(UNSEEN):
        kind = AskKind.PAPER_SEEN
    if kind is None or (kind == AskKind.LONGER_STRETCH and plan.persons[wish.person_id].is_elder):
        return None
    return Ask(
        kind=kind,
        opening_id=wish.opening_id,
        person_id=wish.person_id,
        amount=_amount(plan, wish, kind),
        details=blocker.details,
    )


def _amount(plan: Plan, wish: Wish, kind: AskKind) -> int:
    """How much more than her limit it takes."""
    her, opening = plan.persons[wish.person_id], plan.openings[wish.opening_id]
    held: list[Duty] = plan.duties[wish.person_id]
    match kind:
        case AskKind.MORE_HOURS:
            served = sum(duty.minutes for duty in held if duty.week == opening.week)
            return served + opening.ends - opening.starts - her.max_minutes
        case AskKind.MORE_SHIFTS_A_WEEK:
            return sum(duty.week == opening.week for duty in held) + 1 - (her.most_a_week or 0)
        case AskKind.MORE_SHIFTS_A_DAY:
            return sum(duty.day == day(opening.starts) for duty in held) + 1 - (her.most_a_day or 0)
    return 1
