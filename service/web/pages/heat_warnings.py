"""/co/heat: warnings of high temperature, noted for an area and all below it, and taken back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.calendars import HeatWarningInput
from service.calendars import actions, queries
from service.calendars.models import HeatWarning
from service.calendars.rules import local
from service.language import _
from service.places.queries import GOVERNED
from service.roster.heat import hot_shifts
from service.terms import HeatLevel
from service.web import choices, notices, page, words
from service.web.desk import Desk, at_desk, found
from service.web.forms import Form, Option

pages = Blueprint("heat_warnings", __name__, url_prefix="/co/heat")


@pages.get("")
@at_desk
def index(desk: Desk) -> Response:
    """What holds, whom it concerns, and a form for the next."""
    return _page(desk, Form.blank(HeatWarningInput(), options=_options(desk), given=_usual(desk)))


@pages.post("")
@at_desk
def note(desk: Desk) -> ResponseReturnValue:
    """It holds from now on."""
    form = Form.posted(HeatWarningInput(), options=_options(desk))
    form.check_offered("area_id")
    if form.is_valid and form.loaded["until_on"] < local(desk.now).date():
        form.refuse(_("这些天已经过去了"), at="until_on")
    if form.has_errors:
        return _page(desk, form)
    warning = actions.warn_of_heat(desk.db, **form.loaded, now=desk.now, account_id=desk.account_id)
    said = _("{warning}记下了，以后排班照着办；已经排好的人不动，对谁太热就发消息告诉谁。", warning=_called(warning))
    notices.offer_undo(said, address=url_for("heat_warnings.withdraw", warning_id=warning.id))
    return page.see_other(url_for("heat_warnings.index"))


@pages.post("/<int:warning_id>/withdraw")
@at_desk
def withdraw(desk: Desk, warning_id: int) -> ResponseReturnValue:
    """It does not hold any more."""
    warning = _changed(desk, warning_id, actions.withdraw_heat_warning)
    notices.offer_undo(
        _("{warning}收回了。", warning=_called(warning)),
        address=url_for("heat_warnings.restore", warning_id=warning.id),
    )
    return page.see_other(url_for("heat_warnings.index"))


@pages.post("/<int:warning_id>/restore")
@at_desk
def restore(desk: Desk, warning_id: int) -> ResponseReturnValue:
    """It holds after all."""
    warning = _changed(desk, warning_id, actions.restore_heat_warning)
    notices.notify(_("{warning}又有效了。", warning=_called(warning)))
    return page.see_other(url_for("heat_warnings.index"))


def _changed(desk: Desk, warning_id: int, change: Callable[..., None]) -> HeatWarning:
    """Only what was noted in these areas: what the district noted is the district's to take back."""
    warning = found(queries.heat_warning_in_scope(desk.db, warning_id, scope_ids=desk.scope_ids))
    change(desk.db, warning, now=desk.now, account_id=desk.account_id)
    notices.withdraw_undo()
    return warning


def _called(warning: HeatWarning) -> str:
    return str(words.HEAT_WARNINGS[HeatLevel(warning.level)])


def _page(desk: Desk, form: Form) -> Response:
    held = queries.heat_warnings(desk.db, scope_ids=desk.scope_ids, from_on=local(desk.now).date())
    return page.render(
        "heat_warnings/index.html",
        title=_("高温预警"),
        form=form,
        held=[(warning, area, set(area.lineage) & set(desk.scope_ids)) for warning, area in held],
        hot_shifts=hot_shifts(desk.db, scope_ids=desk.scope_ids, now=desk.now),
    )


def _options(desk: Desk) -> dict[str, list[Option]]:
    return {"area_id": choices.areas_of_kind(desk, GOVERNED)}


def _usual(desk: Desk) -> dict[str, object]:
    """Today, and here."""
    today = local(desk.now).date()
    return {"area_id": desk.scope_ids[0], "level": HeatLevel.YELLOW, "from_on": today, "until_on": today}
