"""A run from request to offers: coalescing, drafts, publishing, what becomes impossible meanwhile."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.activities import actions as activities
from service.activities.models import Activity, ShiftRole
from service.activities.rules import RolePlan, once
from service.audit import AuditEntry
from service.cli import cli
from service.db import transaction
from service.events import SignUpWaitlisted
from service.matching import actions, explain, greedy, lexical, queries, record
from service.matching.blockers import Hindrance
from service.matching.checker import BrokenPlan
from service.matching.models import MatchRun, Refusals
from service.matching.problem import Problem
from service.matching.solution import Solution, Tell, to_nobody
from service.matching.telling import told_to_her
from service.notifications.models import Notification
from service.outbox import OutboxEvent
from service.reactions import react
from service.roster import actions as roster
from service.roster.models import HOLDING, Assignment
from service.settings import Settings
from service.signups import actions as signups
from service.signups.models import SignUp
from service.teams import actions as teams
from service.terms import (
    AssignmentState,
    MatchRunState,
    Mode,
    NotificationKind,
    Refusal,
    ReleaseReason,
    SignUpState,
)
from service.volunteers.models import Volunteer
from tests import factories
from tests.service.matching.test_building import ask, offer

FROM, UNTIL = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC)

TWO_PLACES = (RolePlan(name="引导员", min_needed=1, max_needed=2),)


def request(session: Session, activity: Activity, now: datetime) -> MatchRun:
    return actions.request(session, activity_ids=[activity.id], from_at=FROM, until_at=UNTIL, account_id=1, now=now)


def solved(session: Session, activity: Activity, now: datetime) -> MatchRun:
    run = request(session, activity, now)
    actions.solve(session, match_run_id=run.id, now=now)
    return run


def publish(session: Session, run: MatchRun, now: datetime, **which: list[int]) -> MatchRun:
    return actions.publish(session, match_run_id=run.id, account_id=1, now=now, **which)


def matched(session: Session, people: int, now: datetime, **details: Any) -> tuple[Activity, ShiftRole, list[SignUp]]:
    """A matched activity of one shift with two places, and sign-ups of that many people."""
    area = factories.community(session)
    activity = factories.activity(session, area, mode=Mode.MATCHED, roles=TWO_PLACES, **details)
    role = factories.only_role(session, factories.shifts(session, activity)[0])
    persons = [factories.volunteer(session, area, f"志愿者{n}") for n in range(people)]
    return activity, role, [ask(session, person, role, now=now) for person in persons]


def facts(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.id)))


def states(session: Session, run: MatchRun) -> list[str]:
    session.flush()
    return list(
        session.scalars(select(Assignment.state).where(Assignment.match_run_id == run.id).order_by(Assignment.id))
    )


# --- request ---


def test_requests_join_the_run_that_waits_and_widen_its_window(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 0, now)
    first = request(session, activity, now)
    second = actions.request(
        session,
        activity_ids=[activity.id],
        from_at=FROM + timedelta(days=1),
        until_at=UNTIL + timedelta(days=1),
        account_id=1,
        now=now,
    )
    assert second.id == first.id
    assert (second.from_at, second.until_at) == (FROM, UNTIL + timedelta(days=1))

    actions.solve(session, match_run_id=first.id, now=now)
    assert request(session, activity, now).id != first.id


def test_requests_at_once_make_one_run(database: Settings, now: datetime) -> None:
    with transaction() as session:
        activity, _, _ = matched(session, 0, now)
    ready = Barrier(8)

    def ask_for_one(_: int) -> int:
        ready.wait()
        with transaction() as session:
            return request(session, activity, now).id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(ask_for_one, range(8)))
    assert len(set(ids)) == 1


def test_what_cannot_be_matched_is_refused(session: Session, now: datetime) -> None:
    area = factories.community(session)
    instant = factories.activity(session, area, mode=Mode.INSTANT)
    draft = factories.activity(session, area, mode=Mode.MATCHED, is_published=False)
    for activity in (instant, draft):
        with pytest.raises(actions.NothingToMatch):
            request(session, activity, now)
    fine = factories.activity(session, area, mode=Mode.MATCHED)
    with pytest.raises(actions.NothingToMatch):
        actions.request(session, activity_ids=[fine.id], from_at=UNTIL, until_at=FROM, account_id=1, now=now)


# --- solve ---


def test_solving_drafts_and_nobody_is_told(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 3, now)
    before = facts(session)
    run = solved(session, activity, now)
    session.refresh(role)

    assert run.state == MatchRunState.DRAFTED
    assert states(session, run) == [AssignmentState.DRAFTED] * 2
    assert role.taken == 0
    assert [signup.state for signup in asked] == [SignUpState.PENDING] * 3
    assert facts(session)[len(before) :] == ["MatchRequested"]
    assert run.input_hash == record.problem_of(run).input_hash
    assert run.solver == lexical.NAME


def test_solving_twice_changes_nothing(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 3, now)
    run = solved(session, activity, now)
    version = run.version
    actions.solve(session, match_run_id=run.id, now=now + timedelta(hours=1))
    session.flush()

    assert (run.solved_at, run.version) == (now, version)
    assert len(states(session, run)) == 2


def test_a_new_plan_takes_the_place_of_unpublished_drafts(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 2, now)
    old = solved(session, activity, now)
    new = solved(session, activity, now)

    assert (old.state, new.state) == (MatchRunState.DISCARDED, MatchRunState.DRAFTED)
    assert states(session, old) == [AssignmentState.RELEASED] * 2
    assert states(session, new) == [AssignmentState.DRAFTED] * 2
    assert "AssignmentReleased" not in facts(session)
    with pytest.raises(actions.NotADraft):
        publish(session, old, now)


def test_a_plan_for_another_week_stands_beside_it(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 2, now)
    this_week = solved(session, activity, now)
    next_week = actions.request(
        session, activity_ids=[activity.id], from_at=UNTIL, until_at=UNTIL + timedelta(days=7), account_id=1, now=now
    )
    actions.solve(session, match_run_id=next_week.id, now=now)
    assert (this_week.state, next_week.state) == (MatchRunState.DRAFTED, MatchRunState.DRAFTED)
    assert states(session, this_week) == [AssignmentState.DRAFTED] * 2


def test_a_broken_plan_is_never_saved(session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(problem: Problem, *, tell: Tell = to_nobody) -> Solution:
        plan = greedy.solve(problem)
        return Solution.from_json({**plan.to_json(), "solver": "careless", "unplaced": []})

    monkeypatch.setitem(record.SOLVERS, lexical.NAME, careless)
    activity, _, _ = matched(session, 3, now)
    run = request(session, activity, now)
    with pytest.raises(BrokenPlan, match="untold"):
        actions.solve(session, match_run_id=run.id, now=now)
    assert (run.state, run.solution) == (MatchRunState.REQUESTED, None)
    assert states(session, run) == []


def test_a_stored_run_is_repeated_exactly(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 5, now)
    run = solved(session, activity, now)
    session.flush()
    session.expire(run)
    replay = record.replay(session, run.id)

    assert replay.is_identical
    assert replay.solution == record.solution_of(session, run)


def test_a_replay_tells_what_came_out_otherwise(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 5, now)
    run = solved(session, activity, now)
    assert run.solution is not None
    run.solution = {**run.solution, "placements": run.solution["placements"][:1]}
    run.input_hash = "0" * 64
    assert record.replay(session, run.id).differences == ("placements", "input_hash")


def test_a_run_without_a_plan_cannot_be_repeated(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 0, now)
    with pytest.raises(record.NotSolved):
        record.replay(session, request(session, activity, now).id)


def test_the_command_repeats_a_run(database: Settings, now: datetime) -> None:
    with transaction() as session:
        activity, _, _ = matched(session, 3, now)
        run = solved(session, activity, now)
    same = CliRunner().invoke(cli, ["match", "replay", str(run.id)])
    unknown = CliRunner().invoke(cli, ["match", "replay", "999"])
    with transaction() as session:
        stored = session.get_one(MatchRun, run.id)
        stored.solution = {**(stored.solution or {}), "open_roles": [{"opening_id": 1, "missing": 1, "hindered": []}]}
    other = CliRunner().invoke(cli, ["match", "replay", str(run.id)])

    assert (same.exit_code, same.output) == (0, f"match run {run.id}: identical, 2 placements, lexical/5\n")
    assert unknown.exit_code == 1
    assert (other.exit_code, other.output) == (1, f"Error: match run {run.id} came out otherwise: open_roles\n")


# --- publish ---


def test_publishing_offers_places_and_answers_the_rest(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 3, now)
    run = solved(session, activity, now)
    publish(session, run, now)
    session.refresh(role)

    assert run.state == MatchRunState.PUBLISHED
    assert states(session, run) == [AssignmentState.OFFERED] * 2
    assert role.taken == 2
    assert [signup.state for signup in asked] == [SignUpState.PENDING] * 2 + [SignUpState.WAITLISTED]
    outcome = record.outcome_of(run)
    assert (outcome.offered, outcome.waitlisted, outcome.declined, outcome.skipped) == (2, 1, 0, ())
    assert facts(session)[-4:] == ["AssignmentOffered", "AssignmentOffered", "SignUpWaitlisted", "MatchPublished"]


def test_without_a_waitlist_the_rest_are_declined(session: Session, now: datetime) -> None:
    activity, _, asked = matched(session, 3, now, has_waitlist=False)
    run = publish(session, solved(session, activity, now), now)

    assert [signup.state for signup in asked] == [SignUpState.PENDING] * 2 + [SignUpState.DECLINED]
    assert record.outcome_of(run).declined == 1
    assert "SignUpDeclined" in facts(session)


def test_who_waits_from_an_earlier_run_is_thought_of_in_the_next(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 3, now)
    publish(session, solved(session, activity, now), now)
    role.max_needed = 3
    session.flush()
    second = publish(session, solved(session, activity, now), now)

    assert record.outcome_of(second).offered == 1
    assert [signup.state for signup in asked] == [SignUpState.PENDING] * 3


def test_publishing_some_leaves_the_rest_as_drafts(session: Session, now: datetime) -> None:
    activity, _, asked = matched(session, 3, now)
    run = solved(session, activity, now)
    first, _second = queries.drafts(session, run.id)
    publish(session, run, now, assignment_ids=[first.id])

    assert run.state == MatchRunState.DRAFTED
    assert states(session, run) == [AssignmentState.OFFERED, AssignmentState.DRAFTED]
    assert [signup.state for signup in asked] == [SignUpState.PENDING] * 3
    assert publish(session, run, now).state == MatchRunState.PUBLISHED
    assert (record.outcome_of(run).offered, record.outcome_of(run).waitlisted) == (2, 1)


def test_publishing_twice_is_harmless_and_a_run_not_solved_cannot_be(session: Session, now: datetime) -> None:
    activity, role, _ = matched(session, 3, now)
    run = request(session, activity, now)
    with pytest.raises(actions.NotADraft):
        publish(session, run, now)
    actions.solve(session, match_run_id=run.id, now=now)
    publish(session, run, now)
    count = len(facts(session))
    publish(session, run, now)
    session.refresh(role)

    assert len(facts(session)) == count
    assert role.taken == 2


def test_two_publishes_at_once(database: Settings, now: datetime) -> None:
    with transaction() as session:
        activity, role, _ = matched(session, 4, now)
    with transaction() as session:
        run = solved(session, activity, now)
    ready = Barrier(4)

    def go(_: int) -> MatchRunState:
        ready.wait()
        with transaction() as session:
            return publish(session, run, now).state

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(go, range(4))) == {MatchRunState.PUBLISHED}
    with transaction() as session:
        assert session.get_one(ShiftRole, role.id).taken == 2
        assert states(session, run) == [AssignmentState.OFFERED] * 2
        assert facts(session).count("AssignmentOffered") == 2
        assert facts(session).count("MatchPublished") == 1


def test_a_volunteer_in_two_activities_gets_the_one_published_first(database: Settings, now: datetime) -> None:
    """Both plans may draft her for the same morning. Whatever the order of publishing, she holds one place."""
    with transaction() as session:
        area = factories.community(session)
        person = factories.volunteer(session, area)
        made = [
            factories.activity(session, area, title=title, mode=Mode.MATCHED, roles=TWO_PLACES)
            for title in ("社区义诊", "清洁楼道")
        ]
        for activity in made:
            ask(session, person, factories.only_role(session, factories.shifts(session, activity)[0]), now=now)
    with transaction() as session:
        runs = [solved(session, activity, now) for activity in made]
    ready = Barrier(2)

    def go(run: MatchRun) -> record.Outcome:
        ready.wait()
        with transaction() as session:
            return record.outcome_of(publish(session, run, now))

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(go, runs))
    assert sorted(outcome.offered for outcome in outcomes) == [0, 1]
    [skipped] = [unplaced for outcome in outcomes for unplaced in outcome.skipped]
    assert [blocker.code for blocker in skipped.blockers] == [Refusal.OVERLAP]
    with transaction() as session:
        held = session.scalars(select(Assignment).where(Assignment.state.in_(HOLDING))).all()
        assert [assignment.volunteer_id for assignment in held] == [person.id]


def sign_up_elsewhere(session: Session, person: Volunteer, now: datetime) -> None:
    """She takes an instant place at the time of the draft."""
    area = factories.community(session)
    other = factories.shift_on(session, area, datetime(2026, 11, 28, 2, tzinfo=UTC), title="搬书")
    ask(session, person, factories.only_role(session, other), now=now)


def test_a_draft_that_became_impossible_is_skipped_with_its_reason(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 2, now)
    run = solved(session, activity, now)
    sign_up_elsewhere(session, session.get_one(Volunteer, asked[0].volunteer_id), now)
    publish(session, run, now)
    outcome = record.outcome_of(run)
    session.refresh(role)

    assert states(session, run) == [AssignmentState.RELEASED, AssignmentState.OFFERED]
    assert (outcome.offered, outcome.waitlisted, role.taken) == (1, 1, 1)
    [skipped] = outcome.skipped
    assert skipped.person_id == asked[0].volunteer_id
    assert explain.reasons(queries.known(session, run), skipped) == [
        "和“搬书”（11月28日（星期六）上午10:00—中午12:00）时间重叠"
    ]
    assert asked[0].state == SignUpState.WAITLISTED
    dropped = session.scalars(select(Assignment).where(Assignment.signup_id == asked[0].id)).one()
    assert dropped.release_reason == ReleaseReason.REPLANNED


def test_a_sign_up_taken_back_meanwhile_is_not_offered(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 1, now)
    run = solved(session, activity, now)
    signups.withdraw(session, signup_id=asked[0].id, now=now)
    publish(session, run, now)
    session.refresh(role)

    assert [blocker.code for blocker in record.outcome_of(run).skipped[0].blockers] == [Hindrance.WITHDRAWN]
    assert (asked[0].state, role.taken) == (SignUpState.WITHDRAWN, 0)


def test_a_cancelled_shift_gives_no_offers(session: Session, now: datetime) -> None:
    activity, role, _ = matched(session, 1, now)
    run = solved(session, activity, now)
    activities.cancel_shift(session, role.shift_id, reason="下雪", now=now, account_id=None)
    publish(session, run, now)
    assert [blocker.code for blocker in record.outcome_of(run).skipped[0].blockers] == [Refusal.SHIFT_CANCELLED]
    assert "AssignmentOffered" not in facts(session)


def test_a_shift_that_has_begun_gives_no_offers(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 3, now)
    run = solved(session, activity, now)
    publish(session, run, now + timedelta(days=6))
    session.refresh(role)
    assert {blocker.code for u in record.outcome_of(run).skipped for blocker in u.blockers} == {Refusal.SHIFT_STARTED}
    assert [signup.state for signup in asked] == [SignUpState.DECLINED] * 3
    assert role.taken == 0


def test_a_moved_shift_takes_the_new_time_of_its_people(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 1, now)
    run = solved(session, activity, now)
    shift = factories.shifts(session, activity)[0]
    later = shift.starts_at + timedelta(hours=3)
    activities.move_shift(session, shift, starts_at=later, ends_at=later + timedelta(hours=2), now=now, account_id=None)
    publish(session, run, now)
    [offered] = session.scalars(select(Assignment).where(Assignment.match_run_id == run.id)).all()
    assert offered.occupies.lower == later


def test_a_place_gone_meanwhile_is_not_oversold(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 2, now)
    run = solved(session, activity, now)
    role.max_needed = role.min_needed = 1
    session.flush()
    publish(session, run, now)
    session.refresh(role)

    assert role.taken == 1
    assert [blocker.code for blocker in record.outcome_of(run).skipped[0].blockers] == [Refusal.FULL]
    assert asked[1].state == SignUpState.WAITLISTED


def test_who_got_a_place_in_the_shift_otherwise_is_left_alone(session: Session, now: datetime) -> None:
    activity, role, asked = matched(session, 1, now)
    run = solved(session, activity, now)
    other = solved_by_hand(session, asked[0], role, now)
    publish(session, run, now)

    assert [blocker.code for blocker in record.outcome_of(run).skipped[0].blockers] == [Hindrance.SAME_SHIFT]
    assert asked[0].state == SignUpState.PENDING  # the offer made by hand awaits her answer
    assert other.state == AssignmentState.OFFERED


def solved_by_hand(session: Session, signup: SignUp, role: ShiftRole, now: datetime) -> Assignment:
    person = session.get_one(Volunteer, signup.volunteer_id)
    return session.get_one(Assignment, offer(session, person, role, now=now, signup_id=signup.id))


def test_a_rota_from_the_team_to_offers_and_back(session: Session, now: datetime) -> None:
    """Four days, two a day, four members: each is asked twice. Who declines a day is not asked for it again."""
    area = factories.community(session)
    team = factories.team(session, area)
    pair = [RolePlan(name="看护", min_needed=2, max_needed=4)]
    days = [once(date(2026, 11, day), starts=time(16, 30), ends=time(18)) for day in (24, 25, 26, 27)]
    activity = factories.activity(session, area, mode=Mode.ROTA, team_id=team.id, roles=pair, plans=days)
    for n in range(4):
        member = factories.volunteer(session, area, f"老师{n}")
        teams.join_team(session, team_id=team.id, volunteer_id=member.id, from_on=date(2026, 1, 1))
    first = publish(session, solved(session, activity, now), now)
    offered = session.scalars(select(Assignment).where(Assignment.match_run_id == first.id)).all()
    assert sorted(Counter(assignment.volunteer_id for assignment in offered).values()) == [2] * 4

    roster.decline(session, assignment_id=offered[0].id, now=now)
    for assignment in offered[1:]:
        roster.accept(session, assignment_id=assignment.id, now=now)
    session.flush()
    second = solved(session, activity, now)
    [draft] = queries.drafts(session, second.id)
    assert draft.shift_id == offered[0].shift_id
    assert draft.volunteer_id not in {a.volunteer_id for a in offered if a.shift_id == draft.shift_id}


# --- discard, scope, explanations ---


def test_a_discarded_run_leaves_its_sign_ups_to_the_next(session: Session, now: datetime) -> None:
    activity, _, asked = matched(session, 2, now)
    run = solved(session, activity, now)
    for _ in range(2):
        actions.discard(session, match_run_id=run.id, account_id=1, now=now)
    assert run.state == MatchRunState.DISCARDED
    assert [signup.state for signup in asked] == [SignUpState.PENDING] * 2
    session.flush()
    of_run = (AuditEntry.subject_kind == "match_run", AuditEntry.subject_id == run.id)
    notes = session.scalars(select(AuditEntry.verb).where(*of_run)).all()
    assert sorted(notes) == ["discarded_match", "requested_match"]

    published = publish(session, solved(session, activity, now), now)
    with pytest.raises(actions.NotADraft):
        actions.discard(session, match_run_id=published.id, account_id=1, now=now)


def test_a_run_thrown_away_before_it_was_solved_stays_so(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 2, now)
    run = request(session, activity, now)
    actions.discard(session, match_run_id=run.id, account_id=1, now=now)
    actions.solve(session, match_run_id=run.id, now=now)
    assert (run.state, states(session, run)) == (MatchRunState.DISCARDED, [])


def test_other_communities_see_no_run(session: Session, now: datetime) -> None:
    activity, _, _ = matched(session, 0, now)
    elsewhere = factories.community(session, "建设路社区")
    run = request(session, activity, now)
    assert queries.in_scope(session, run.id, scope_ids=[activity.area_id]) is run
    assert queries.in_scope(session, run.id, scope_ids=[elsewhere.id]) is None
    assert list(queries.listed(session, scope_ids=[activity.area_id], activity_id=activity.id)) == [run]
    assert list(queries.listed(session, scope_ids=[activity.area_id], before_id=run.id)) == []
    assert list(queries.listed(session, scope_ids=[elsewhere.id])) == []


def test_who_asked_is_told_why_not_and_nobody_else_is_named(session: Session, now: datetime) -> None:
    activity, _, asked = matched(session, 3, now)
    run = solved(session, activity, now)
    assert told_to_her(session, asked[2]) == [], "nothing is said before publishing"
    publish(session, run, now)
    session.flush()
    assert told_to_her(session, asked[2]) == ["名额满了：意愿更靠前或近期服务更少的人先排"]
    assert told_to_her(session, asked[0]) == []

    codes = ("apart", "relief", "together", "overlap")
    others = [{"code": code, "person_id": asked[0].volunteer_id, "shift_id": asked[0].shift_id} for code in codes]
    [row] = session.scalars(select(Refusals).where(Refusals.match_run_id == run.id))
    [hers] = row.refusals
    row.refusals = [{**hers, "blockers": others}]
    session.flush()
    told = told_to_her(session, asked[2])
    assert told == ["家里要留一人", "搭档不在", "和“社区义诊”（11月28日（星期六）上午9:00—11:30）时间重叠"]


def test_a_place_a_skipped_draft_left_goes_to_who_waits(session: Session, now: datetime) -> None:
    """Two are drafted, one of them cannot come any more: the third, just sent to the waitlist, is asked instead."""
    activity, role, asked = matched(session, 3, now)
    run = solved(session, activity, now)
    signups.withdraw(session, signup_id=asked[0].id, now=now)
    publish(session, run, now)
    session.flush()
    session.refresh(role)
    assert (asked[2].state, role.taken) == (SignUpState.WAITLISTED, 1)
    react(session, "explain_waiting", [SignUpWaitlisted(asked[2].id)], now=now)
    session.refresh(role)

    assert (asked[2].state, role.taken) == (SignUpState.PENDING, 2)
    kinds = session.scalars(select(Notification.kind).where(Notification.volunteer_id == asked[2].volunteer_id)).all()
    assert kinds == []  # she is told of the offer, not of the waitlist


def test_who_got_nothing_is_told_that_she_waits(session: Session, now: datetime) -> None:
    activity, _, asked = matched(session, 3, now)
    publish(session, solved(session, activity, now), now)
    session.flush()
    for _ in range(2):
        react(session, "explain_waiting", [SignUpWaitlisted(asked[2].id)], now=now)
    kinds = session.scalars(select(Notification.kind).where(Notification.volunteer_id == asked[2].volunteer_id)).all()
    assert kinds == [NotificationKind.SIGN_UP_WAITLISTED]


def test_the_outbox_solves_what_was_requested(database: Settings, now: datetime) -> None:
    with transaction() as session:
        activity, _, _ = matched(session, 1, now)
        run = request(session, activity, now)
    with transaction() as session:
        [event] = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "MatchRequested"))
        react(session, "solve_match", [event.fact()], now=now)
    with transaction() as session:
        assert session.get_one(MatchRun, run.id).state == MatchRunState.DRAFTED
