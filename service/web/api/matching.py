"""Match runs: ask for one, look at its record, publish its drafts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from schemas.matching import (
    ExplanationAsked,
    ExplanationShown,
    FairnessShown,
    MatchRunsAsked,
    MatchRunShown,
    MatchRunWhole,
    NewMatchRun,
    Publication,
    WhatIfAsked,
    WhatIfShown,
)
from schemas.shown import page_of
from service.activities import queries as activities
from service.company.queries import crew_in_scope
from service.language import _
from service.matching import actions, advice, queries
from service.matching.because import because
from service.matching.difference import difference
from service.matching.explain import Known, reasons
from service.matching.fairness import fairness
from service.matching.ledger import ledger
from service.matching.models import MatchRun
from service.matching.plan import Plan
from service.matching.problem import instant
from service.matching.record import plan_of, proposal_of, solution_of
from service.matching.solution import OpenRole, Placement
from service.matching.ways import ways
from service.matching.what_if import what_if
from service.places import queries as places
from service.places.models import Area
from service.terms import AreaKind, Role
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.problems import NotFound, Problem, invalid
from service.web.api.resource import Resource

match_runs = Resource("match-runs", description="统筹安排：算一次、看结果和原因、发布。")


@match_runs.operation(
    "POST",
    "/activities/<id:activity_id>/match-runs",
    takes=NewMatchRun(),
    gives=MatchRunShown(),
    status=202,
    refuses=(409,),
)
def request_match(call: Call, *, activity_id: int, body: dict[str, Any]) -> Any:
    """Ask for a plan of the activity and of what is held together with it, then of whole days. While one waits,
    further requests join it; one that is being solved gives way to the next."""
    activity = found(activities.in_scope(call.session, activity_id, scope_ids=call.scope_ids))
    if not crew_in_scope(call.session, activity, scope_ids=call.scope_ids):
        raise Problem(403, kind="not-allowed", detail=_("同组的活动里有不归您管的，请找管它的人一起排。"))
    return _requested(call, lambda _from_at, _until_at: [activity.id], body)


@match_runs.operation(
    "POST",
    "/areas/<id:area_id>/match-runs",
    takes=NewMatchRun(),
    gives=MatchRunShown(),
    status=202,
    refuses=(409,),
)
def request_match_together(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Ask for one plan of everything a community plans in the window, so that one person's wishes in several
    activities are weighed together."""
    call.needs(Role.COORDINATOR)
    area: Area = found(places.in_scope(call.session, area_id, scope_ids=call.scope_ids))
    if area.kind != AreaKind.COMMUNITY:
        raise NotFound

    def planned(from_at: datetime, until_at: datetime) -> list[int]:
        rows = queries.planned_together(call.session, area, from_at=from_at, until_at=until_at)
        return [activity.id for activity, _shifts in rows]

    return _requested(call, planned, body)


