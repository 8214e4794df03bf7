"""/co/people/<id>: all that is known of one person, changed here; that she left, and came back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from schemas.people import LeavingInput, PersonInput, tags_of
from schemas.sheets import MEMBER_ROLES
from service import secrets, wording
from service.accounts.queries import names as account_names
from service.calendars.rules import local
from service.language import Lazy, _
from service.people import actions, queries
from service.people import ahead as before_her
from service.people.actions import HasRoles
from service.people.erasing import pending
from service.people.twins import merge_of, undoable
from service.roster.duties import duties, duties_before
from service.skills.models import Skill
from service.skills.queries import of_person as skills_of
from service.skills.queries import state_on
from service.terms import ConsentHow, ConsentPurpose, SkillState
from service.volunteers.actions import PhoneTaken
from service.volunteers.models import Qualification, Volunteer
from service.web import notices, page, where
from service.web.conflict import conflict_page
from service.web.desk import Desk, at_desk, typed_version, volunteer_here
from service.web.forms import Form

pages = Blueprint("person", __name__, url_prefix="/co/people")

CONSENTS = {
    ConsentPurpose.SERVICE: Lazy("用姓名和手机号安排志愿服务"),
    ConsentPurpose.REMINDERS: Lazy("收提醒"),
    ConsentPurpose.SHOW_NAME: Lazy("换班的时候让队友看到全名"),
}
HOW = {
    ConsentHow.WEB: Lazy("本人在网上"),
    ConsentHow.ORAL: Lazy("本人口头"),
    ConsentHow.PAPER: Lazy("本人签字"),
}


@pages.get("/<int:volunteer_id>")
@at_desk
def show(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """What is known of her, what she does, how she is reached. The look is written down."""
    her = volunteer_here(desk, volunteer_id)
    if (gone := merge_of(desk.db, her.id)) is not None:
        return page.see_other(url_for("person.show", volunteer_id=gone.kept_id))
    actions.note_look(desk.db, her, account_id=desk.account_id, now=desk.now)
    day = local(desk.now).date()
    skills = skills_of(desk.db, her.id)
    seen_by = [*(one.verified_by for one in her.qualifications), *(one.verified_by for one in skills)]
    return page.render(
        "people/show.html",
        title=her.name,
        person=her,
        place=where.place(desk.db, her.area_id).short,
        phone=wording.masked_phone(secrets.unseal(her.phone_sealed)) if her.phone_sealed else "",
        merges=undoable(desk.db, her.id, now=desk.now),
        erasure=pending(desk.db, her.id),
        departure=queries.departure(desk.db, her.id) if her.left_at else None,
        teams=queries.memberships(desk.db, [her.id], day=day),
        pools=before_her.pools(desk.db, her.id),
        charges=before_her.charges(desk.db, her.id, day=day),
        owed=before_her.owed(desk.db, her.id),
        lessons=before_her.lessons(desk.db, her.id),
        papers=[(one, _state(one, day)) for one in her.qualifications],
        skills=[(one, _state(one, day)) for one in skills],
        verifiers=account_names(desk.db, {one for one in seen_by if one}),
        coming=duties(desk.db, her.id, from_at=desk.now),
        past=duties_before(desk.db, her.id, until_at=desk.now),
        purposes=CONSENTS,
        how=HOW,
        member_roles=MEMBER_ROLES,
    )


@pages.get("/<int:volunteer_id>/edit")
@at_desk
def edit_form(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """What can be changed, as it is. The number she has is not shown."""
    her = volunteer_here(desk, volunteer_id)
    return _ask(her, Form.blank(PersonInput(), given=_known(her)))


@pages.post("/<int:volunteer_id>/edit")
@at_desk
def edit(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Change it. Whoever saved meanwhile is shown, not overwritten."""
    her = volunteer_here(desk, volunteer_id)
    form = Form.posted(PersonInput())
    if form.has_errors:
        return _ask(her, form)
    if typed_version() != her.version:
        return conflict_page(form, given=_known(her), version=her.version, back=_at(her))
    try:
        with desk.db.begin_nested():
            changes = {**form.loaded, "tags": tags_of(form.loaded["tags"])}
            actions.revise(desk.db, her, changes=changes, account_id=desk.account_id, now=desk.now)
    except StaleDataError:
        desk.db.refresh(her)
        return conflict_page(form, given=_known(her), version=her.version, back=_at(her))
    except PhoneTaken:
        form.refuse(_("这个号码已经是别人的。如果是同一个人登记了两次，请合并"), at="phone")
        return _ask(her, form)
    except HasRoles:
        form.refuse(_("这个人有工作台的权限，号码是登录用的，要本人找管理员换"), at="phone")
        return _ask(her, form)
    notices.notify(_("改好了。"))
    return page.see_other(_at(her))


