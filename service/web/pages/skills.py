"""/co/skills: who can what, and whether somebody has seen it; /me/skills: what she says she can."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.skills import SkillInput, SkillOfHers, SkillSearch
from service import clock
from service.accounts.queries import names as account_names
from service.calendars.rules import local
from service.language import _
from service.skills import actions, queries
from service.skills.actions import AlreadyClaimed
from service.skills.models import Skill
from service.terms import QualificationKind, SkillState
from service.volunteers.actions import verify_qualification
from service.web import choices, notices, page, visitor, words
from service.web.desk import Desk, at_desk, found, volunteer_here
from service.web.forms import Form, Option

pages = Blueprint("skills", __name__, url_prefix="/co/skills")
own_pages = Blueprint("own_skills", __name__, url_prefix="/me/skills")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Everybody who can what was asked for. The look is written down."""
    return _page(desk, Form.blank(SkillOfHers(), options=_people(desk)))


@pages.post("")
@at_desk
def add(desk: Desk) -> ResponseReturnValue:
    """Somebody told the coordinator what she can."""
    form = Form.posted(SkillOfHers(), options=_people(desk))
    if form.is_valid:
        given = dict(form.loaded)
        person = volunteer_here(desk, given.pop("volunteer_id"))
        try:
            actions.claim(desk.db, person, noted_by=desk.account_id, now=desk.now, **given)
        except AlreadyClaimed:
            form.refuse(_("已经记过了"), at="name")
        else:
            notices.notify(_("记下了：{name}，{skill}。", name=person.name, skill=given["name"]))
            return page.see_other(url_for("skills.index", text=given["name"]))
    return _page(desk, form)


@pages.post("/<int:skill_id>/verify")
@at_desk
def verify(desk: Desk, skill_id: int) -> ResponseReturnValue:
    """She has seen it."""
    skill = found(queries.in_scope(desk.db, skill_id, scope_ids=desk.scope_ids))
    actions.verify(desk.db, skill, account_id=desk.account_id, now=desk.now)
    return _back()


@pages.post("/<int:skill_id>/remove")
@at_desk
def remove(desk: Desk, skill_id: int) -> ResponseReturnValue:
    """It is not so."""
    skill = found(queries.in_scope(desk.db, skill_id, scope_ids=desk.scope_ids))
    actions.take_back(desk.db, skill, account_id=desk.account_id, now=desk.now)
    return _back()


@pages.post("/qualifications/<int:qualification_id>/verify")
@at_desk
def verify_paper(desk: Desk, qualification_id: int) -> ResponseReturnValue:
    """She has seen the paper."""
    held = found(queries.qualification_in_scope(desk.db, qualification_id, scope_ids=desk.scope_ids))
    notices.withdraw_undo()
    if held.volunteer_id == visitor.me(desk.db).volunteer_id:
        notices.notify(_("自己的证，要别人来核实。"))
        return page.see_other(page.local_path(request.form.get("back", ""), otherwise=url_for("skills.index")))
    if held.verified_at is None:
        verify_qualification(desk.db, held, account_id=desk.account_id, now=desk.now)
    return _back()


@own_pages.get("")
@visitor.for_volunteers
def mine(db: Session) -> Response:
    """What she says she can."""
    return _own_page(db, Form.blank(SkillInput()))


@own_pages.post("")
@visitor.for_volunteers
def say(db: Session) -> ResponseReturnValue:
    """One more."""
    form = Form.posted(SkillInput())
    if form.is_valid:
        try:
            actions.claim(db, visitor.herself(db), now=clock.now(db), **form.loaded)
        except AlreadyClaimed:
            form.refuse(_("已经记过了"), at="name")
        else:
            notices.notify(_("记下了。社区核实以后会标出来。"))
            return page.see_other(url_for("own_skills.mine"))
    return _own_page(db, form)


@own_pages.post("/<int:skill_id>/remove")
@visitor.for_volunteers
def take_back(db: Session, skill_id: int) -> ResponseReturnValue:
    """She takes it back."""
    skill = db.get(Skill, skill_id)
    if skill is None or skill.volunteer_id != visitor.herself(db).id:
        abort(404)
    actions.take_back(db, skill, account_id=visitor.me(db).account_id, now=clock.now(db))
    notices.notify(_("去掉了。"))
    return page.see_other(url_for("own_skills.mine"))


def _page(desk: Desk, form: Form) -> Response:
    asked = Form.filled(SkillSearch(), request.args, options=_states())
    text, state = asked.loaded.get("text", ""), asked.loaded.get("state", "")
    rows = queries.search(
        desk.db,
        scope_ids=desk.scope_ids,
        day=local(desk.now).date(),
        text=text,
        kinds=_kinds(text) if text else None,
        state=SkillState(state) if state in list(SkillState) else None,
    )
    actions.note_search(desk.db, account_id=desk.account_id, now=desk.now, found=len(rows), state=state)
    return page.render(
        "skills/index.html",
        title=_("谁会什么"),
        asked=asked,
        rows=rows,
        form=form,
        verifiers=account_names(desk.db, {one.verified_by for one in rows if one.verified_by}),
    )


def _own_page(db: Session, form: Form) -> Response:
    today = local(clock.now(db)).date()
    own = queries.of_person(db, visitor.herself(db).id)
    rows, papers = (
        [(one, queries.state_on(today, verified_at=one.verified_at, valid_until=one.valid_until)) for one in hers]
        for hers in (own, visitor.herself(db).qualifications)
    )
    return page.render("skills/mine.html", title=_("我会什么"), rows=rows, papers=papers, form=form)


def _kinds(text: str) -> list[QualificationKind]:
    """Qualifications whose name, as it is read here, has the text."""
    return [kind for kind, said in words.QUALIFICATIONS.items() if text.lower() in str(said).lower()]


def _back() -> Response:
    notices.notify(_("改好了。"))
    return page.see_other(page.local_path(request.form.get("back", ""), otherwise=url_for("skills.index")))


def _states() -> dict[str, list[Option]]:
    return {"state": [Option(value=state, text=str(said)) for state, said in words.SKILL_STATES.items()]}


def _people(desk: Desk) -> dict[str, list[Option]]:
    return {"volunteer_id": choices.people(desk)}