@match_runs.operation("GET", "/match-runs", asks=MatchRunsAsked(), gives=page_of(MatchRunShown))
def list_match_runs(call: Call, *, asked: dict[str, Any]) -> Any:
    """Runs in areas I coordinate, newest first."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(
        call.session,
        scope_ids=call.scope_ids,
        activity_id=asked.get("activity_id"),
        before_id=cursors.after_id(asked.get("after")) or None,
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda run: (run.id,), each=lambda run: run)


@match_runs.operation("GET", "/match-runs/<id:match_run_id>", gives=MatchRunWhole())
def show_match_run(call: Call, *, match_run_id: int) -> Any:
    """One run with its problem, its solution and the reasons."""
    run = _mine(call, match_run_id)
    return versioned(_whole(call, run), run.version)


@match_runs.operation(
    "POST",
    "/match-runs/<id:match_run_id>/publications",
    takes=Publication(),
    gives=MatchRunWhole(),
    status=201,
    refuses=(409,),
)
def publish_match(call: Call, *, match_run_id: int, body: dict[str, Any]) -> Any:
    """Offer the drafts to their people, all or those named. Refused (`left-alone`) where one named leans on one who is
    not: the other adult, her guide, her partner, the rest of a crew. Publishing a published run is harmless."""
    run = actions.publish(
        call.session,
        match_run_id=_mine(call, match_run_id).id,
        account_id=call.actor.account_id,
        now=call.now,
        assignment_ids=body.get("assignment_ids"),
    )
    call.session.flush()
    return versioned(_whole(call, run), run.version)


@match_runs.operation(
    "POST",
    "/match-runs/<id:match_run_id>/enough",
    gives=MatchRunShown(),
    status=202,
    refuses=(409,),
)
def settle_for_match(call: Call, *, match_run_id: int) -> Any:
    """Take what is there while a run is solved: the plan made so far is finished, checked and drafted."""
    return actions.settle_for(
        call.session, match_run_id=_mine(call, match_run_id).id, account_id=call.actor.account_id, now=call.now
    )


@match_runs.operation("DELETE", "/match-runs/<id:match_run_id>", status=204, refuses=(409,))
def discard_match(call: Call, *, match_run_id: int) -> Any:
    """Throw a run away, also while it waits or is being solved; its sign-ups wait for the next. Twice is harmless."""
    run = _mine(call, match_run_id)
    actions.discard(call.session, match_run_id=run.id, account_id=call.actor.account_id, now=call.now)


@match_runs.operation(
    "GET", "/match-runs/<id:match_run_id>/what-if", asks=WhatIfAsked(), gives=WhatIfShown(), refuses=(409,)
)
def ask_what_if(call: Call, *, match_run_id: int, asked: dict[str, Any]) -> Any:
    """What if this person were placed in this opening? Who would move, what it would cost, or why it cannot be."""
    plan = plan_of(_mine(call, match_run_id))
    key = asked["person_id"], asked["opening_id"]
    wish = next((one for one in plan.wishes_of.get(key[0], ()) if one.opening_id == key[1]), None)
    if wish is None:
        raise invalid(opening_id=[_("这个人没有报这一班，也不是这一班的队员")])
    if key in plan.placed:
        raise invalid(opening_id=[_("这个人已经排在这一班了")])
    found_out = what_if(plan, wish)
    return {
        "is_possible": found_out.is_possible,
        "blockers": [blocker.to_json() for blocker in found_out.blockers],
        "goes": found_out.goes,
        "comes": found_out.comes,
        "change": [{"name": name, "value": value} for name, value in found_out.change],
    }


@match_runs.operation(
    "GET",
    "/match-runs/<id:match_run_id>/explanation",
    asks=ExplanationAsked(),
    gives=ExplanationShown(),
    refuses=(409,),
)
def explain_match(call: Call, *, match_run_id: int, asked: dict[str, Any]) -> Any:
    """What speaks for each placement, the cheapest ways to fill what is open, and what is other than before."""
    run = _mine(call, match_run_id)
    proposal, plan, known = proposal_of(run), plan_of(run), queries.known(call.session, run)
    only = asked.get("opening_id")
    return {
        "change": _change(plan, known=known),
        "placements": [
            _because(plan, one, known=known) for one in proposal.placements if only in (None, one.opening_id)
        ],
        "open_roles": [
            {"opening_id": role.opening_id, "missing": role.missing, "ways": _ways(plan, role, known=known)}
            for role in proposal.open_roles
            if only in (None, role.opening_id)
        ],
    }


def _change(plan: Plan, *, known: Known) -> dict[str, Any] | None:
    found = difference(plan)
    if found is None:
        return None
    return {
        "stay": found.stay,
        "comes": found.comes,
        "goes": [{**one.to_json(), "text": _("；").join(reasons(known, one))} for one in found.goes],
    }


def _because(plan: Plan, placement: Placement, *, known: Known) -> dict[str, Any]:
    told = because(plan, plan.placed[placement.person_id, placement.opening_id])
    texts = advice.spoken_for(known, told)
    return {
        **asdict(placement),
        "reasons": [
            {"code": one.because, "text": text, "person_id": one.person_id, "kind": one.kind}
            for one, text in zip(told, texts, strict=True)
        ],
    }


def _ways(plan: Plan, role: OpenRole, *, known: Known) -> list[dict[str, Any]]:
    return [
        {
            "cost": way.cost,
            "text": advice.in_words(known, way, opening_id=role.opening_id),
            "asks": [{**asdict(ask), "details": dict(ask.details)} for ask in way.asks],
            "comes": [{"person_id": person_id, "opening_id": opening_id} for person_id, opening_id in way.comes],
            "instead": way.instead,
        }
        for way in ways(plan, plan.openings[role.opening_id])
    ]


@match_runs.operation("GET", "/match-runs/<id:match_run_id>/fairness", gives=FairnessShown(), refuses=(409,))
def show_fairness(call: Call, *, match_run_id: int) -> Any:
    """How fairly the plan deals with its people, and who asked, was offered, refused and served how much before it."""
    run = _mine(call, match_run_id)
    plan = plan_of(run)
    measured = fairness(plan, solution_of(call.session, run))
    return {
        **asdict(measured),
        "ranks": [{"rank": rank, "count": count} for rank, count in measured.ranks],
        "ledger": ledger(call.session, plan.persons, before=instant(plan.problem.from_minute)),
    }


def _requested(call: Call, which: Callable[[datetime, datetime], list[int]], body: dict[str, Any]) -> Any:
    """A run of these activities in the window that was sent."""
    from_at, until_at = body.get("from_at") or call.now, body["until_at"]
    if until_at <= from_at:
        raise invalid(until_at=[_("结束时间要在开始时间之后")])
    run = actions.request(
        call.session,
        activity_ids=which(from_at, until_at),
        from_at=from_at,
        until_at=until_at,
        account_id=call.actor.account_id,
        now=call.now,
    )
    return run, {"Location": f"/api/v1/match-runs/{run.id}"}


def _whole(call: Call, run: MatchRun) -> dict[str, Any]:
    """What MatchRunWhole shows of it, the refusals among its solution."""
    solution = solution_of(call.session, run).to_json() if run.solved_at is not None else None
    return {name: getattr(run, name) for name in MatchRunWhole().fields} | {"solution": solution}


def _mine(call: Call, match_run_id: int) -> MatchRun:
    run: MatchRun = found(queries.in_scope(call.session, match_run_id, scope_ids=call.scope_ids))
    return run
