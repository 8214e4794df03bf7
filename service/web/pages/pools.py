"""/co/rotations/<id>/pool: who takes turns: join, leave, be away, always take a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from schemas.publishing import WEEKDAYS
from schemas.rotations import AbsenceInput, JoinInput, WishInput
from service.language import _
from service.rotation import overview, pool, queries
from service.rotation.models import RotationAbsence, RotationMember, RotationWish
from service.rotation.pool import PartyPlan, RotationRefused
from service.volunteers.models import Volunteer
from service.volunteers.queries import search
from service.web import notices, page, words
from service.web.desk import Desk, at_desk, found, volunteer_here
from service.web.forms import Form, Option
from service.web.pages.rotations import here

Row = TypeVar("Row", RotationAbsence, RotationWish)

pages = Blueprint("pools", __name__, url_prefix="/co/rotations/<int:rotation_id>/pool")


@pages.get("")
@at_desk
def index(desk: Desk, rotation_id: int) -> Response:
    """The parties with their people, and somebody to be found by name."""
    rotation = here(desk, rotation_id)
    text = request.args.get("text", "").strip()
    current = {member.volunteer_id for member, _ in queries.members(desk.db, rotation.id) if member.left_at is None}
    matches = search(desk.db, text, scope_ids=desk.scope_ids) if text else []
    shares = overview.shares(desk.db, rotation)
    return page.render(
        "rotations/pool.html",
        title=_("谁在轮"),
        rotation=rotation,
        shares=shares,
        text=text,
        matches=[person for person in matches if person.id not in current],
        weekdays=WEEKDAYS,
    )


@pages.post("/join")
@at_desk
def join(desk: Desk, rotation_id: int) -> ResponseReturnValue:
    """Take somebody in, with a share of her own or in a household that is there."""
    rotation = here(desk, rotation_id)
    form = Form.posted(JoinInput())
    if form.has_errors:
        return _back(rotation_id, form.problems[0][0])
    person = volunteer_here(desk, form.loaded["volunteer_id"])
    try:
        with desk.db.begin_nested():
            party_id = form.loaded.get("party_id")
            if party_id is None:
                plan = PartyPlan(volunteer_ids=(person.id,), weeks=form.loaded["weeks"])
                pool.join(desk.db, rotation, plan, account_id=desk.account_id, now=desk.now)
            else:
                pool.join_party(
                    desk.db, rotation, party_id, volunteer_id=person.id, account_id=desk.account_id, now=desk.now
                )
    except RotationRefused as refused:
        return _back(rotation_id, _refusal(refused))
    return _back(rotation_id, _("{name}加进来了。", name=person.name))


@pages.post("/<int:member_id>/leave")
@at_desk
def leave(desk: Desk, rotation_id: int, member_id: int) -> ResponseReturnValue:
    """She takes no more turns; what she had ahead goes to others."""
    member = _member(desk, rotation_id, member_id)
    try:
        with desk.db.begin_nested():
            pool.leave(desk.db, member, account_id=desk.account_id, now=desk.now)
    except RotationRefused as refused:
        return _back(rotation_id, _refusal(refused))
    return _back(rotation_id, _("记下了。后面的班在排给别人，别人的班不动。"))


@pages.get("/<int:member_id>")
@at_desk
def wishes(desk: Desk, rotation_id: int, member_id: int) -> Response:
    """When she is away, and what she always takes."""
    return _wishes_page(desk, rotation_id, _member(desk, rotation_id, member_id))


@pages.post("/<int:member_id>/absences")
@at_desk
def note_absence(desk: Desk, rotation_id: int, member_id: int) -> ResponseReturnValue:
    """She is away from one day to another."""
    member, form = _member(desk, rotation_id, member_id), Form.posted(AbsenceInput())
    if form.is_valid:
        try:
            with desk.db.begin_nested():
                pool.note_absence(desk.db, member, **form.loaded, account_id=desk.account_id, now=desk.now)
            return _noted(rotation_id, member_id)
        except RotationRefused as refused:
            form.refuse(_refusal(refused), at="until_on")
    return _wishes_page(desk, rotation_id, member, away=form)


@pages.post("/<int:member_id>/wishes")
@at_desk
def note_wish(desk: Desk, rotation_id: int, member_id: int) -> ResponseReturnValue:
    """She always takes a block of the week."""
    member, form = _member(desk, rotation_id, member_id), Form.posted(WishInput(), options=_options(desk, rotation_id))
    if form.is_valid:
        try:
            with desk.db.begin_nested():
                given = {**form.loaded, "weekday": int(form.loaded["weekday"])}
                pool.note_wish(desk.db, member, **given, account_id=desk.account_id, now=desk.now)
            return _noted(rotation_id, member_id)
        except RotationRefused as refused:
            form.refuse(_refusal(refused), at="starts")
    return _wishes_page(desk, rotation_id, member, wish=form)


@pages.post("/<int:member_id>/forget")
@at_desk
def forget(desk: Desk, rotation_id: int, member_id: int) -> ResponseReturnValue:
    """An absence or a wish does not hold any more: the form names which."""
    member = _member(desk, rotation_id, member_id)
    kind, _dash, row_id = request.form.get("what", "").partition("-")
    row: RotationAbsence | RotationWish
    if kind == "absence":
        row = found(_by_id(queries.absences(desk.db, [member.id]), row_id))
    else:
        row = found(_by_id(queries.wishes(desk.db, [member.id]), row_id))
    pool.forget(desk.db, row, member, account_id=desk.account_id, now=desk.now)
    return _noted(rotation_id, member_id)


def _by_id(rows: Sequence[Row], row_id: str) -> Row | None:
    return next((row for row in rows if str(row.id) == row_id), None)


def _wishes_page(
    desk: Desk, rotation_id: int, member: RotationMember, *, away: Form | None = None, wish: Form | None = None
) -> Response:
    failed = next((form for form in (away, wish) if form is not None), None)
    return page.render(
        "rotations/wishes.html",
        title=_("{name}：外出和固定的班", name=desk.db.get_one(Volunteer, member.volunteer_id).name),
        form=failed,
        rotation_id=rotation_id,
        member=member,
        away=away or Form.blank(AbsenceInput()),
        wish_form=wish or Form.blank(WishInput(), options=_options(desk, rotation_id)),
        absences=queries.absences(desk.db, [member.id]),
        wishes=queries.wishes(desk.db, [member.id]),
        weekdays=WEEKDAYS,
    )


def _options(desk: Desk, rotation_id: int) -> dict[str, list[Option]]:
    starts = pool.block_starts(desk.db, here(desk, rotation_id))
    return {
        "weekday": [Option(value=value, text=str(text)) for value, text in WEEKDAYS.items()],
        "starts": [Option(value=f"{at:%H:%M}", text=f"{at:%H:%M}") for at in starts],
    }


def _member(desk: Desk, rotation_id: int, member_id: int) -> RotationMember:
    rotation = here(desk, rotation_id)
    mine = select(RotationMember).where(RotationMember.id == member_id, RotationMember.rotation_id == rotation.id)
    return found(desk.db.scalar(mine))


def _refusal(refused: RotationRefused) -> str:
    codes = [code for several in refused.problems.values() for code in several]
    return words.rotation_problem(codes[0])


def _back(rotation_id: int, said: str) -> Response:
    notices.notify(said)
    return page.see_other(url_for("pools.index", rotation_id=rotation_id))


def _noted(rotation_id: int, member_id: int) -> Response:
    notices.notify(_("记下了，排班时照着办。"))
    return page.see_other(url_for("pools.wishes", rotation_id=rotation_id, member_id=member_id))
