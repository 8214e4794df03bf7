"""From the pool to the offers: opened tonight, dealt, looked at, published, extended, somebody leaves, closed."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities.models import Activity, Shift, ShiftRole
from service.backfill import answering, climbing
from service.backfill.models import Invitation
from service.calendars.rules import local
from service.db import transaction
from service.notifications.models import Notification
from service.notifications.occasions import occasions
from service.roster import actions as roster
from service.roster.models import Assignment
from service.rotation import actions, pool, queries, turns
from service.rotation.building import is_night
from service.rotation.models import Rotation, RotationDeal, RotationTurn
from service.rotation.pool import PartyPlan, RotationRefused
from service.rotation.problem import Bar
from service.rotation.rules import within_one
from service.settings import Settings
from service.terms import (
    ActivityState,
    AssignmentState,
    DealState,
    NotificationKind,
    QualificationKind,
    ReleaseReason,
    Rung,
    ShiftState,
)
from tests import factories, invariants
from tests.at_once import committed, together
from tests.ledger import audited
from tests.outbox import drain, follow
from tests.service.rotation.gate import TONIGHT, held, held_by, neighbours, newest, on, open_gate


def answer_all(session: Session, rotation: Rotation, *, now: datetime) -> None:
    """Everybody who was asked says yes."""
    for place, _shift in held(session, rotation):
        if place.state == AssignmentState.OFFERED:
            roster.accept(session, assignment_id=place.id, now=now)


def dozen(session: Session, *, now: datetime, **details: Any) -> Rotation:
    """A gate of twelve people."""
    area = factories.community(session)
    return open_gate(session, area=area, people=neighbours(session, area, 12), now=now, **details)


def test_from_tonight_on_every_block_of_28_days_has_two_who_are_asked_at_once(session: Session, now: datetime) -> None:
    rotation = open_gate(session, now=now, is_automatic=True)
    follow(session, now=now)
    places = held(session, rotation)
    blocks = {row.Shift.id for row in queries.blocks(session, rotation, from_at=now, until_at=TONIGHT + turns.AHEAD)}
    assert len(blocks) == 28 * 6
    assert Counter(place.shift_id for place, _shift in places) == dict.fromkeys(blocks, 2)
    assert min(shift.starts_at for _place, shift in places) == TONIGHT
    assert {place.state for place, _shift in places} == {AssignmentState.OFFERED}
    assert within_one(Counter(place.volunteer_id for place, _shift in places).values())
    assert newest(session, rotation).state == DealState.PUBLISHED
    asked = select(Notification.volunteer_id).where(Notification.kind == NotificationKind.PLACE_OFFERED)
    assert len(set(session.scalars(asked))) == 30


def test_nobody_is_asked_before_a_coordinator_has_looked(session: Session, now: datetime) -> None:
    rotation = dozen(session, now=now, until_on=on(1))
    follow(session, now=now)
    made = newest(session, rotation)
    assert made.state == DealState.DRAFTED
    assert held(session, rotation) == []
    turns.publish(session, deal_id=made.id, account_id=7, now=now)
    before = {place.id for place, _shift in held(session, rotation)}
    turns.publish(session, deal_id=made.id, account_id=7, now=now)
    assert {place.id for place, _shift in held(session, rotation)} == before != set()
    assert audited(session).count(("published_turns", "rotation", rotation.id, 7)) == 1


def test_a_deal_thrown_away_asks_nobody_and_a_published_one_cannot_be(session: Session, now: datetime) -> None:
    rotation = dozen(session, now=now, until_on=on(1))
    follow(session, now=now)
    made = newest(session, rotation)
    turns.discard(session, deal_id=made.id, account_id=1, now=now)
    with pytest.raises(turns.NotADraft):
        turns.publish(session, deal_id=made.id, account_id=1, now=now)
    assert held(session, rotation) == []


def test_the_same_gate_is_dealt_the_same(session: Session, now: datetime) -> None:
    rotation = dozen(session, now=now, until_on=on(4))
    follow(session, now=now)
    first = newest(session, rotation)
    turns.request(session, rotation, from_at=first.from_at, until_at=first.until_at, account_id=1, now=now)
    follow(session, now=now)
    second = newest(session, rotation)
    assert second.id != first.id
    assert session.get_one(RotationDeal, first.id, populate_existing=True).state == DealState.DISCARDED

    def dealt(made: RotationDeal) -> list[tuple[int, int]]:
        return [(r.RotationTurn.shift_role_id, r.RotationTurn.volunteer_id) for r in queries.turns(session, made.id)]

    assert dealt(first) == dealt(second)


def test_a_household_has_one_share_and_its_elders_no_night(session: Session, now: datetime) -> None:
    area = factories.community(session)
    young = neighbours(session, area, 12)
    old = neighbours(session, area, 12, born=on(-70 * 366))
    parties = [
        PartyPlan(volunteer_ids=(y.id, o.id), name=f"{n}号") for n, (y, o) in enumerate(zip(young, old, strict=True))
    ]
    rotation = open_gate(session, area=area, people=young, now=now, parties=parties, is_automatic=True, until_on=on(3))
    follow(session, now=now)
    places = held(session, rotation)
    assert within_one(Counter((place.volunteer_id - 1) % 12 for place, _shift in places).values())
    elders = {person.id for person in old}
    by_elders = [shift for place, shift in places if place.volunteer_id in elders]
    assert by_elders
    assert not any(shift.rest_after > 60 for shift in by_elders)


def test_turns_of_the_days_that_come_near_are_dealt_and_count_what_was_served(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "AHEAD", timedelta(days=3))
    monkeypatch.setattr(turns, "A_STRETCH", timedelta(days=1))
    rotation = dozen(session, now=now, is_automatic=True)
    follow(session, now=now)
    assert turns.extend(session, now=now) == 0
    later = now + timedelta(days=2)
    assert turns.extend(session, now=later) == 1
    assert turns.extend(session, now=later) == 0
    follow(session, now=later)
    places = held(session, rotation)
    ahead = [row.Shift.id for row in queries.blocks(session, rotation, from_at=TONIGHT, until_at=later + turns.AHEAD)]
    assert Counter(place.shift_id for place, _shift in places) == dict.fromkeys(ahead, 2)
    assert within_one(Counter(place.volunteer_id for place, _shift in places).values())


def test_a_gate_with_an_end_is_dealt_to_its_end_and_no_further(session: Session, now: datetime) -> None:
    rotation = dozen(session, now=now, is_automatic=True, until_on=on(1))
    follow(session, now=now)
    starts = sorted({local(shift.starts_at) for _place, shift in held(session, rotation)})
    assert (starts[0].date(), starts[0].hour) == (on(0), 18)
    assert (starts[-1].date(), starts[-1].hour) == (on(1), 22)
    assert turns.extend(session, now=now + timedelta(days=20)) == 0


def test_who_leaves_is_replaced_by_others_and_nobody_else_is_moved(session: Session, now: datetime) -> None:
    area = factories.community(session)
    rotation = open_gate(
        session, area=area, people=neighbours(session, area, 20), now=now, is_automatic=True, until_on=on(2)
    )
    follow(session, now=now)
    answer_all(session, rotation, now=now)
    leaver = queries.members(session, rotation.id)[3].RotationMember
    before = {place.id: place.volunteer_id for place, _shift in held(session, rotation)}
    hers = [place_id for place_id, who in before.items() if who == leaver.volunteer_id]
    pool.leave(session, leaver, account_id=1, now=now)
    pool.leave(session, leaver, account_id=1, now=now)
    follow(session, now=now)
    after = {place.id: place.volunteer_id for place, _shift in held(session, rotation)}
    assert {place_id: who for place_id, who in before.items() if place_id not in hers}.items() <= after.items()
    assert len(after) == len(before)
    assert leaver.volunteer_id not in after.values()
    assert within_one(Counter(after.values()).values())
    released = session.scalars(select(Assignment).where(Assignment.id.in_(hers))).all()
    assert {place.release_reason for place in released} == {ReleaseReason.COORDINATOR}


def test_a_newcomer_takes_turns_from_then_on_and_need_not_catch_up(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "AHEAD", timedelta(days=2))
    area = factories.community(session)
    people = neighbours(session, area, 13)
    rotation = open_gate(session, area=area, people=people[:12], now=now, is_automatic=True)
    follow(session, now=now)
    before = {place.id for place, _shift in held(session, rotation)}
    party = pool.join(session, rotation, PartyPlan(volunteer_ids=(people[12].id,)), account_id=1, now=now)
    follow(session, now=now)
    assert {place.id for place, _shift in held(session, rotation)} == before
    assert party.blocks == len(before) // 12
    later = now + timedelta(days=2)
    turns.request(session, rotation, from_at=later, until_at=later + turns.AHEAD, account_id=1, now=now)
    follow(session, now=now)
    assert len(held_by(session, people[12].id)) in (1, 2), "44 places for 13, two of them credited"
    with pytest.raises(RotationRefused):
        pool.join(session, rotation, PartyPlan(volunteer_ids=(people[12].id,)), account_id=1, now=now)


def test_a_newcomer_changes_a_draft_that_nobody_has_seen(session: Session, now: datetime) -> None:
    area = factories.community(session)
    people = neighbours(session, area, 13)
    rotation = open_gate(session, area=area, people=people[:12], now=now, until_on=on(3))
    follow(session, now=now)
    pool.join(session, rotation, PartyPlan(volunteer_ids=(people[12].id,)), account_id=1, now=now)
    follow(session, now=now)
    dealt = Counter(row.RotationTurn.volunteer_id for row in queries.turns(session, newest(session, rotation).id))
    assert dealt[people[12].id]
    assert within_one(dealt.values())


def test_who_is_away_or_has_a_fixed_day_is_dealt_so(session: Session, now: datetime) -> None:
    rotation = open_gate(session, now=now, until_on=on(27))
    away, fixed = [row.RotationMember for row in queries.members(session, rotation.id)][:2]
    pool.note_absence(session, away, from_on=on(2), until_on=on(9), account_id=1, now=now)
    pool.note_wish(session, fixed, weekday=2, starts=time(6), weeks="", account_id=1, now=now)
    with pytest.raises(RotationRefused):
        pool.note_wish(session, fixed, weekday=2, starts=time(7), weeks="", account_id=1, now=now)
    follow(session, now=now)
    rows = queries.turns(session, newest(session, rotation).id)
    hers = [local(row.Shift.ends_at) for row in rows if row.RotationTurn.volunteer_id == away.volunteer_id]
    assert hers
    assert not [ends for ends in hers if on(2) <= ends.date() <= on(9)]
    always = [local(row.Shift.starts_at) for row in rows if row.RotationTurn.is_wish]
    assert [(day.isoweekday(), day.hour) for day in always] == [(2, 6)] * 4


def test_weeks_a_and_b_take_turns(session: Session, now: datetime) -> None:
    area = factories.community(session)
    people = neighbours(session, area, 32)
    parties = [PartyPlan(volunteer_ids=(one.id,), weeks="AB"[n % 2]) for n, one in enumerate(people)]
    rotation = open_gate(session, area=area, people=people, now=now, parties=parties, cycle=2, until_on=on(27))
    follow(session, now=now)
    for row in queries.turns(session, newest(session, rotation).id):
        week = (local(row.Shift.starts_at).date() - on(0)).days // 7
        assert row.RotationTurn.volunteer_id in {one.id for one in people[week % 2 :: 2]}


def test_who_said_no_is_not_dealt_the_same_block_again(session: Session, now: datetime) -> None:
    rotation = dozen(session, now=now, is_automatic=True, until_on=on(3))
    follow(session, now=now)
    refused, _shift = held(session, rotation)[10]
    roster.decline(session, assignment_id=refused.id, now=now)
    deal = turns.request(session, rotation, from_at=now, until_at=rotation.dealt_until, account_id=1, now=now)
    follow(session, now=now)
    [new] = [row for row in queries.turns(session, deal.id) if not row.RotationTurn.is_held]
    assert new.RotationTurn.shift_role_id == refused.shift_role_id
    assert new.RotationTurn.volunteer_id != refused.volunteer_id


def test_offers_nobody_has_answered_may_move_and_promises_do_not(session: Session, now: datetime) -> None:
    area = factories.community(session)
    people = neighbours(session, area, 13)
    rotation = open_gate(session, area=area, people=people[:10], now=now, is_automatic=True, until_on=on(3))
    follow(session, now=now)
    promised = [place for place, _shift in held(session, rotation)][::3]
    for place in promised:
        roster.accept(session, assignment_id=place.id, now=now)
    for person in people[10:]:
        party = pool.join(session, rotation, PartyPlan(volunteer_ids=(person.id,)), account_id=1, now=now)
        party.blocks = 0
    turns.request(
        session, rotation, from_at=now, until_at=rotation.dealt_until, account_id=1, now=now, moves_offers=True
    )
    follow(session, now=now)
    after = held(session, rotation)
    assert {place.id for place in promised} <= {place.id for place, _shift in after}
    assert set(Counter(place.shift_id for place, _shift in after).values()) == {2}
    assert within_one(Counter(place.volunteer_id for place, _shift in after).values())


@pytest.mark.need("A24")
def test_a_role_that_asks_for_insurance_is_dealt_to_the_insured_only(session: Session, now: datetime) -> None:
    """A24: whoever is not insured on the date is passed over, with the reason; where too few are, the block says so."""
    area = factories.community(session)
    people = neighbours(session, area, 8)
    for person in people[:2]:
        factories.qualified(session, person, QualificationKind.INSURANCE)
    factories.qualified(session, people[2], QualificationKind.INSURANCE, until=on(0))
    rotation = open_gate(
        session, area=area, people=people, now=now, requires=[QualificationKind.INSURANCE], until_on=on(0)
    )
    follow(session, now=now)
    made = newest(session, rotation)
    dealt = {row.RotationTurn.volunteer_id for row in queries.turns(session, made.id)}
    assert dealt == {person.id for person in people[:3]}
    assert made.gaps[0]["against"][Bar.UNFIT] == 5


def test_closing_calls_off_what_is_ahead_tells_its_people_and_keeps_the_record(session: Session, now: datetime) -> None:
    rotation = dozen(session, now=now, is_automatic=True, until_on=on(3))
    follow(session, now=now)
    answer_all(session, rotation, now=now)
    later = TONIGHT + timedelta(hours=30)
    served = [place.id for place, shift in held(session, rotation) if shift.starts_at <= later]
    awaited = {place.volunteer_id for place, shift in held(session, rotation) if shift.starts_at > later}
    actions.close(session, rotation.id, reason="解封了，谢谢大家", account_id=1, now=later)
    actions.close(session, rotation.id, reason="又一遍", account_id=1, now=later)
    follow(session, now=later)
    assert [place.id for place, _shift in held(session, rotation)] == served
    told = select(Notification.volunteer_id).where(Notification.kind == NotificationKind.SHIFT_CANCELLED)
    assert set(session.scalars(told)) == awaited
    assert session.get_one(Activity, rotation.activity_id).state == ActivityState.CANCELLED
    states = {shift.state for shift in session.scalars(select(Shift).where(Shift.starts_at > later))}
    assert states == {ShiftState.CANCELLED}
    assert session.scalars(select(Rotation.close_reason)).all() == ["解封了，谢谢大家"]
    with pytest.raises(turns.AlreadyClosed):
        turns.request(session, rotation, from_at=later, until_at=later + turns.AHEAD, account_id=1, now=later)
    assert turns.extend(session, now=later + timedelta(days=20)) == 0


def test_a_gate_is_refused_without_enough_people_or_with_odd_blocks(session: Session, now: datetime) -> None:
    area = factories.community(session)
    one, other = neighbours(session, area, 2)
    with pytest.raises(RotationRefused) as refused:
        open_gate(session, area=area, people=[one], now=now, block_hours=5, cycle=5)
    assert refused.value.problems == {"block_hours": ["not_offered"], "cycle": ["not_offered"], "parties": ["too_few"]}
    twice = [PartyPlan(volunteer_ids=(one.id, other.id)), PartyPlan(volunteer_ids=(other.id,))]
    with pytest.raises(RotationRefused) as refused:
        open_gate(session, area=area, people=[one], parties=twice, now=now)
    assert refused.value.problems == {"parties": ["twice"]}


def test_two_sweeps_and_two_workers_deal_each_stretch_once(at_now: Settings, now: datetime) -> None:
    """Real connections: two workers extend at once, two deal the same, two publish the same."""
    with transaction() as session:
        rotation = open_gate(
            session, now=now, people=neighbours(session, factories.community(session), 12), until_on=on(2)
        )
    drain()
    with transaction() as session:
        made = newest(session, rotation)
    published = together(*[lambda s: turns.publish(s, deal_id=made.id, account_id=1, now=now)] * 2)
    assert [one for one in published if isinstance(one, BaseException)] == []
    with transaction() as session:
        count = Counter(place.shift_id for place, _shift in held(session, rotation))
        assert set(count.values()) == {2}
        assert len(session.scalars(select(RotationTurn)).all()) == sum(count.values())
        rotation = session.get_one(Rotation, rotation.id)
        rotation.dealt_until = now + timedelta(days=1)
    extended = together(*[lambda s: turns.extend(s, now=now)] * 2)
    assert sorted(map(str, extended)) == ["0", "1"]
    with transaction() as session:
        made = newest(session, rotation)
        assert made.state == DealState.REQUESTED
    together(*[lambda s: turns.deal(s, deal_id=made.id, now=now)] * 2)
    with transaction() as session:
        assert newest(session, rotation).id == made.id
        assert newest(session, rotation).state == DealState.DRAFTED
    committed(lambda s: turns.publish(s, deal_id=made.id, account_id=1, now=now))
    with transaction() as session:
        assert Counter(place.shift_id for place, _shift in held(session, rotation)) == count
        assert invariants.check(session, now=now) == []


def test_a_reminder_names_the_hand_over_to_who_comes_after_somebody(session: Session, now: datetime) -> None:
    """Not to the first guard of all: nobody left her a note (A26)."""
    rotation = open_gate(session, now=now, is_automatic=True)
    follow(session, now=now)
    (first, _), *_rest, (last, _) = held(session, rotation)
    told = occasions(session, [first.shift_role_id, last.shift_role_id])
    assert [told[one.shift_role_id]["takes_over"] for one in (first, last)] == [False, True]
    session.get_one(Activity, rotation.activity_id).hands_over = False
    session.flush()
    assert not occasions(session, [last.shift_role_id])[last.shift_role_id]["takes_over"]


def stand_bys(session: Session, rotation: Rotation) -> list[tuple[Assignment, Shift]]:
    """Everybody who stands by at the gate, by start."""
    session.flush()
    session.expire_all()
    return [(place, shift) for place, shift in queries.places(session, rotation, as_stand_by=True)]


def test_beside_the_two_of_each_block_one_stands_by_as_evenly_and_as_rested(session: Session, now: datetime) -> None:
    """Who stands by may be called in: her rest before and after her own turns is kept as well (A26)."""
    area = factories.community(session)
    people = [*neighbours(session, area, 30), *neighbours(session, area, 4, born=on(-70 * 366))]
    elders = {person.id for person in people[30:]}
    rotation = open_gate(session, area=area, people=people, now=now, stand_bys=1, is_automatic=True, until_on=on(14))
    follow(session, now=now)
    on_duty, beside = held(session, rotation), stand_bys(session, rotation)
    assert Counter(place.shift_id for place, _shift in on_duty) == dict.fromkeys({s.id for _p, s in on_duty}, 2)
    assert Counter(place.shift_id for place, _shift in beside) == dict.fromkeys({s.id for _p, s in on_duty}, 1)
    assert within_one(Counter(place.volunteer_id for place, _shift in on_duty).values())
    assert within_one(Counter(place.volunteer_id for place, _shift in beside).values())
    assert not [shift for place, shift in (*on_duty, *beside) if place.volunteer_id in elders and is_night(shift)]
    mine: dict[int, list[Shift]] = defaultdict(list)
    for place, shift in sorted((*on_duty, *beside), key=lambda row: row[1].starts_at):
        mine[place.volunteer_id].append(shift)
    for shifts in mine.values():
        for first, second in pairwise(shifts):
            assert second.starts_at - first.ends_at >= timedelta(hours=12 if is_night(first) else 8)
    assert {role.standing_by for role in session.scalars(select(ShiftRole))} == {1}


def test_where_the_pool_is_too_small_the_blocks_come_first(session: Session, now: datetime) -> None:
    """Twenty people have hours for the turns, and for some to stand by."""
    area = factories.community(session)
    pool = neighbours(session, area, 20)
    rotation = open_gate(session, area=area, people=pool, now=now, stand_bys=2, is_automatic=True, until_on=on(14))
    follow(session, now=now)
    roles = [row.ShiftRole for row in queries.blocks(session, rotation, from_at=now, until_at=now + turns.AHEAD)]
    assert {role.taken for role in roles} == {2}
    assert {role.standing_by for role in roles} >= {0, 1}
    assert newest(session, rotation).gaps == []


def test_whoever_stands_by_is_asked_first_when_a_guard_falls_out_and_then_it_is_her_turn(
    session: Session, now: datetime
) -> None:
    rotation = open_gate(session, now=now, stand_bys=1, is_automatic=True, until_on=on(2))
    follow(session, now=now)
    for place, _shift in (*held(session, rotation), *stand_bys(session, rotation)):
        roster.accept(session, assignment_id=place.id, now=now)
    ill, shift = held(session, rotation)[4]
    [waiting] = [place for place, other in stand_bys(session, rotation) if other.id == shift.id]
    roster.decline(session, assignment_id=ill.id, now=now)
    follow(session, now=now)
    climbing.climb_due(session, now=now + timedelta(minutes=5))
    [asked] = session.scalars(select(Invitation))
    assert (asked.volunteer_id, asked.rung) == (waiting.volunteer_id, Rung.STAND_BY)
    answering.accept(session, invitation_id=asked.id, now=now + timedelta(minutes=6))
    assert waiting.volunteer_id in {
        place.volunteer_id for place, other in held(session, rotation) if other.id == shift.id
    }
    assert shift.id not in {other.id for _place, other in stand_bys(session, rotation)}


def test_who_leaves_stands_by_no_more_and_another_does(session: Session, now: datetime) -> None:
    rotation = open_gate(session, now=now, stand_bys=1, is_automatic=True, until_on=on(6))
    follow(session, now=now)
    gone = stand_bys(session, rotation)[3][0].volunteer_id
    member = queries.member_of(session, rotation.id, volunteer_id=gone)
    assert member is not None
    before = {place.id for place, _shift in stand_bys(session, rotation) if place.volunteer_id != gone}
    pool.leave(session, member, account_id=1, now=now)
    follow(session, now=now)
    after = stand_bys(session, rotation)
    assert gone not in {place.volunteer_id for place, _shift in after}
    assert before <= {place.id for place, _shift in after}
    assert len({shift.id for _place, shift in after}) == len({shift.id for _place, shift in held(session, rotation)})


def test_all_turns_of_one_person_are_one_asking(session: Session, now: datetime) -> None:
    rotation = open_gate(session, now=now, stand_bys=1, is_automatic=True, until_on=on(14))
    follow(session, now=now)
    asked = session.scalars(select(Notification).where(Notification.kind == NotificationKind.PLACE_OFFERED)).all()
    assert len(asked) == len({one.volunteer_id for one in asked}) == 30
    places = {place.id for place, _shift in (*held(session, rotation), *stand_bys(session, rotation))}
    assert {one for message in asked for one in message.subject_ids["assignment_ids"]} == places


def test_a_pool_must_be_large_enough_for_those_who_stand_by(session: Session, now: datetime) -> None:
    area = factories.community(session)
    with pytest.raises(RotationRefused) as refused:
        open_gate(session, area=area, people=neighbours(session, area, 2), now=now, stand_bys=1)
    assert refused.value.problems == {"parties": ["too_few"]}
