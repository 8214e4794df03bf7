"""What a community calls itself, in which colour, under which mark. For its administrators."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any

from schemas.brands import BrandGiven, BrandShown
from service.brands import actions, queries
from service.brands.actions import BrandRefused
from service.brands.models import Brand
from service.brands.rules import MarkRefused
from service.web import words
from service.web.api.door import Call, found
from service.web.api.places import administered
from service.web.api.problems import invalid
from service.web.api.resource import Resource

brands = Resource("brands", url_prefix="/areas", description="社区的品牌：名称、颜色、标志。")


@brands.operation("GET", "/<id:area_id>/brand", gives=BrandShown())
def show_brand(call: Call, *, area_id: int) -> Any:
    """As the area chose it; 404 where it has none of its own."""
    return _shown(found(queries.own(call.session, administered(call, area_id).id)))


@brands.operation("PUT", "/<id:area_id>/brand", takes=BrandGiven(), gives=BrandShown())
def choose_brand(call: Call, *, area_id: int, body: dict[str, Any]) -> Any:
    """Shown so from now on, on pages and papers. Without `mark` the one there is stays; null takes it away."""
    area = administered(call, area_id)
    try:
        mark = b64decode(body["mark"].encode(), validate=True) if body.get("mark") else None
        kept = actions.choose(
            call.session,
            area,
            name=body["name"],
            accent=body["accent"],
            mark=mark,
            without_mark="mark" in body and mark is None,
            account_id=call.actor.account_id,
            now=call.now,
        )
    except NotBase64:
        raise invalid(mark=[words.brand_problem("not_png")]) from None
    except BrandRefused as refused:
        raise invalid(accent=[words.brand_problem(refused.problem)]) from None
    except MarkRefused as refused:
        raise invalid(mark=[words.brand_problem(refused.problem)]) from None
    return _shown(kept)


@brands.operation("DELETE", "/<id:area_id>/brand", status=204)
def give_up_brand(call: Call, *, area_id: int) -> Any:
    """Shown no more. Twice is harmless."""
    actions.give_up(call.session, administered(call, area_id), account_id=call.actor.account_id, now=call.now)


def _shown(kept: Brand) -> dict[str, Any]:
    mark = b64encode(kept.mark).decode() if kept.mark else None
    return {"name": kept.name, "accent": kept.accent, "mark": mark}
