"""/co/areas/<id>/weights: what honoured wishes are worth in a community."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from schemas.matching import WeightsInput
from service.language import _
from service.matching.problem import Weights
from service.matching.weighing import LeastAboveDearest, choose, weights_of
from service.places.models import Area
from service.web import notices, page
from service.web.desk import Desk, at_desk, whole_community
from service.web.forms import Form

pages = Blueprint("weights", __name__, url_prefix="/co/areas/<int:area_id>/weights")
#: So many wishes are told of as an example.
TOLD = 5


@pages.get("")
@at_desk
def show(desk: Desk, area_id: int) -> Response:
    """As they are, to be changed."""
    community = whole_community(desk, area_id)
    return _page(desk, community, Form.blank(WeightsInput(), given=weights_of(desk.db, community)))


@pages.post("")
@at_desk
def change(desk: Desk, area_id: int) -> ResponseReturnValue:
    """Plans made from now on count so."""
    community, form = whole_community(desk, area_id), Form.posted(WeightsInput())
    if form.is_valid:
        try:
            choose(desk.db, community, Weights(**form.loaded), account_id=desk.account_id, now=desk.now)
        except LeastAboveDearest:
            form.refuse(_("不能比第一志愿的分多"), at="least")
    if form.has_errors:
        return _page(desk, community, form)
    notices.notify(_("存好了，以后排的班照这个算；已经排好的不动。"))
    return page.see_other(url_for("weights.show", area_id=community.id))


def _page(desk: Desk, community: Area, form: Form) -> Response:
    now = weights_of(desk.db, community)
    return page.render(
        "matching/weights.html",
        title=_("志愿怎么算分"),
        form=form,
        community=community,
        points=[max(now.least, now.dearest - now.step * n) for n in range(TOLD)],
    )