@pages.get("/<int:volunteer_id>/leaving")
@at_desk
def leaving(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """What she would give back, and what others have to take over."""
    return _ask_leaving(desk, volunteer_here(desk, volunteer_id), Form.blank(LeavingInput()))


@pages.post("/<int:volunteer_id>/leaving")
@at_desk
def leave(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """She serves no more; ten minutes it can be undone."""
    her = volunteer_here(desk, volunteer_id)
    form = Form.posted(LeavingInput())
    if form.has_errors:
        return _ask_leaving(desk, her, form)
    made = actions.leave(desk.db, her, reason=form.loaded["reason"], account_id=desk.account_id, now=desk.now)
    n = len(made.signup_ids) + len(made.assignment_ids)
    text = _("记下了：{name}离开了，退出{n}个班，缺的人会另外找。", name=her.name, n=n)
    notices.offer_undo(text, address=url_for("person.come_back", volunteer_id=her.id))
    return page.see_other(_at(her))


@pages.post("/<int:volunteer_id>/back")
@at_desk
def come_back(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """She serves again; just after she left, with what is still kept for her."""
    her = volunteer_here(desk, volunteer_id)
    notices.withdraw_undo()
    last = queries.departure(desk.db, her.id)
    if her.left_at is None or last is None:
        return page.see_other(_at(her))
    got = actions.come_back(desk.db, her, account_id=desk.account_id, now=desk.now)
    text = _("记下了：{name}又来了。", name=her.name)
    if got.again:
        text += _("{n}个班还给本人了。", n=got.again)
    if got.gone:
        text += _("{n}个班已经给了别人。", n=got.gone)
    notices.notify(text)
    return page.see_other(_at(her))


def _ask(her: Volunteer, form: Form) -> ResponseReturnValue:
    return page.render(
        "areas/form.html",
        title=_("改{name}的资料", name=her.name),
        form=form,
        version=her.version,
        lead=_("现在登记的号码：{phone}", phone=wording.masked_phone(secrets.unseal(her.phone_sealed)))
        if her.phone_sealed
        else _("现在没有登记电话。"),
        action=url_for("person.edit", volunteer_id=her.id),
        go=_("改好了"),
        back=_at(her),
    )


def _ask_leaving(desk: Desk, her: Volunteer, form: Form) -> ResponseReturnValue:
    ahead = before_her.ahead(desk.db, her.id, now=desk.now, day=local(desk.now).date())
    title = _("{name}不再来了？", name=her.name)
    return page.render("people/leaving.html", title=title, form=form, person=her, ahead=ahead, back=_at(her))


def _known(her: Volunteer) -> dict[str, object]:
    known = {name: getattr(her, name) for name in ("name", "birth_on", "email", "weekly_hours")}
    return {**known, "tags": _("、").join(her.tags)}


def _state(one: Qualification | Skill, day: date) -> SkillState:
    return state_on(day, verified_at=one.verified_at, valid_until=one.valid_until)


def _at(her: Volunteer) -> str:
    return url_for("person.show", volunteer_id=her.id)
