"""Entries that may be one person: suggested, compared side by side, merged, and told apart; a merge undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from schemas.people import TwinAsked, merge_input
from service import secrets, wording
from service.calendars.rules import local
from service.language import Lazy, _
from service.people import actions, merging, queries, undoing
from service.people.merging import NotTwo, facts_of, merge, say_apart
from service.people.queries import Asked, Card
from service.people.rules import differing
from service.people.settling import BothHaveRoles, KeepsNumber
from service.people.twins import merge_in_scope, twins
from service.people.undoing import MergeStands
from service.places.models import Area
from service.terms import Likeness
from service.volunteers.models import Volunteer
from service.web import notices, page, told
from service.web.desk import Desk, at_desk, found, volunteer_here
from service.web.forms import Form, Option

pages = Blueprint("merging", __name__, url_prefix="/co/people")

LIKENESS = {
    Likeness.NAME_AND_BIRTHDAY: Lazy("姓名和生日都一样"),
    Likeness.NAME: Lazy("同名，住在一处"),
    Likeness.SOUND_AND_BIRTHDAY: Lazy("名字读音和生日都一样"),
    Likeness.BIRTHDAY: Lazy("生日一样，名字相近，住在一处"),
}


@pages.get("/twins")
@at_desk
def index(desk: Desk) -> ResponseReturnValue:
    """Everybody who seems to be registered twice."""
    pairs = twins(desk.db, scope_ids=desk.scope_ids)
    _note(desk, len(pairs))
    return page.render("people/twins.html", title=_("登记了两次的人"), pairs=_shown(desk, pairs), likeness=LIKENESS)


@pages.get("/<int:volunteer_id>/twins")
@at_desk
def of_person(desk: Desk, volunteer_id: int) -> ResponseReturnValue:
    """Who else may be this person: those who look alike, or somebody looked for by name."""
    her = volunteer_here(desk, volunteer_id)
    form = Form.filled(TwinAsked(), request.args)
    asked = form.loaded.get("q", "")
    pairs = twins(desk.db, scope_ids=desk.scope_ids, of=her.id)
    others = _found(desk, asked) if asked else []
    _note(desk, len(pairs) + len(others))
    return page.render(
        "people/twin_of.html",
        title=_("{name}登记了两次？", name=her.name),
        form=form,
        person=her,
        pairs=_shown(desk, pairs),
        likeness=LIKENESS,
        others=[card for card in others if card.person.id != her.id],
        is_asked=bool(asked),
    )


@pages.get("/<int:kept_id>/merge/<int:gone_id>")
@at_desk
def compare(desk: Desk, kept_id: int, gone_id: int) -> ResponseReturnValue:
    """Both entries side by side, and which facts are to stay."""
    kept, gone = volunteer_here(desk, kept_id), volunteer_here(desk, gone_id)
    for one in (kept, gone):
        actions.note_look(desk.db, one, account_id=desk.account_id, now=desk.now)
    return _ask(desk, kept, gone, Form.blank(_schema(kept, gone), options=_options(desk, kept, gone)))


@pages.post("/<int:kept_id>/merge/<int:gone_id>")
@at_desk
def carry_out(desk: Desk, kept_id: int, gone_id: int) -> ResponseReturnValue:
    """They are one. Whoever saw other facts than there are now, looks again."""
    kept, gone = volunteer_here(desk, kept_id), volunteer_here(desk, gone_id)
    form = Form.posted(_schema(kept, gone), options=_options(desk, kept, gone))
    if _versions(kept, gone) != request.form.get("versions"):
        form.refuse(_("您打开这一页以后，有人改了其中一个人的资料。请再看一遍"))
    if form.has_errors:
        return _ask(desk, kept, gone, form)
    chosen = [name for name, side in form.loaded.items() if side == "gone"]
    try:
        with desk.db.begin_nested():
            made = merge(
                desk.db, kept_id=kept.id, gone_id=gone.id, chosen=chosen, account_id=desk.account_id, now=desk.now
            )
    except NotTwo:
        notices.notify(_("其中一个已经合并过了。"))
        return page.see_other(url_for("merging.index"))
    except BothHaveRoles:
        form.refuse(_("两个登记都有工作台的权限，请管理员先收回一个"))
        return _ask(desk, kept, gone, form)
    except KeepsNumber:
        form.refuse(_("有工作台权限的那个号码要留下，它是登录用的"), at="phone")
        return _ask(desk, kept, gone, form)
    text = _("合并好了。这两条是一个人：{name}。", name=desk.db.get_one(Volunteer, kept_id).name)
    notices.offer_undo(text, address=url_for("merging.undo", merge_id=made.id))
    return page.see_other(url_for("person.show", volunteer_id=kept_id))


@pages.post("/<int:kept_id>/apart/<int:gone_id>")
@at_desk
def apart(desk: Desk, kept_id: int, gone_id: int) -> ResponseReturnValue:
    """They are two people, and not suggested again."""
    one, other = volunteer_here(desk, kept_id), volunteer_here(desk, gone_id)
    if one.id != other.id:
        say_apart(desk.db, one_id=one.id, other_id=other.id, account_id=desk.account_id, now=desk.now)
    notices.notify(_("记下了，不是同一个人，以后不再提。"))
    return page.see_other(url_for("merging.index"))


@pages.post("/merges/<int:merge_id>/undo")
@at_desk
def undo(desk: Desk, merge_id: int) -> ResponseReturnValue:
    """They are two entries again."""
    made = found(merge_in_scope(desk.db, merge_id, scope_ids=desk.scope_ids))
    notices.withdraw_undo()
    try:
        got = undoing.undo(desk.db, made, account_id=desk.account_id, now=desk.now)
    except MergeStands:
        notices.notify(_("不能再撤销了：过了一天，或者留下的那个又合并到了别人。"))
        return page.see_other(url_for("person.show", volunteer_id=made.kept_id))
    text = _("分开了，各是各的。")
    if got.gone:
        text += _("{n}个班已经给了别人。", n=got.gone)
    if not got.has_number:
        text += _("原来的号码现在是别人的，要另外登记。")
    notices.notify(text)
    return page.see_other(url_for("person.show", volunteer_id=made.gone_id))


def _ask(desk: Desk, kept: Volunteer, gone: Volunteer, form: Form) -> ResponseReturnValue:
    facts = {one.id: _said(desk, one) for one in (kept, gone)}
    cards = {one.id: card for one in (kept, gone) for card in queries.cards(desk.db, [one], **_when(desk))}
    return page.render(
        "people/merge.html",
        title=_("合并成一个人"),
        form=form,
        kept=kept,
        gone=gone,
        same=[(LABELS[name], facts[kept.id][name]) for name in LABELS if name not in form.schema.fields],
        only={name: facts[gone.id][name] for name in LABELS if not facts[kept.id][name]},
        cards=cards,
        versions=_versions(kept, gone),
        undo_hours=round(merging.UNDO.total_seconds() / 3600),
    )


LABELS = {
    "name": Lazy("姓名"),
    "area_id": Lazy("住在"),
    "phone": Lazy("手机号"),
    "birth_on": Lazy("出生日期"),
    "email": Lazy("邮箱"),
    "channel": Lazy("怎么通知"),
    "language": Lazy("语言"),
    "weekly_hours": Lazy("每周最多小时"),
}


def _schema(kept: Volunteer, gone: Volunteer) -> Any:
    return merge_input({name: LABELS[name] for name in differing(facts_of(kept), facts_of(gone))})


def _options(desk: Desk, kept: Volunteer, gone: Volunteer) -> dict[str, list[Option]]:
    sides = {"kept": _said(desk, kept), "gone": _said(desk, gone)}
    return {name: [Option(value=side, text=said[name]) for side, said in sides.items()] for name in LABELS}


def _said(desk: Desk, person: Volunteer) -> dict[str, str]:
    """Each fact as it is read; the number masked."""
    facts = facts_of(person)
    return {
        **{name: str(facts[name] or "") for name in LABELS},
        "area_id": desk.db.get_one(Area, person.area_id).name,
        "phone": wording.masked_phone(secrets.unseal(person.phone_sealed)) if person.phone_sealed else "",
        "birth_on": wording.full_day(person.birth_on) if person.birth_on else "",
        "channel": str(told.CHANNELS[person.channel]) if person.channel else "",
        "language": "English" if person.language == "en" else "中文",
    }


def _versions(kept: Volunteer, gone: Volunteer) -> str:
    return f"{kept.version}-{gone.version}"


def _when(desk: Desk) -> Mapping[str, Any]:
    return {"now": desk.now, "day": local(desk.now).date()}


def _shown(desk: Desk, pairs: Any) -> list[tuple[Any, Card, Card]]:
    people = {one.id: one for pair in pairs for one in (pair.one, pair.other)}
    cards = {card.person.id: card for card in queries.cards(desk.db, list(people.values()), **_when(desk))}
    return [(pair, cards[pair.one.id], cards[pair.other.id]) for pair in pairs]


def _found(desk: Desk, text: str) -> list[Card]:
    return queries.listed(desk.db, Asked(text=text), scope_ids=desk.scope_ids, **_when(desk))


def _note(desk: Desk, n: int) -> None:
    actions.note_search(desk.db, account_id=desk.account_id, now=desk.now, found=n, by=["twins"])
