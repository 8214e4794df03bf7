"""/co/activities/<id>/ladder: whom its searches turn to, one after the other, and how long each is waited for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from schemas.backfill import ladder_form
from schemas.habits import AS_USUAL
from service.activities.models import Activity
from service.backfill import actions, queries
from service.backfill.rules import LADDER, LadderRefused, RungPlan
from service.language import _
from service.notifications import channels
from service.terms import Channel
from service.web import notices, page, told
from service.web.conflict import conflict_page
from service.web.desk import Desk, activity_here, at_desk, typed_version
from service.web.forms import Form, Option

pages = Blueprint("ladders", __name__, url_prefix="/co/activities/<int:activity_id>/ladder")


@pages.get("")
@at_desk
def show(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """The ladder as it is, to be changed."""
    activity = activity_here(desk, activity_id)
    typed = _typed(desk, activity)
    return _page(desk, activity, Form.blank(ladder_form()(), given=typed, options=_options(typed)))


@pages.post("")
@at_desk
def change(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """Another ladder for searches from now on. Whoever saved meanwhile is shown, not overwritten."""
    activity = activity_here(desk, activity_id)
    form = _posted(_options(_typed(desk, activity)))
    if form.has_errors:
        return _page(desk, activity, form)
    if typed_version() != _version(desk, activity):
        return _conflict(desk, activity, form)
    try:
        with desk.db.begin_nested():
            actions.set_ladder(desk.db, activity, plans=_plans(form.loaded), account_id=desk.account_id, now=desk.now)
    except LadderRefused:
        form.refuse(_("至少要留一步"))
        return _page(desk, activity, form)
    except (StaleDataError, IntegrityError):
        desk.db.expire_all()
        return _conflict(desk, activity, form)
    notices.notify(_("改好了，以后找人就照这个次序。"))
    return page.see_other(url_for("roster.index", activity_id=activity.id))


@pages.post("/usual")
@at_desk
def reset(desk: Desk, activity_id: int) -> ResponseReturnValue:
    """The usual ladder again."""
    activity = activity_here(desk, activity_id)
    actions.reset_ladder(desk.db, activity, account_id=desk.account_id, now=desk.now)
    notices.notify(_("改回了一般的次序。"))
    return page.see_other(url_for("ladders.show", activity_id=activity.id))


def _page(desk: Desk, activity: Activity, form: Form) -> ResponseReturnValue:
    return page.render(
        "backfills/ladder.html",
        title=_("找人的次序：{title}", title=activity.title),
        form=form,
        activity=activity,
        rungs=[plan.rung for plan in LADDER],
        is_own=queries.ladder(desk.db, activity.id) is not None,
        version=_version(desk, activity),
        back=url_for("roster.index", activity_id=activity.id),
    )


def _conflict(desk: Desk, activity: Activity, form: Form) -> ResponseReturnValue:
    back = url_for("ladders.show", activity_id=activity.id)
    return conflict_page(form, given=_typed(desk, activity), version=_version(desk, activity), back=back)


def _version(desk: Desk, activity: Activity) -> int:
    """0 for the usual ladder, which no coordinator has saved."""
    own = queries.ladder(desk.db, activity.id)
    return own.version if own is not None else 0


def _typed(desk: Desk, activity: Activity) -> dict[str, Any]:
    """The ladder as the form has it. A rung that is not used shows what it would usually do."""
    used = {plan.rung: plan for plan in actions.ladder_of(desk.db, activity.id)}
    typed: dict[str, Any] = {}
    for usual in LADDER:
        plan = used.get(usual.rung, usual)
        values: dict[str, Any] = {"used": usual.rung in used, "wait": plan.wait, "at_once": plan.at_once}
        values |= {"wakes": plan.wakes, "channel": plan.channel or AS_USUAL}
        typed |= {f"{usual.rung}_{name}": value for name, value in values.items()}
    return typed


def _options(typed: dict[str, Any]) -> dict[str, list[Option]]:
    """As each person prefers, or over one of the house's channels, or by telephone. A channel once chosen stays."""
    options = {}
    for name in (f"{usual.rung}_channel" for usual in LADDER):
        chosen = [channel for channel in Channel if channel == typed[name]]
        ways = dict.fromkeys((*channels.of_house(), Channel.CALL_LIST, *chosen))
        usual = Option(value=AS_USUAL, text=_("照各人平常的办法"))
        options[name] = [usual, *(Option(value=way, text=str(told.CHANNELS[way])) for way in ways)]
    return options


def _posted(options: dict[str, list[Option]]) -> Form:
    """What was sent; each way to ask is one of those that were offered."""
    form = Form.posted(ladder_form()(), options=options)
    for name, offered in options.items():
        if form.loaded.get(name, AS_USUAL) not in {option.value for option in offered}:
            form.refuse(_("请从列出的选一项"), at=name)
    return form


def _channel(loaded: dict[str, Any], usual: RungPlan) -> Channel | None:
    answer = loaded.get(f"{usual.rung}_channel", usual.channel or AS_USUAL)
    return None if answer == AS_USUAL else Channel(answer)


def _plans(loaded: dict[str, Any]) -> list[RungPlan]:
    return [
        RungPlan(
            rung=usual.rung,
            wait=loaded.get(f"{usual.rung}_wait", usual.wait),
            at_once=loaded.get(f"{usual.rung}_at_once", usual.at_once),
            wakes=loaded.get(f"{usual.rung}_wakes", usual.wakes),
            channel=_channel(loaded, usual),
        )
        for usual in LADDER
        if loaded[f"{usual.rung}_used"]
    ]
