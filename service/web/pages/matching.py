"""/co/match/<run>: what a matching proposes, why, and what becomes of it. Volunteers see nothing before 发布."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service.calendars.rules import instant, local
from service.company.queries import crew_in_scope
from service.language import _, counted
from service.matching import actions, halves, queries, refusals
from service.matching.explain import reasons
from service.matching.models import MatchRun
from service.matching.record import finished, outcome_of, problem_of, proposal_of
from service.terms import MatchRunState
from service.web import live, notices, page
from service.web.desk import Desk, activity_here, asked_monday, at_desk, community_here, found, number
from service.web.pages.roster import Refusal, board_page
from service.web.plan_making import cut_short, made
from service.web.plan_view import (
    aims,
    by_activity,
    change,
    covered,
    how_far,
    part_of,
    proposed_roles,
    shortages,
    without,
)

pages = Blueprint("matching", __name__, url_prefix="/co")


@pages.post("/activities/<int:activity_id>/match")
@at_desk
def request_run(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Have the rest of the week on the screen filled."""
    activity = activity_here(desk, activity_id)
    monday = asked_monday(desk)
    if not crew_in_scope(desk.db, activity, scope_ids=desk.scope_ids):
        refusal = Refusal(_("同组的活动里有不归您管的，请找管它的人一起排。"))
        return board_page(desk, activity, on=monday, refusal=refusal, status=409)
    from_at = max(desk.now, instant(monday, time.min))
    try:
        with desk.db.begin_nested():
            run = actions.request(
                desk.db,
                activity_ids=[activity.id],
                from_at=from_at,
                until_at=instant(monday + timedelta(days=7), time.min),
                account_id=desk.account_id,
                now=desk.now,
            )
    except actions.NothingToMatch:
        refusal = Refusal(_("这一周不用排：已经过去，或者这个活动是先到先得。"))
        return board_page(desk, activity, on=monday, refusal=refusal, status=409)
    return page.see_other(url_for("matching.index", match_run_id=run.id))


