"""放到…: a draft goes from one place of the week to another, by a button or by being dragged there."""

from __future__ import annotations

from datetime import time, timedelta

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from service import wording
from service.activities.models import Activity, Shift
from service.activities.queries import shift_role_in_scope, shifts_between
from service.calendars.rules import instant, local
from service.drafting import actions, queries
from service.language import _
from service.roster.models import Assignment
from service.signups.queries import OpeningRow, opening, openings
from service.terms import AssignmentState
from service.volunteers.models import Volunteer
from service.web import notices, page, words
from service.web.clash import clash
from service.web.desk import Desk, assignment_here, at_desk, found, monday_of, number
from service.web.pages.roster import Refusal, board_address, board_page

pages = Blueprint("putting", __name__, url_prefix="/co")


@pages.get("/drafts/<int:assignment_id>/put")
@at_desk
def where_to(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """Every other place of the week: the person can be put there, or why not."""
    draft = assignment_here(desk, assignment_id)
    person, shift = desk.db.get_one(Volunteer, draft.volunteer_id), desk.db.get_one(Shift, draft.shift_id)
    if draft.state != AssignmentState.DRAFTED:
        return page.see_other(board_address(shift))
    return page.render(
        "drafting/put.html",
        title=_("把{name}放到哪里？", name=person.name),
        draft=draft,
        person=person,
        shift=shift,
        places=queries.elsewhere(desk.db, draft, _others(desk, draft, shift), now=desk.now),
        back=board_address(shift),
    )


@pages.post("/drafts/<int:assignment_id>/put")
@at_desk
def put(desk: Desk, assignment_id: int) -> ResponseReturnValue:
    """Put her there, or say why not at that very place; 409 when the draft is not where the page showed it."""
    draft = assignment_here(desk, assignment_id)
    person = desk.db.get_one(Volunteer, draft.volunteer_id)
    role = found(
        shift_role_in_scope(desk.db, number(request.values.get("shift_role_id", "")) or 0, scope_ids=desk.scope_ids)
    )
    row = found(opening(desk.db, shift_id=role.shift_id, shift_role_id=role.id))
    notices.withdraw_undo()
    try:
        with desk.db.begin_nested():
            made = actions.put(desk.db, assignment_id=draft.id, row=row, account_id=desk.account_id, now=desk.now)
    except actions.NotADraft:
        return _moved_meanwhile(desk, draft, person, row)
    except actions.CannotServe as cannot:
        return not_here(desk, row, person, refusals_in_words(cannot, person))
    text = _(
        "{name}放到了{when}，{role}。",
        name=person.name,
        when=wording.moment(row.Shift.starts_at),
        role=row.ActivityRole.name,
    )
    notices.offer_undo(text, address=url_for("putting.put", assignment_id=made.id, shift_role_id=draft.shift_role_id))
    return page.see_other(board_address(row.Shift))


def refusals_in_words(cannot: actions.CannotServe, person: Volunteer) -> list[str]:
    """Why she cannot be pencilled in."""
    if not cannot.refusals:
        return [_("{name}已经在这一班里了。", name=person.name)]
    return [words.refusal(one) for one in cannot.refusals]


def not_here(desk: Desk, row: OpeningRow, person: Volunteer, reasons: list[str]) -> ResponseReturnValue:
    """The board as it was, with why she was not put there, at that place."""
    text = _("{name}不能放在这里：{reasons}。", name=person.name, reasons=_("；").join(reasons).rstrip("。"))
    on = local(row.Shift.starts_at).date()
    refusal = Refusal(text, shift_role_id=row.ShiftRole.id)
    return board_page(desk, row.Activity, on=on, refusal=refusal, status=422)


def _moved_meanwhile(desk: Desk, draft: Assignment, person: Volunteer, row: OpeningRow) -> ResponseReturnValue:
    when = wording.moment(row.Shift.starts_at)
    wanted = _("把{name}放到{when}，{role}", name=person.name, when=when, role=row.ActivityRole.name)
    refusal = Refusal(
        _("没有放成：{name}已经不在刚才的地方了，请看现在的样子。", name=person.name),
        clash=clash(desk, draft, wanted=wanted),
    )
    return board_page(desk, row.Activity, on=local(row.Shift.starts_at).date(), refusal=refusal, status=409)


def _others(desk: Desk, draft: Assignment, shift: Shift) -> list[OpeningRow]:
    """The places of the same week that can still be filled, but for where she is."""
    monday = monday_of(local(shift.starts_at).date())
    until_at = instant(monday + timedelta(days=7), time.min)
    activity = desk.db.get_one(Activity, shift.activity_id)
    shifts = shifts_between(desk.db, activity.id, from_at=max(desk.now, instant(monday, time.min)), until_at=until_at)
    roles = [role.id for one in shifts for role in one.roles if role.id != draft.shift_role_id]
    found_rows = openings(desk.db, roles)
    return [found_rows[role_id] for role_id in roles if role_id in found_rows]
