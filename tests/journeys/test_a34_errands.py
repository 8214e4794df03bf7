"""A34 代买代取 (建设路社区, 邻里守望队: 为行动不便的老人买菜买药): medicine for who cannot leave home.

He telephones at nine, and the coordinator types it as an errand; the neighbours of the team are asked, the first yes
goes. What he is called and where he lives is told by the coordinator and by nobody else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.accounts.models import Account, RoleGrant
from service.backfill.models import Backfill, Invitation
from service.db import transaction
from service.notifications.models import Notification
from service.places.models import Area
from service.secrets import unseal
from service.teams.models import Membership, Team
from service.terms import BackfillState, NotificationKind, NotificationState
from service.volunteers.models import Volunteer
from tests.journeys.town import Town

pytestmark = pytest.mark.need(
    "A34", missing="the request as a row of its own, its household sealed, a look back whether it arrived"
)

COMMUNITY, TEAM = "建设路社区", "邻里守望队"
#: Wednesday, nine in the morning.
NINE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def desk_of(town: Town) -> str:
    """The number of the community's coordinator."""
    with transaction() as session:
        sealed = session.scalars(
            select(Account.phone_sealed)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .join(Area, Area.id == RoleGrant.area_id)
            .where(Area.name == COMMUNITY)
        ).one()
        return unseal(sealed).removeprefix("+86")


def members() -> dict[int, str | None]:
    """People of the team: volunteer id → number, if any."""
    with transaction() as session:
        rows = session.execute(
            select(Volunteer.id, Volunteer.phone_sealed)
            .join(Membership, Membership.volunteer_id == Volunteer.id)
            .join(Team, Team.id == Membership.team_id)
            .where(Team.name == TEAM)
        )
        return {one: unseal(sealed).removeprefix("+86") if sealed else None for one, sealed in rows}


def errand(town: Town, phone: str, **changes: Any) -> Any:
    """What the coordinator types, published; its one shift."""
    desk = town.api(phone)
    team = next(team for team in desk.items("teams") if team["name"] == TEAM)
    body = {
        "area_id": team["area_id"],
        "team_id": team["id"],
        "title": "代取药",
        "summary": "帮行动不便的邻居到卫生服务站取药，送到门口。住处由社区电话告诉您。",
        "mode": "call_out",
        "contact_name": "社区值班",
        "contact_phone": "0371 6435 0000",
        "roles": [{"name": "跑腿", "min_needed": 1, "max_needed": 1}],
        "dates": [{"on": "2026-11-25", "starts": "10:30", "ends": "12:00"}],
        **changes,
    }
    made = desk.send("POST", "activities", body)
    desk.send("PUT", f"activities/{made['id']}/publication", expect=200)
    town.settle()
    return desk.items("shifts", activity_id=made["id"])[0]


def asked(shift: Any) -> dict[int, str]:
    """Who was asked to run it, and in which words."""
    with transaction() as session:
        rows = session.execute(
            select(Invitation.volunteer_id, Notification.text)
            .join(Backfill, Backfill.id == Invitation.backfill_id)
            .join(Notification, Notification.volunteer_id == Invitation.volunteer_id)
            .where(Backfill.shift_role_id == shift["roles"][0]["id"])
            .where(Notification.kind == NotificationKind.SUBSTITUTE_WANTED)
            .where(Notification.state == NotificationState.SENT)
        )
        return {volunteer_id: text or "" for volunteer_id, text in rows}


@pytest.fixture(scope="module")
def run(town: Town) -> tuple[str, Any]:
    town.turn_to(NINE)
    phone = desk_of(town)
    return phone, errand(town, phone)


def test_neighbours_of_the_team_are_asked_at_once_and_in_full_words(run: tuple[str, Any]) -> None:
    _, shift = run
    words = asked(shift)
    assert words, "asked within the same minute"
    assert set(words) <= set(members())
    for text in words.values():
        assert "有件急事，还缺1人" in text
        assert "代取药（跑腿），11月25日（星期三）上午10:30—中午12:00" in text


def test_nobody_reads_who_the_old_man_is_or_where_he_lives(town: Town, run: tuple[str, Any]) -> None:
    _, shift = run
    page = town.browser("13900000021").open(f"/a/{shift['activity_id']}")
    for text in (page, *asked(shift).values()):
        assert "取药" in text
        assert "号楼" not in text


def test_the_first_yes_goes_and_nobody_else_is_asked(town: Town, run: tuple[str, Any]) -> None:
    phone, shift = run
    known = members()
    runner = next(number for one, number in known.items() if one in asked(shift) and number)
    mine = town.api(runner).items("invitations", mine="true", state="asked")
    [invitation] = [one for one in mine if one["shift_id"] == shift["id"]]
    town.api(runner).send("POST", f"invitations/{invitation['id']}/answers", {"reply": "accept"})
    before = set(asked(shift))
    for _ in range(4):
        town.turn_to(town.now() + timedelta(minutes=6))
    assert set(asked(shift)) == before
    [search] = town.api(phone).items("backfills", shift_id=shift["id"])
    assert search["state"] == BackfillState.FILLED
    assert [place["state"] for place in town.api(phone).items("assignments", shift_id=shift["id"])] == ["confirmed"]


def test_who_cannot_go_after_all_is_replaced_by_the_next(town: Town, run: tuple[str, Any]) -> None:
    phone, shift = run
    [place] = town.api(phone).items("assignments", shift_id=shift["id"], state="confirmed")
    before = set(asked(shift))
    town.api(phone).send("POST", f"assignments/{place['id']}/answers", {"reply": "decline", "reason": "车坏了"})
    town.settle()
    town.turn_to(town.now() + timedelta(minutes=3))
    town.turn_to(town.now() + timedelta(seconds=30))
    searches = town.api(phone).items("backfills", shift_id=shift["id"])
    assert len(searches) == 2
    assert place["volunteer_id"] not in set(asked(shift)) - before