@pages.get("/match/<int:match_run_id>")
@at_desk
def index(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """The plan role by role, before and after; who got nothing and why; what stays open and why."""
    return _show(desk, _run(desk, match_run_id))


@pages.get("/match/<int:match_run_id>/progress")
@at_desk
def progress(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """How far it is; 205 once there is a plan, or the run has stopped. Asked for by a script."""
    run = _run(desk, match_run_id)
    if run.solved_at is not None or run.state not in actions.TO_SOLVE:
        return live.over()
    return live.answer(desk.db, "matching/progress.html", now=desk.now, read=partial(_how_far, run))


@pages.post("/match/<int:match_run_id>/enough")
@at_desk
def settle(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """Take what is there; it is drafted as soon as the matcher has finished what it has in hand."""
    run = _run(desk, match_run_id)
    if not _is_done(desk, run, actions.settle_for):
        return _show(desk, run, refusal=_("没有停：这一次还没有开始排，或者已经排完了。"), status=409)
    return page.see_other(url_for("matching.index", match_run_id=run.id))


@pages.post("/match/<int:match_run_id>/publish")
@at_desk
def publish(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """Ask the people of the plan: all of them, or those that were ticked."""
    run = _run(desk, match_run_id)
    chosen = None if "all" in request.form else {number(one) or 0 for one in request.form.getlist("draft")}
    if chosen is not None and not chosen:
        return _show(desk, run, refusal=_("请先勾选要发布的人，或者选“全部发布”。"), status=422)
    before = outcome_of(run)
    try:
        is_published = _is_done(desk, run, partial(actions.publish, assignment_ids=chosen))
    except halves.LeftAlone as error:
        return _show(desk, run, refusal=_alone(desk, run, error), status=409)
    if not is_published:
        return _show(desk, run, refusal=_("没有发布：这份草案已经被新的代替，或者丢掉了。"), status=409)
    asked = outcome_of(run).offered - before.offered
    notices.notify(counted("发布了，正在问{n}个人能不能来。", "发布了，正在问{n}个人能不能来。", asked))
    return page.see_other(url_for("matching.index", match_run_id=run.id))


@pages.post("/match/<int:match_run_id>/discard")
@at_desk
def discard(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """Throw the plan away, made or in the making; nobody has heard of it."""
    run = _run(desk, match_run_id)
    if not _is_done(desk, run, actions.discard):
        return _show(desk, run, refusal=_("已经发布了，不能再丢掉。"), status=409)
    notices.notify(_("草案丢掉了，报了名的人还在等下一次排班。"))
    on = local(run.from_at).date().isoformat()
    return page.see_other(url_for("roster.index", activity_id=run.activity_ids[0], on=on))


def _is_done(desk: Desk, run: MatchRun, act: Callable[..., object]) -> bool:
    """Do it to the run; False where the run is not, or no more, one that it can be done to. It is then as it is now."""
    try:
        with desk.db.begin_nested():
            act(desk.db, match_run_id=run.id, account_id=desk.account_id, now=desk.now)
    except actions.NotADraft:
        desk.db.refresh(run)
        return False
    return True


def _show(desk: Desk, run: MatchRun, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    activities = queries.activities_of(desk.db, run)
    titles = [activity.title for activity in activities]
    shared: dict[str, Any] = {
        "run": run,
        "titles": titles,
        "back": url_for("roster.index", activity_id=activities[0].id, on=local(run.from_at).date().isoformat()),
        "now": desk.now,
        "refusal": refusal,
        "status": status,
    }
    title = _("{title}：排班草案", title=covered(titles))
    if run.solved_at is None:
        newest = queries.listed(desk.db, scope_ids=desk.scope_ids, activity_id=activities[0].id, limit=1)[0]
        shared |= {"is_under_way": run.state in actions.TO_SOLVE, "newest": newest}
        shared["far"] = live.part(desk.db, "matching/progress.html", now=desk.now, read=partial(_how_far, run))
        return page.render("matching/waiting.html", title=title, **shared)
    problem, solution = problem_of(run), proposal_of(run)
    known, plan = queries.known(desk.db, run), finished(problem, solution)
    openings, turned, last = part_of(problem, number(request.values.get("page", "")) or 0)
    ids = {opening.id for opening in openings}
    rows, refused = queries.placed_by(desk.db, run.id, role_ids=ids), refusals.of_openings(desk.db, run.id, ids)
    return page.render(
        "matching/index.html",
        title=title,
        wide=True,
        roles=(roles := proposed_roles(plan, solution, openings, known=known, rows=rows)),
        groups=by_activity(roles),
        aims=aims(problem, solution),
        change=change(plan, known=known),
        community_id=community_here(desk, activities[0]),
        without=without(refused, solution, known=known),
        shortages=shortages(plan, [role for role in solution.open_roles if role.opening_id in ids], known=known),
        placed=len(solution.placements),
        standing_by=len(solution.stand_bys),
        refused=refusals.count(desk.db, run.id),
        short=len(solution.open_roles),
        turned=turned,
        earlier=url_for("matching.index", match_run_id=run.id, page=turned - 1 or None) if turned else None,
        later=url_for("matching.index", match_run_id=run.id, page=turned + 1) if turned < last else None,
        outcome=outcome_of(run),
        made=made(run),
        cut_short=cut_short(run),
        is_draft=run.state == MatchRunState.DRAFTED,
        **shared,
    )


def _alone(desk: Desk, run: MatchRun, error: halves.LeftAlone) -> str:
    known = queries.known(desk.db, run)
    told = [
        _(
            "{name}（{what}）：{why}",
            name=known.name(one.person_id),
            what=known.opening(one.opening_id),
            why=_("；").join(reasons(known, one)),
        )
        for one in error.alone
    ]
    return _("没有发布：只发布勾选的，这些人就缺了伴。请把和他们一起的也勾上。{people}。", people=_("；").join(told))


def _how_far(run: MatchRun) -> dict[str, str]:
    return {"progress": how_far(run)}


def _run(desk: Desk, match_run_id: int) -> MatchRun:
    return found(queries.in_scope(desk.db, match_run_id, scope_ids=desk.scope_ids))
