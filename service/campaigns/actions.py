"""What can be done about campaigns: begin one, end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service import audit
from service.campaigns.models import Campaign, CampaignQuota, Indicator
from service.places.models import Area
from service.places.queries import subtree
from service.quotas import actions as quotas
from service.quotas.models import Quota
from service.terms import AreaKind


class NoCommunity(Exception):
    """There is no community in the area of which anything could be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPlan:
    """What is asked of each community, and how often."""

    title: str
    needed: int


def begin(
    session: Session,
    area: Area,
    *,
    title: str,
    from_on: date,
    until_on: date,
    indicators: Sequence[IndicatorPlan],
    account_id: int | None,
    now: datetime,
) -> Campaign:
    """Ask the same of each community of the area: each has a quota for each indicator from now on.

    The caller has checked the dates, and that no two indicators have one title. Raises NoCommunity.
    """
    communities = [one for one in subtree(session, area.id) if one.kind == AreaKind.COMMUNITY]
    if not communities:
        raise NoCommunity(f"area {area.id} has no community")
    campaign = Campaign(
        area_id=area.id, title=title, from_on=from_on, until_on=until_on, account_id=account_id, begun_at=now
    )
    session.add(campaign)
    session.flush()
    asked = [
        Indicator(campaign_id=campaign.id, title=plan.title, needed=plan.needed, position=position)
        for position, plan in enumerate(indicators)
    ]
    session.add_all(asked)
    session.flush()
    for indicator in asked:
        for community in communities:
            _ask(session, campaign, indicator, community, now=now)
    session.flush()
    audit.note_about(session, "began_campaign", campaign, account_id=account_id, now=now)
    return campaign


def _ask(session: Session, campaign: Campaign, indicator: Indicator, community: Area, *, now: datetime) -> None:
    quota = quotas.set_quota(
        session,
        area_id=community.id,
        title=f"{campaign.title}·{indicator.title}",
        needed=indicator.needed,
        from_on=campaign.from_on,
        until_on=campaign.until_on,
        account_id=campaign.account_id,
        now=now,
    )
    session.add(CampaignQuota(quota_id=quota.id, indicator_id=indicator.id))


def close(session: Session, campaign: Campaign, *, account_id: int | None, now: datetime) -> None:
    """It is over: its quotas alarm nobody any more, its table stays. Twice is harmless."""
    if campaign.closed_at is not None:
        return
    campaign.closed_at = now
    asked = (
        select(Quota)
        .join(CampaignQuota, CampaignQuota.quota_id == Quota.id)
        .join(Indicator, Indicator.id == CampaignQuota.indicator_id)
        .where(Indicator.campaign_id == campaign.id)
    )
    for quota in session.scalars(asked.order_by(Quota.id)):
        quotas.close(session, quota, account_id=account_id, now=now)
    session.flush()
    audit.note_about(session, "closed_campaign", campaign, account_id=account_id, now=now)
