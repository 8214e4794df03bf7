"""What honoured wishes are worth in a community. For those who coordinate all of it."""

from __future__ import annotations

from typing import Any

from schemas.matching import WeightsInput, WeightsShown
from service.language import _
from service.matching.problem import Weights
from service.matching.weighing import LeastAboveDearest, choose, weights_of
from service.places.models import Area
from service.places.queries import in_scope
from service.terms import AreaKind, Role
from service.web.api.door import Call, found
from service.web.api.problems import NotFound, invalid
from service.web.api.resource import Resource

weights = Resource("weights", url_prefix="/areas", description="志愿怎么算分，按社区定。")


@weights.operation("GET", "/<id:area_id>/weights", gives=WeightsShown())
def show_weights(call: Call, *, area_id: int) -> Any:
    """As plans made from now on count."""
    return weights_of(call.session, _community(call, area_id))


@weights.operation("PUT", "/<id:area_id>/weights", takes=WeightsInput(), gives=WeightsShown())
def choose_weights(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Plans made from now on count so; those that are made keep theirs."""
    community = _community(call, area_id)
    try:
        choose(call.session, community, Weights(**body), account_id=call.actor.account_id, now=call.now)
    except LeastAboveDearest:
        raise invalid(least=[_("不能比第一志愿的分多")]) from None
    return weights_of(call.session, community)


def _community(call: Call, area_id: int) -> Area:
    call.needs(Role.COORDINATOR)
    area: Area = found(in_scope(call.session, area_id, scope_ids=call.scope_ids))
    if area.kind != AreaKind.COMMUNITY:
        raise NotFound
    return area
