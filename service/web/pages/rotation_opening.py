"""/co/rotations/new: a post to be watched in turns, from tonight on or from another day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from schemas.rotations import HOURS, RotationInput
from service import wording
from service.accounts.models import Account
from service.activities.actions import ActivityRefused
from service.calendars.rules import instant, local
from service.language import _
from service.places.queries import in_scope as place_in_scope
from service.rotation import actions
from service.rotation.models import Rotation
from service.rotation.pool import PartyPlan, RotationRefused
from service.teams.queries import in_scope as team_in_scope
from service.teams.queries import members_on
from service.terms import QualificationKind
from service.web import notices, page, words
from service.web.desk import Desk, at_desk
from service.web.forms import Form, Option
from service.web.page import help_line
from service.web.wizard_choices import place_options, team_options

pages = Blueprint("rotation_opening", __name__, url_prefix="/co/rotations")

A_DAY = timedelta(days=1)
#: When a gate begins that is opened without another wish.
EVENING = time(18)
#: The field of the form that a problem is told at.
FIELDS = {"parties": "team_id", "dates": "starts_at"}


@pages.get("/new")
@at_desk
def new(desk: Desk) -> Response:
    """A new post. Asked for tonight, the form says so already."""
    tonight = "tonight" in request.args
    first = instant(local(desk.now).date(), EVENING)
    starts_at = local(first if first > desk.now + timedelta(minutes=30) else _next_hour(desk.now))
    if not tonight:
        starts_at += A_DAY
    line = help_line()
    typed = {
        "title": _("轮流看护“大家”的门"),
        "starts_at": starts_at.strftime("%Y-%m-%d %H:%M"),
        "block_hours": "4",
        "people": "2",
        "stand_bys": "0",
        "is_automatic": "true" if tonight else "",
        "contact_name": desk.db.get_one(Account, desk.account_id).name,
        "contact_phone": wording.phone(line.phone) if line.phone else "",
    }
    places, teams = place_options(desk), team_options(desk)
    typed |= {name: one[0].value for name, one in (("place_id", places), ("team_id", teams)) if len(one) == 1}
    return _form_page(Form(RotationInput(), MultiDict(typed), _options(desk)), tonight=tonight)


def _next_hour(now: datetime) -> datetime:
    return (now + timedelta(minutes=90)).replace(minute=0, second=0, microsecond=0)


@pages.post("/new")
@at_desk
def open_new(desk: Desk) -> ResponseReturnValue:
    """Open it: its turns are dealt at once, and asked for at once if it cannot wait."""
    form = Form.posted(RotationInput(), options=_options(desk))
    if form.has_errors:
        return _form_page(form)
    given = form.loaded
    place = place_in_scope(desk.db, given["place_id"], scope_ids=desk.scope_ids)
    team = team_in_scope(desk.db, given["team_id"], scope_ids=desk.scope_ids)
    if place is None or team is None:
        form.refuse(_("请从列出的里面选一项"), at="place_id" if place is None else "team_id")
        return _form_page(form)
    pool = members_on(desk.db, team.id, day=local(desk.now).date())
    try:
        with desk.db.begin_nested():
            rotation = _open(desk, given, area_id=team.area_id, people=[person.id for person in pool])
    except (RotationRefused, ActivityRefused) as refused:
        for name, codes in refused.problems.items():
            form.refuse(words.rotation_problem(codes[0]), at=FIELDS.get(name, name))
        return _form_page(form)
    notices.notify(
        _("开起来了，正在排班，排好马上问人。") if rotation.is_automatic else _("开起来了，正在排班，排好请您看一遍。")
    )
    return page.see_other(url_for("rotations.show", rotation_id=rotation.id))


def _open(desk: Desk, given: dict[str, Any], *, area_id: int, people: list[int]) -> Rotation:
    return actions.open_rotation(
        desk.db,
        area_id=area_id,
        place_id=given["place_id"],
        title=given["title"],
        starts_at=given["starts_at"],
        until_on=given.get("until_on"),
        block_hours=int(given["block_hours"]),
        people=given["people"],
        stand_bys=given["stand_bys"],
        parties=[PartyPlan(volunteer_ids=(volunteer_id,)) for volunteer_id in people],
        contact_name=given["contact_name"],
        contact_phone=given["contact_phone"],
        is_automatic=given["is_automatic"],
        requires=(QualificationKind.INSURANCE,) if given["is_insured"] else (),
        account_id=desk.account_id,
        now=desk.now,
        team_id=given["team_id"],
    )


def _form_page(form: Form, *, tonight: bool = False) -> Response:
    title = _("今晚就开始") if tonight else _("新开一个轮值")
    return page.render("rotations/new.html", title=title, form=form)


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {
        "place_id": place_options(desk),
        "team_id": team_options(desk),
        "block_hours": [Option(value=value, text=str(text)) for value, text in HOURS.items()],
    }
