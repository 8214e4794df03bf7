"""What can be done about what belongs to an activity: lay it on another, take it off again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.activities.actions import ActivityRefused
from service.activities.models import Activity, ActivityRole, Occurrence, RiskText, Series
from service.backfill import actions as backfill
from service.backfill.models import Ladder
from service.backfill.rules import as_plan
from service.company import actions as company
from service.company.models import CompanyRule
from service.company.rules import Rule
from service.duties.rules import Belongings, CarryingKept, CoHostKept, RouteKept
from service.findings import actions as findings
from service.findings.models import Carrying
from service.partners import actions as partners
from service.partners import queries as co_hosting
from service.partners.models import CoHost
from service.routes import actions as routes
from service.routes.models import Route, RouteStop
from service.routes.queries import people_needed
from service.routes.rules import LEAST_PEOPLE, StopPlan
from service.terms import ActivityState


def lay(session: Session, draft: Activity, *, belongings: Belongings, account_id: int | None, now: datetime) -> None:
    """Give a draft what belonged to the activity it was made from.

    What cannot be any more is passed over: a co-host that is none now, or for whose roles there is no such name; an
    activity called off, to which findings went. Raises ActivityRefused where its roles would let somebody walk alone.
    """
    if "findings" in belongings:
        _carry(session, draft, belongings["findings"], account_id=account_id, now=now)
    if "route" in belongings:
        _walk(session, draft, belongings["route"], account_id=account_id, now=now)
    if "ladder" in belongings:
        plans = [as_plan(row) for row in belongings["ladder"]]
        backfill.set_ladder(session, draft, plans=plans, account_id=account_id, now=now)
    if "company" in belongings:
        company.ask(session, draft, rule=Rule(**belongings["company"]), account_id=account_id, now=now)
    _share(session, draft, belongings.get("co_hosts", []), account_id=account_id, now=now)


def keep_roles(session: Session, draft: Activity, *, before: Belongings) -> None:
    """After a draft was written anew its co-hosts provide people for the roles of the same names as before.

    Raises ActivityRefused where its roles would let somebody walk alone.
    """
    if "route" in before and people_needed(session, draft.id) < LEAST_PEOPLE:
        raise ActivityRefused({"roles": ["walks_alone"]})
    by_name = {role.name: role.id for role in draft.roles}
    named = {(one["team_id"], one["partner_id"]): one["roles"] for one in before.get("co_hosts", ())}
    for co_host, _name in co_hosting.co_hosts(session, [draft.id]):
        names = named.get((co_host.team_id, co_host.partner_id), ())
        partners.provide(session, co_host, role_ids=[by_name[name] for name in names if name in by_name])


def take_off(session: Session, draft: Activity) -> None:
    """Nothing belongs to the draft any more, as before it is deleted. Nobody walked its route yet."""
    route_ids = select(Route.id).where(Route.activity_id == draft.id)
    session.execute(delete(RouteStop).where(RouteStop.route_id.in_(route_ids)))
    for part in (Route, Ladder, Carrying, CoHost, CompanyRule):
        session.execute(delete(part).where(part.activity_id == draft.id))


def delete_draft(session: Session, draft: Activity) -> bool:
    """Take a draft away with all that belongs to it; False where something else holds it by now."""
    try:
        with session.begin_nested():
            take_off(session, draft)
            for part in (ActivityRole, Occurrence, Series, RiskText):
                session.execute(delete(part).where(part.activity_id == draft.id))
            session.execute(delete(Activity).where(Activity.id == draft.id))
    except IntegrityError:
        return False
    session.expunge(draft)
    return True


def _carry(session: Session, draft: Activity, kept: CarryingKept, *, account_id: int | None, now: datetime) -> None:
    to = draft if kept["to_id"] is None else session.get_one(Activity, kept["to_id"])
    if to.state != ActivityState.CANCELLED:
        findings.carry(session, draft, to=to, within_days=kept["within_days"], account_id=account_id, now=now)


def _walk(session: Session, draft: Activity, kept: RouteKept, *, account_id: int | None, now: datetime) -> None:
    stops = [StopPlan(place_id=one["place_id"], name=one["name"], checks=tuple(one["checks"])) for one in kept["stops"]]
    try:
        routes.lay_route(
            session,
            draft,
            stops=stops,
            at_once=kept["at_once"],
            within_days=kept["within_days"],
            account_id=account_id,
            now=now,
        )
    except routes.RouteRefused:
        raise ActivityRefused({"roles": ["walks_alone"]}) from None


def _share(session: Session, draft: Activity, kept: list[CoHostKept], *, account_id: int | None, now: datetime) -> None:
    if not kept:
        return
    teams, organisations = co_hosting.can_co_host(session, draft)
    can = {(one.id, None) for one in teams} | {(None, one.id) for one in organisations}
    for one in kept:
        role_ids = [role.id for role in draft.roles if role.name in one["roles"]]
        if role_ids and (one["team_id"], one["partner_id"]) in can:
            partners.share(
                session,
                draft,
                team_id=one["team_id"],
                partner_id=one["partner_id"],
                role_ids=role_ids,
                account_id=account_id,
                now=now,
                is_asked=False,
            )
