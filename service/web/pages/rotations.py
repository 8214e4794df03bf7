"""/co/rotations: posts watched in turns: who is next and why, the calendar of turns, the paper for the gate."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from schemas.rotations import CloseInput
from service.activities.models import Activity
from service.calendars.rules import instant, local
from service.language import _
from service.places.models import Area
from service.rotation import actions, overview, queries, turns
from service.rotation.models import Rotation, RotationDeal
from service.terms import DealState
from service.web import notices, page, words
from service.web.desk import Desk, asked_day, at_desk, found
from service.web.forms import Form

pages = Blueprint("rotations", __name__, url_prefix="/co/rotations")

A_DAY = timedelta(days=1)
#: How many of the next blocks say who is next and why.
NEXT = 3


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """Every post, those that are watched first."""
    rows = queries.listed(desk.db, scope_ids=desk.scope_ids, limit=100)
    lines = [(rotation, activity, queries.pending_deal(desk.db, rotation.id)) for rotation, activity in rows]
    return page.render(
        "rotations/index.html",
        title=_("轮流看护"),
        lines=sorted(lines, key=lambda line: line[0].closed_at is not None),
        drafted=DealState.DRAFTED,
    )


@pages.get("/<int:rotation_id>")
@at_desk
def show(desk: Desk, rotation_id: int) -> Response:
    """Who is next and why; what waits to be looked at; a week of turns; what each party has had."""
    return _show(desk, here(desk, rotation_id))


def _show(desk: Desk, rotation: Rotation, *, refusal: str = "", status: int = 200) -> Response:
    pending = queries.pending_deal(desk.db, rotation.id)
    draft = pending if pending is not None and pending.state == DealState.DRAFTED else None
    first = _first_day(desk, rotation, draft)
    slots = overview.slots(
        desk.db,
        rotation,
        from_at=instant(first, time.min),
        until_at=instant(first + 7 * A_DAY, time.min),
        draft=draft,
    )
    coming = overview.slots(desk.db, rotation, from_at=desk.now, until_at=desk.now + 8 * A_DAY, draft=draft)
    return page.render(
        "rotations/show.html",
        title=_activity(desk, rotation).title,
        wide=True,
        rotation=rotation,
        pending=pending,
        draft=draft,
        gaps=_gaps(desk, rotation, draft),
        next_slots=coming[:NEXT],
        days=_by_day(slots),
        earlier=first - 7 * A_DAY,
        later=first + 7 * A_DAY,
        shares=overview.shares(desk.db, rotation),
        status=status,
        refusal=refusal,
        now=desk.now,
    )


def _first_day(desk: Desk, rotation: Rotation, draft: RotationDeal | None) -> date:
    """The day the address names; else today, or the first day of what there is to see."""
    start = max(desk.now, draft.from_at) if draft is not None else desk.now
    return asked_day("on") or local(max(start, _begins(desk, rotation))).date()


def _begins(desk: Desk, rotation: Rotation) -> datetime:
    return queries.first_start(desk.db, rotation) or rotation.opened_at


def _by_day(slots: list[overview.Slot]) -> dict[date, list[overview.Slot]]:
    days: dict[date, list[overview.Slot]] = {}
    for slot in slots:
        days.setdefault(local(slot.shift.starts_at).date(), []).append(slot)
    return days


def _gaps(desk: Desk, rotation: Rotation, draft: RotationDeal | None) -> list[tuple[overview.Slot, str]]:
    """The blocks the draft leaves open, with what stands against everybody."""
    if draft is None:
        return []
    slots = overview.slots(desk.db, rotation, from_at=draft.from_at, until_at=draft.until_at)
    by_id = {slot.role.id: slot for slot in slots}
    return [(by_id[gap["block_id"]], words.against(gap["against"])) for gap in draft.gaps if gap["block_id"] in by_id]


@pages.get("/<int:rotation_id>/paper")
@at_desk
def paper(desk: Desk, rotation_id: int) -> Response:
    """Two weeks on paper for the gate, names masked."""
    rotation = here(desk, rotation_id)
    first = _first_day(desk, rotation, None)
    slots = overview.slots(
        desk.db, rotation, from_at=instant(first, time.min), until_at=instant(first + 14 * A_DAY, time.min)
    )
    activity = _activity(desk, rotation)
    place = desk.db.get_one(Area, activity.place_id)
    return page.render(
        "rotations/paper.html",
        title=_("{title}：轮值表", title=activity.title),
        wide=True,
        rotation=rotation,
        days=_by_day(slots),
        starts=sorted({slot.at for slot in slots}),
        place=place,
        now=desk.now,
    )


@pages.post("/<int:rotation_id>/deals")
@at_desk
def deal(desk: Desk, rotation_id: int) -> ResponseReturnValue:
    """Deal again what is ahead: gaps are filled, and whoever has not answered may be passed over."""
    rotation = here(desk, rotation_id)
    pending = queries.pending_deal(desk.db, rotation.id)
    until_at = max(rotation.dealt_until, pending.until_at if pending else rotation.dealt_until, desk.now + A_DAY)
    try:
        turns.request(
            desk.db,
            rotation,
            from_at=desk.now,
            until_at=until_at,
            account_id=desk.account_id,
            now=desk.now,
            moves_offers="moves_offers" in request.form,
        )
    except turns.AlreadyClosed:
        return _show(desk, rotation, refusal=_("这个轮值已经结束"), status=409)
    notices.notify(_("正在重排。答应了的人不动。"))
    return page.see_other(url_for("rotations.show", rotation_id=rotation.id))


@pages.post("/<int:rotation_id>/deals/<int:deal_id>/<any(publish, discard):what>")
@at_desk
def decide(desk: Desk, rotation_id: int, deal_id: int, what: str) -> ResponseReturnValue:
    """Ask the people of the draft, or throw it away; nobody has heard of it."""
    rotation = here(desk, rotation_id)
    made = found(queries.deal_in_scope(desk.db, deal_id, scope_ids=desk.scope_ids))
    act = turns.publish if what == "publish" else turns.discard
    try:
        with desk.db.begin_nested():
            act(desk.db, deal_id=made.id, account_id=desk.account_id, now=desk.now)
    except turns.NotADraft:
        return _show(desk, rotation, refusal=_("没有做成：这份草案已经被新的代替，或者丢掉了。"), status=409)
    notices.notify(_("发布了，正在问每个人能不能来。") if what == "publish" else _("草案丢掉了。"))
    return page.see_other(url_for("rotations.show", rotation_id=rotation.id))


@pages.get("/<int:rotation_id>/close")
@at_desk
def close_form(desk: Desk, rotation_id: int) -> Response:
    """What closing does, and the reason to be typed."""
    return _close_page(desk, here(desk, rotation_id), Form.blank(CloseInput()))


@pages.post("/<int:rotation_id>/close")
@at_desk
def close(desk: Desk, rotation_id: int) -> ResponseReturnValue:
    """Call off what is ahead and tell exactly its people."""
    rotation = here(desk, rotation_id)
    form = Form.posted(CloseInput())
    if form.has_errors:
        return _close_page(desk, rotation, form)
    reason = form.loaded["reason"]
    actions.close(desk.db, rotation.id, reason=reason, account_id=desk.account_id, now=desk.now)
    notices.notify(_("结束了。后面的班都取消，有班的人都会收到通知。"))
    return page.see_other(url_for("rotations.show", rotation_id=rotation.id))


def _close_page(desk: Desk, rotation: Rotation, form: Form) -> Response:
    ahead = overview.slots(desk.db, rotation, from_at=desk.now, until_at=desk.now + 60 * A_DAY)
    concerned = {guard.person.id for slot in ahead for guard in slot.guards}
    return page.render(
        "rotations/close.html",
        title=_("结束轮值"),
        form=form,
        rotation=rotation,
        blocks=len(ahead),
        people=len(concerned),
    )


def here(desk: Desk, rotation_id: int) -> Rotation:
    """The rotation, if it is of these areas; else 404."""
    return found(queries.in_scope(desk.db, rotation_id, scope_ids=desk.scope_ids))


def _activity(desk: Desk, rotation: Rotation) -> Activity:
    return desk.db.get_one(Activity, rotation.activity_id)
