"""/co/match/<run>/what-if and /fairness: questions to a plan, which change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from service.language import _
from service.matching import queries, record
from service.matching.fairness import fairness
from service.matching.ledger import Line, ledger
from service.matching.models import MatchRun
from service.matching.plan import Plan
from service.matching.problem import instant
from service.matching.what_if import what_if
from service.web import page
from service.web.desk import Desk, at_desk, found, number
from service.web.plan_questions import consequences, measures
from service.web.plan_view import covered

#: More bars than that are not looked at.
IN_THE_PICTURE = 30

pages = Blueprint("what_if", __name__, url_prefix="/co/match/<int:match_run_id>")


@pages.get("/what-if")
@at_desk
def show(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """What if she were placed here? Who would move, and what it would cost."""
    run = _solved(desk, match_run_id)
    plan = record.plan_of(run)
    key = number(request.args.get("person", "")) or 0, number(request.args.get("opening", "")) or 0
    wish = next((one for one in plan.wishes_of.get(key[0], ()) if one.opening_id == key[1]), None)
    if wish is None or key in plan.placed:
        raise NotFound
    known = queries.known(desk.db, run)
    return page.render(
        "matching/what_if.html",
        title=_("要是排{name}呢", name=known.name(wish.person_id)),
        found=consequences(what_if(plan, wish), wish, known=known),
        back=url_for("matching.index", match_run_id=run.id),
    )


@pages.get("/fairness")
@at_desk
def fair(desk: Desk, match_run_id: int) -> ResponseReturnValue:
    """How fairly the plan deals with its people, and who served how much before it."""
    run = _solved(desk, match_run_id)
    plan = record.plan_of(run)
    titles = [activity.title for activity in queries.activities_of(desk.db, run)]
    lines = ledger(desk.db, plan.persons, before=instant(plan.problem.from_minute))
    planned = {person_id: _minutes(plan, person_id) for person_id in plan.persons}
    return page.render(
        "matching/fairness.html",
        title=_(
            "{title}：轮得公平不公平",
            title=covered(titles),
        ),
        wide=True,
        measures=measures(fairness(plan, record.solution_of(desk.db, run))),
        lines=lines,
        planned=planned,
        hours=_most_hours(lines, planned),
        back=url_for("matching.index", match_run_id=run.id),
    )


def _most_hours(lines: Sequence[Line], planned: Mapping[int, int]) -> list[tuple[str, str, tuple[float, float]]]:
    """The people of the picture: who served most, before and by this plan together."""
    served = [(one, one.minutes + planned[one.volunteer_id]) for one in lines]
    most = sorted((pair for pair in served if pair[1]), key=lambda pair: -pair[1])[:IN_THE_PICTURE]
    return [
        (one.name, one.name, (round(one.minutes / 60, 1), round(planned[one.volunteer_id] / 60, 1)))
        for one, _minutes in most
    ]


def _minutes(plan: Plan, person_id: int) -> int:
    """What this plan gives her, in minutes."""
    return plan.load[person_id] - plan.persons[person_id].load_minutes


def _solved(desk: Desk, match_run_id: int) -> MatchRun:
    run = found(queries.in_scope(desk.db, match_run_id, scope_ids=desk.scope_ids))
    if run.solved_at is None:
        raise NotFound
    return run
