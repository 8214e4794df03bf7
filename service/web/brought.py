"""What another activity takes over besides words, roles and dates, and what it never does: in words."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.duties.rules import Belongings, CoHostKept, CompanyKept, RouteKept
from service.language import Lazy, _
from service.partners.models import Partner
from service.teams.models import Team
from service.wording import listed

#: Said wherever something is made from something else.
NOT_BROUGHT = Lazy("不带过去的：报了名、排了班、候备、轮值的人，课程和学员，关注的人。")


def lines(db: Session, belongings: Belongings) -> Iterator[tuple[str, str]]:
    """(what, in words) of all that belongs to an activity."""
    if "route" in belongings:
        yield _("巡查路线"), _route(belongings["route"])
    if "ladder" in belongings:
        yield _("找人的次序"), _("自己定的{n}步", n=len(belongings["ladder"]))
    if "findings" in belongings:
        to = belongings["findings"]["to_id"]
        yield _("看到的带到哪里"), _("自己的下一班") if to is None else db.get_one(Activity, to).title
    if hosts := belongings.get("co_hosts"):
        yield _("和谁合办"), listed([_co_host(db, one) for one in hosts])
    if "company" in belongings:
        yield _("怎么搭配"), listed(list(_company(belongings["company"])))


def _company(kept: CompanyKept) -> Iterator[str]:
    if kept["children"]:
        yield _("{n}个孩子", n=kept["children"])
    if kept["pairs_newcomers"]:
        yield _("新来的要有人带")
    if kept["held_together"]:
        yield _("几个岗位要齐才办")
    if kept["most_faces"]:
        yield _("最多见{n}张面孔", n=kept["most_faces"])


def _route(kept: RouteKept) -> str:
    said = _("{n}处", n=len(kept["stops"]))
    return _("{all}，一趟查{n}处", all=said, n=kept["at_once"]) if kept["at_once"] else said


def _co_host(db: Session, kept: CoHostKept) -> str:
    """Its name. One of the two ids is there."""
    if kept["team_id"] is not None:
        return db.get_one(Team, kept["team_id"]).name
    return db.get_one(Partner, kept["partner_id"]).name
