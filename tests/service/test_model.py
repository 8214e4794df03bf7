"""Whatever people do in whatever order, the roster is as a model of a page of code says it is.

The model knows three shifts of one activity, two of them at the same hour, with two places and one stand-by each, and
six people of one team. It says after every step who holds a place and how surely, who stands by, who waits in which
order, whose place is kept for an undo, and who was missed. The house must agree, and break none of its promises.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import ShiftRole
from service.activities.rules import RolePlan
from service.backfill import answering
from service.backfill.models import Invitation
from service.backfill.queries import opening_of_search
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.signups import actions as signups
from service.signups import following, standing_by
from service.signups.actions import SignUpRefused
from service.signups.models import STANDING, SignUp
from service.signups.queries import roles_to_fill, waitlist
from service.swaps import actions as swaps
from service.swaps import answering as swapping
from service.swaps import queries as swap_queries
from service.swaps.models import Swap, SwapAsking
from service.terms import AssignmentState as A
from service.terms import InvitationState, ReleaseReason, SwapState
from tests import factories, invariants
from tests.factories import NOW
from tests.service.backfill.lane import Lane

PLACES, LEAST, STAND_BYS, PEOPLE = 2, 1, 1, 6
START = NOW + timedelta(hours=26)
#: One may withdraw until so long before the start, and undo it for ten minutes if there is more than that left.
DEADLINE, UNDO = timedelta(hours=2), timedelta(minutes=10)
#: The first two shifts are at the same hour.
AT_ONCE = ({0, 1}, {0, 1}, {2})
#: The same stories each time; `SOAK=50` tells others, and fifty times as many.
SOAK = int(os.environ.get("SOAK", "0"))
STORIES, STEPS = 30 * (SOAK or 1), 40

#: What happens in the stories that are told each time.
COMMON = {"sign_up", "stand_by", "withdraw", "think_again", "answer", "asks", "answer_a_swap", "miss", "come_after_all"}

people, shifts = st.integers(0, PEOPLE - 1), st.integers(0, 2)
#: Which of those for whom something can be done: taken round and round.
which = st.integers(0, 59)
Pair = tuple[int, int]


@dataclass
class Line:
    """What the model knows of one shift. People are numbers."""

    starts_at: datetime
    held: dict[int, A] = field(default_factory=dict)
    stands: set[int] = field(default_factory=set)
    #: Of each one waiting the number of her sign-up: her rank.
    queue: dict[int, int] = field(default_factory=dict)
    #: Until when a place is kept for who withdrew.
    kept: dict[int, datetime] = field(default_factory=dict)
    #: Until when she may undo it, and what she had: a place, or a rank.
    undo: dict[int, tuple[datetime, A | int]] = field(default_factory=dict)
    answer_by: dict[int, datetime] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)
    said_no: set[int] = field(default_factory=set)

    @property
    def free(self) -> int:
        return PLACES - len(self.held) - len(self.kept)

    @property
    def missing(self) -> int:
        return LEAST - sum(state == A.CONFIRMED for state in self.held.values())


@dataclass
class Model:
    """The three shifts, and what time it is."""

    now: datetime
    lines: list[Line]

    def has_begun(self, shift: int) -> bool:
        return self.now >= self.lines[shift].starts_at

    def is_free(self, person: int, shift: int, *, gives_up: int | None = None) -> bool:
        """Whether she could be there: she holds no place at that hour and stands by for none, but for what she gives
        up."""
        lines = (self.lines[other] for other in AT_ONCE[shift] - {gives_up})
        return not any(person in line.held or person in line.stands for line in lines)

    def pairs(self, found: Callable[[Line], Iterable[int]]) -> list[Pair]:
        """(person, shift) of everybody who is so in some shift."""
        return [(person, number) for number, line in enumerate(self.lines) for person in sorted(found(line))]

    def take(self, person: int, shift: int) -> None:
        """She comes, and neither waits nor stands by any longer."""
        self.lines[shift].stands.discard(person)
        self.lines[shift].held[person] = A.CONFIRMED
        self.lines[shift].queue.pop(person, None)

    def promote(self, first: list[int]) -> None:
        """Free places go to those waiting, first come first; who cannot be there is passed over."""
        for number in [*first, *range(len(self.lines))]:
            line = self.lines[number]
            for person in sorted(line.queue, key=line.queue.__getitem__):
                if line.free > 0 and not self.has_begun(number) and self.is_free(person, number):
                    del line.queue[person]
                    line.held[person] = A.OFFERED

    def pass_time(self, duration: timedelta) -> list[int]:
        """The shifts in which places came free, in the order in which that is noticed."""
        self.now += duration
        freed = []
        for number, line in enumerate(self.lines):
            over = [person for person, until in line.kept.items() if until <= self.now]
            freed += [number] * len(over)
            for person in over:
                del line.kept[person]
        for number, line in enumerate(self.lines):
            late = [person for person, state in line.held.items() if state == A.OFFERED]
            late = [person for person in late if line.answer_by[person] <= self.now]
            freed += [number] * len(late)
            for person in late:
                del line.held[person]
        return freed


def held(line: Line) -> Iterable[int]:
    return line.held


def sure(line: Line) -> Iterable[int]:
    return (person for person, state in line.held.items() if state == A.CONFIRMED)


def here(line: Line) -> Iterable[int]:
    return {**line.held, **line.queue}


def standing(line: Line) -> Iterable[int]:
    return line.stands


def missed(line: Line) -> Iterable[int]:
    return line.missed


def undoing(line: Line) -> Iterable[int]:
    return line.undo


def somebody(found: Callable[[Line], Iterable[int]]) -> Callable[[Machine], bool]:
    """Whether there is anybody to do it to."""
    return lambda machine: bool(machine.model.pairs(found))


class Machine(RuleBasedStateMachine):
    """Does the same to the house and to the model, and compares them."""

    session: Session
    #: What was done, and what was refused, in all stories.
    seen: ClassVar[Counter[str]]

    @initialize(minutes=st.sampled_from([0, 0, 1381, 1571]))
    def move_in(self, minutes: int) -> None:
        """Some have signed up, and perhaps the first two shifts are about to begin, or have begun."""
        self.savepoint = self.session.begin_nested()
        self.seen["story"] += 1
        role = RolePlan(name="引导员", min_needed=LEAST, max_needed=PLACES, stand_bys=STAND_BYS)
        self.lane = Lane(self.session, START, roles=(role,), details={"title": "社区义诊"})
        self.people = [self.lane.member(f"甲{number}") for number in range(PEOPLE)]
        beside = factories.further_shift(self.session, self.lane.shift, START)
        later = factories.further_shift(self.session, self.lane.shift, START + timedelta(days=1))
        self.roles: list[ShiftRole] = [shift.roles[0] for shift in (self.lane.shift, beside, later)]
        starts = (START, START, START + timedelta(days=1))
        self.model = Model(NOW, [Line(starts_at) for starts_at in starts])
        for person, shift in ((0, 0), (1, 0), (2, 0), (3, 1), (2, 1), (4, 2), (0, 2)):
            self.sign_up(person, shift)
        self.pass_time(minutes)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            self.session.expire_all()
            broken = invariants.check(self.session, now=self.model.now)
            self.savepoint.rollback()
            assert broken == []

    # --- what people do ---

    @rule(person=people, shift=shifts)
    def sign_up(self, person: int, shift: int) -> None:
        line, model = self.model.lines[shift], self.model
        is_here = person in line.held or person in line.queue or person in line.missed
        may = not model.has_begun(shift) and not is_here and model.is_free(person, shift)
        done = self.tries(
            lambda: factories.sign_up(self.session, self.people[person], self.roles[shift], now=model.now),
            SignUpRefused,
        )
        assert done == may or is_here, "refused exactly when she cannot be there"
        if may:
            had = line.undo.pop(person, (model.now, 0))[1]
            if isinstance(had, A) and person in line.kept:
                del line.kept[person]
                line.held[person] = had
            elif line.free > 0 and not line.queue:
                line.held[person] = A.CONFIRMED
            else:
                line.queue[person] = self.signup(person, shift).id
        self.settle(shift)

    @precondition(somebody(here))
    @rule(one=which)
    def withdraw(self, one: int) -> None:
        person, shift = self.pick(here, one)
        line, now = self.model.lines[shift], self.model.now
        if not self.has_standing(person, shift) or person in line.missed:
            return
        too_late = line.held.get(person) == A.CONFIRMED and now > line.starts_at - DEADLINE
        signup_id = self.signup(person, shift).id
        done = self.tries(
            lambda: signups.withdraw(self.session, signup_id=signup_id, now=now), signups.TooLateToWithdraw
        )
        assert done != too_late
        if done:
            had = line.held.pop(person, None) or line.queue.pop(person)
            if line.starts_at - now > DEADLINE:
                line.undo[person] = (now + UNDO, had)
                if isinstance(had, A):
                    line.kept[person] = now + UNDO
        self.settle(shift)

    @precondition(somebody(undoing))
    @rule(one=which)
    def think_again(self, one: int) -> None:
        person, shift = self.pick(undoing, one)
        line, model = self.model.lines[shift], self.model
        if person not in line.undo:
            return
        until, had = line.undo[person]
        may = model.now < until and not model.has_begun(shift) and model.is_free(person, shift)
        may = may and person not in line.queue
        signup_id = self.signup(person, shift).id
        done = self.tries(
            lambda: signups.undo_withdrawal(self.session, signup_id=signup_id, now=model.now), signups.NothingToUndo
        )
        assert done == may
        if done:
            del line.undo[person]
            if isinstance(had, A):
                del line.kept[person]
                line.held[person] = had
            else:
                line.queue[person] = had
        self.settle(shift)

    @precondition(somebody(held))
    @rule(one=which, yes=st.booleans())
    def answer(self, one: int, *, yes: bool) -> None:
        person, shift = self.pick(held, one)
        line, now = self.model.lines[shift], self.model.now
        if person not in line.held:
            return
        place_id = self.place(person, shift).id
        is_done = yes and line.held[person] == A.CONFIRMED
        reply = roster.accept if yes else roster.decline
        done = self.tries(lambda: reply(self.session, assignment_id=place_id, now=now), roster.OfferClosed)
        assert done == (is_done or not self.model.has_begun(shift))
        if done and yes:
            line.held[person] = A.CONFIRMED
        elif done:
            del line.held[person]
            line.said_no.add(person)
        self.settle(shift)

    @rule(person=people, shift=shifts)
    def stand_by(self, person: int, shift: int) -> None:
        line, model = self.model.lines[shift], self.model
        is_here = person in line.held or person in line.queue
        may = not model.has_begun(shift) and not is_here and model.is_free(person, shift)
        may = may and len(line.stands) < STAND_BYS
        role = self.roles[shift]
        done = self.tries(
            lambda: standing_by.stand_by(
                self.session,
                volunteer_id=self.people[person].id,
                shift_id=role.shift_id,
                shift_role_id=role.id,
                now=model.now,
            ),
            SignUpRefused,
        )
        assert done == (may or person in line.stands)
        if done:
            line.stands.add(person)
        self.settle(shift)

    @precondition(somebody(standing))
    @rule(one=which)
    def stand_by_no_longer(self, one: int) -> None:
        person, shift = self.pick(standing, one)
        line, now = self.model.lines[shift], self.model.now
        if person not in line.stands:
            return
        place_id = self.place(person, shift).id
        done = self.tries(lambda: roster.decline(self.session, assignment_id=place_id, now=now), roster.OfferClosed)
        assert done != self.model.has_begun(shift)
        if done:
            line.stands.remove(person)
            line.said_no.add(person)
        self.settle(shift)

    @precondition(somebody(held))
    @rule(one=which)
    def let_go(self, one: int) -> None:
        person, shift = self.pick(held, one)
        if person not in self.model.lines[shift].held or self.model.has_begun(shift):
            return
        roster.release(self.session, self.place(person, shift), reason=ReleaseReason.COORDINATOR)
        del self.model.lines[shift].held[person]
        self.settle(shift)

    @precondition(somebody(sure))
    @rule(one=which)
    def miss(self, one: int) -> None:
        person, shift = self.pick(sure, one)
        line, now = self.model.lines[shift], self.model.now
        if line.held.get(person) != A.CONFIRMED:
            return
        place_id = self.place(person, shift).id
        done = self.tries(lambda: roster.mark_no_show(self.session, assignment_id=place_id, now=now), roster.NotBegun)
        assert done == self.model.has_begun(shift)
        if done:
            del line.held[person]
            line.missed.add(person)
        self.settle(shift)

    @precondition(somebody(missed))
    @rule(one=which)
    def come_after_all(self, one: int) -> None:
        person, shift = self.pick(missed, one)
        line = self.model.lines[shift]
        if person not in line.missed:
            return
        place_id = self.session.scalars(
            select(Assignment.id).where(
                Assignment.shift_role_id == self.roles[shift].id,
                Assignment.volunteer_id == self.people[person].id,
                Assignment.state == A.NO_SHOW,
            )
        ).first()
        assert place_id is not None
        done = self.tries(
            lambda: roster.came_after_all(self.session, assignment_id=place_id),
            roster.PlaceGiven,
            roster.ConflictingDuty,
        )
        assert done == (line.free > 0 and self.model.is_free(person, shift))
        if done:
            line.missed.discard(person)
            line.held[person] = A.CONFIRMED
        self.settle(shift)

    @precondition(somebody(sure))
    @rule(one=which, other=st.none() | people)
    def ask_others(self, one: int, other: int | None) -> None:
        """Everybody who could, or one of them, to take her place."""
        person, shift = self.pick(sure, one)
        line = self.model.lines[shift]
        if line.held.get(person) != A.CONFIRMED or self.pending(person, shift):
            return
        could = {
            one
            for one in range(PEOPLE)
            if one not in {person} | line.missed | line.said_no and self.model.is_free(one, shift)
        }
        asked = could & {other} if other is not None else could
        to = self.people[other].id if other is not None else None
        self.asks(person, shift, asked=asked, to=to)

    @precondition(somebody(sure))
    @rule(one=which, other=people, back=shifts)
    def ask_to_exchange(self, one: int, other: int, back: int) -> None:
        person, shift = self.pick(sure, one)
        model = self.model
        is_hers = model.lines[shift].held.get(person) == A.CONFIRMED and not self.pending(person, shift)
        if not is_hers or shift == back or model.lines[back].held.get(other) != A.CONFIRMED or person == other:
            return
        could = (
            not model.has_begun(back)
            and model.is_free(other, shift, gives_up=back)
            and model.is_free(person, back, gives_up=shift)
        )
        self.asks(person, shift, asked={other} if could else set(), in_return_id=self.place(other, back).id)

    def asks(self, person: int, shift: int, *, asked: set[int], **whom: int | None) -> None:
        place_id = self.place(person, shift).id
        done = self.tries(
            lambda: swaps.ask(self.session, assignment_id=place_id, now=self.model.now, **whom),
            swaps.NobodyToAsk,
            swaps.NothingToGive,
        )
        assert done == (bool(asked) and not self.model.has_begun(shift))
        if done:
            [swap] = self.pending(person, shift)
            names = {volunteer.id for _asking, volunteer in swap_queries.askings(self.session, swap.id)}
            assert names == {self.people[one].id for one in asked}
        self.settle(shift)

    @rule(person=people, yes=st.booleans())
    def answer_a_swap(self, person: int, *, yes: bool) -> None:
        """The swap she was asked for last."""
        of_her = select(SwapAsking).where(SwapAsking.volunteer_id == self.people[person].id)
        asking = self.session.scalars(of_her.order_by(SwapAsking.id.desc()).limit(1)).first()
        if asking is None:
            return
        swap = self.session.get_one(Swap, asking.swap_id)
        shift, giver = self.of_place(swap.assignment_id)
        back = self.of_place(swap.in_return_id)[0] if swap.in_return_id is not None else None
        is_open = swap.state == SwapState.OPEN
        can = self.model.is_free(person, shift, gives_up=back)
        can = can and (back is None or self.model.is_free(giver, back, gives_up=shift))
        was, state = asking.state, swap.state
        reply = swapping.accept if yes else swapping.decline
        done = self.tries(
            lambda: reply(self.session, swap_asking_id=asking.id, now=self.model.now), swaps.SwapIsOver, SignUpRefused
        )
        if yes and is_open:
            assert done == can
        elif yes:
            assert done == (state == SwapState.DONE or was == InvitationState.ACCEPTED)
        else:
            assert done == (was != InvitationState.ACCEPTED)
        if yes and is_open and done:
            del self.model.lines[shift].held[giver]
            self.model.take(person, shift)
            if back is not None:
                del self.model.lines[back].held[person]
                self.model.take(giver, back)
        self.settle(shift)

    @rule(person=people, yes=st.booleans())
    def answer_a_search(self, person: int, *, yes: bool) -> None:
        """The search she was asked in last."""
        of_her = select(Invitation).where(Invitation.volunteer_id == self.people[person].id)
        invitation = self.session.scalars(of_her.order_by(Invitation.id.desc()).limit(1)).first()
        if invitation is None or invitation.state == InvitationState.ACCEPTED:
            return
        role_id = opening_of_search(self.session, invitation.backfill_id).ShiftRole.id
        shift = next(number for number, role in enumerate(self.roles) if role.id == role_id)
        line, is_there = self.model.lines[shift], person in self.model.lines[shift].held
        can = is_there or person in line.stands or self.model.is_free(person, shift)
        comes = can and (is_there or (line.missing > 0 and line.free > 0))
        reply = answering.accept if yes else answering.decline
        done = self.tries(lambda: reply(self.session, invitation_id=invitation.id, now=self.model.now), SignUpRefused)
        assert done == (can or not yes)
        if yes and done:
            assert (str(invitation.state) == InvitationState.ACCEPTED) == comes
        if yes and comes:
            self.model.take(person, shift)
        self.settle(shift)

    @rule(minutes=st.sampled_from([11, 241, 701, 1571]))
    def pass_time(self, minutes: int) -> None:
        """Up to an hour and a half after the first two have begun."""
        duration = timedelta(minutes=minutes)
        if self.model.now + duration > START + timedelta(minutes=90):
            return
        freed = self.model.pass_time(duration)
        self.lane.pass_time(minutes=minutes)
        swaps.lapse_begun(self.session, now=self.model.now)
        self.settle(*freed)

    # --- how the house is asked ---

    def pick(self, found: Callable[[Line], Iterable[int]], one: int) -> Pair:
        pairs = self.model.pairs(found)
        return pairs[one % len(pairs)]

    def tries(self, action: Callable[[], object], *refusals: type[Exception]) -> bool:
        """Whether it was done; what was refused has left nothing behind."""
        what = sys._getframe(1).f_code.co_name  # the rule that tries
        try:
            with self.session.begin_nested():
                action()
        except refusals as refusal:
            self.session.expire_all()
            self.seen[f"{what}: {type(refusal).__name__}"] += 1
            return False
        self.seen[what] += 1
        return True

    def signup(self, person: int, shift: int) -> SignUp:
        of_her = select(SignUp).where(
            SignUp.shift_role_id == self.roles[shift].id, SignUp.volunteer_id == self.people[person].id
        )
        return self.session.scalars(of_her.order_by(SignUp.id.desc()).limit(1)).one()

    def has_standing(self, person: int, shift: int) -> bool:
        of_her = select(SignUp.id).where(
            SignUp.shift_role_id == self.roles[shift].id,
            SignUp.volunteer_id == self.people[person].id,
            SignUp.state.in_(STANDING),
        )
        return self.session.scalar(of_her) is not None

    def place(self, person: int, shift: int) -> Assignment:
        return self.session.scalars(
            select(Assignment).where(
                Assignment.shift_role_id == self.roles[shift].id,
                Assignment.volunteer_id == self.people[person].id,
                Assignment.state.in_(HOLDING),
            )
        ).one()

    def pending(self, person: int, shift: int) -> list[Swap]:
        place_id = self.place(person, shift).id
        found = swap_queries.pending_of(self.session, place_id)
        return [swap for swap in found if swap.assignment_id == place_id]

    def of_place(self, assignment_id: int) -> tuple[int, int]:
        """(shift, person) of a place, as numbers."""
        place = self.session.get_one(Assignment, assignment_id)
        shift = next(number for number, role in enumerate(self.roles) if role.id == place.shift_role_id)
        return shift, next(number for number, one in enumerate(self.people) if one.id == place.volunteer_id)

    def settle(self, *shifts: int) -> None:
        """All that follows, here and there; then they are compared."""
        self.seen["step"] += 1
        self.lane.now = self.model.now
        self.lane.follow()
        for role_id in roles_to_fill(self.session, now=self.model.now):
            following.promote(self.session, shift_role_id=role_id, now=self.model.now)
        self.lane.follow()
        self.model.promote(list(shifts))
        self.session.expire_all()
        for number, line in enumerate(self.model.lines):
            self.compare(number, line)

    def compare(self, shift: int, line: Line) -> None:
        role = self.roles[shift]
        number_of = {one.id: number for number, one in enumerate(self.people)}
        rows = self.session.scalars(select(Assignment).where(Assignment.shift_role_id == role.id)).all()
        here = {number_of[row.volunteer_id]: row for row in rows if row.state in HOLDING}
        held = {person: row for person, row in here.items() if not row.is_stand_by}
        assert here.keys() - held.keys() == line.stands
        assert role.standing_by == len(line.stands) <= STAND_BYS
        assert {person: row.state for person, row in held.items()} == line.held
        line.answer_by = {person: row.answer_by for person, row in held.items() if row.answer_by is not None}
        assert {number_of[row.volunteer_id] for row in rows if row.place_held_until is not None} == set(line.kept)
        assert {number_of[row.volunteer_id] for row in rows if row.state == A.NO_SHOW} == line.missed
        in_order = sorted(line.queue, key=line.queue.__getitem__)
        assert [number_of[one.volunteer_id] for one in waitlist(self.session, role.id)] == in_order
        assert role.taken == len(line.held) + len(line.kept) <= PLACES, "a place has one owner, or none"


def test_the_house_does_as_the_model_says(session: Session) -> None:
    class Here(Machine):
        seen: ClassVar[Counter[str]] = Counter()

    Here.session = session
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            derandomize=not SOAK,
        ),
    )
    assert set(Here.seen) >= COMMON, "the stories tell of all that can happen"
