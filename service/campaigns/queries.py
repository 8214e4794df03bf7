"""Named reads of campaigns: communities and indicators side by side. Never a person, and never a ranking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from service.calendars.rules import local
from service.campaigns.models import Campaign, CampaignQuota, Indicator
from service.places.models import Area
from service.places.queries import within
from service.quotas.models import Quota
from service.quotas.queries import progress_of
from service.quotas.rules import Progress
from service.terms import QuotaState


@dataclass(frozen=True, slots=True)
class Cell:
    """How one community stands in one indicator."""

    quota: Quota
    progress: Progress
    state: QuotaState

    @property
    def has_star(self) -> bool:
        """Whether it was held as often as was asked."""
        return self.state == QuotaState.MET


@dataclass(frozen=True, slots=True)
class Line:
    """One community, with a cell for each indicator in their order."""

    community: Area
    cells: list[Cell]

    @property
    def stars(self) -> int:
        """In how many indicators it has come so far as was asked."""
        return sum(cell.has_star for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A campaign at a glance. The communities stand in the order of the tree, whoever has how many stars."""

    campaign: Campaign
    indicators: Sequence[Indicator]
    lines: list[Line]


def _is_seen(scope_ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that a campaign is of these areas, or asks something of a community of theirs."""
    asks = (
        select(Indicator.campaign_id)
        .join(CampaignQuota, CampaignQuota.indicator_id == Indicator.id)
        .join(Quota, Quota.id == CampaignQuota.quota_id)
        .where(within(Quota.area_id, scope_ids))
    )
    return or_(within(Campaign.area_id, scope_ids), Campaign.id.in_(asks))


def listed(session: Session, *, scope_ids: Sequence[int]) -> Sequence[Campaign]:
    """All of these areas or asked of them, the latest first."""
    return session.scalars(
        select(Campaign).where(_is_seen(scope_ids)).order_by(Campaign.until_on.desc(), Campaign.id.desc())
    ).all()


def seen(session: Session, campaign_id: int, *, scope_ids: Sequence[int]) -> Campaign | None:
    """The campaign, if it is of one of the scopes or asks something of it."""
    return session.scalar(select(Campaign).where(Campaign.id == campaign_id, _is_seen(scope_ids)))


def in_scope(session: Session, campaign_id: int, *, scope_ids: Sequence[int]) -> Campaign | None:
    """The campaign, if its area belongs to one of the scopes: for who may end it."""
    return session.scalar(select(Campaign).where(Campaign.id == campaign_id, within(Campaign.area_id, scope_ids)))


def table(session: Session, campaign: Campaign, *, scope_ids: Sequence[int], now: datetime) -> Table:
    """How far each community has come in each indicator; of a community's own desk, its own line only."""
    indicators = session.scalars(
        select(Indicator).where(Indicator.campaign_id == campaign.id).order_by(Indicator.position)
    ).all()
    rows = session.execute(
        select(Area, Quota)
        .join(Quota, Quota.area_id == Area.id)
        .join(CampaignQuota, CampaignQuota.quota_id == Quota.id)
        .join(Indicator, Indicator.id == CampaignQuota.indicator_id)
        .where(Indicator.campaign_id == campaign.id, within(Quota.area_id, scope_ids))
        .order_by(Area.lineage, Indicator.position)
    ).all()
    progress = progress_of(session, [quota for _area, quota in rows], now=now)
    today = local(now).date()
    cells: dict[Area, list[Cell]] = defaultdict(list)
    for area, quota in rows:
        come = progress[quota.id]
        cells[area].append(Cell(quota, come, come.state(today)))
    return Table(campaign, indicators, [Line(area, found) for area, found in cells.items()])
