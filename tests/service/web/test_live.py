"""Parts that stay fresh: told whole when they are another, else 304; nothing committed meanwhile is missed."""

from __future__ import annotations

from datetime import date, time
from urllib.parse import unquote

import pytest

from service.activities.models import Activity, Shift
from service.activities.rules import once
from service.db import transaction
from service.matching import actions as matching
from service.places.models import Area
from service.roster import actions as roster
from service.terms import Mode
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")

TAG = 'data-tag="'


class Follower:
    """A script that follows one part of a page that she has open."""

    def __init__(self, her: Person, page: str, part: str) -> None:
        self.her, self.part = her, part
        self.tag = her.open(page).partition(TAG)[2].partition('"')[0]

    def ask(self) -> int:
        """Ask once more; what was told."""
        answer = self.her.client.get(self.part, headers={"If-None-Match": f'"{self.tag}"'})
        self.told = answer.text
        self.tag = answer.headers["ETag"].strip('"') if "ETag" in answer.headers else self.tag
        self.clock = unquote(answer.headers.get("Lunzhi-Clock", ""))
        return answer.status_code


@pytest.fixture
def clinic() -> tuple[Person, Area, Activity, Shift]:
    her, area = desks.coordinator()
    plan = once(date(2026, 11, 24), starts=time(9), ends=time(11))
    activity, [shift] = desks.published(area, title="社区义诊", plans=[plan], mode=Mode.ROTA)
    return her, area, activity, shift


def board(clinic: tuple[Person, Area, Activity, Shift]) -> Follower:
    her, _area, activity, _shift = clinic
    address = f"/co/activities/{activity.id}"
    return Follower(her, address, f"{address}/week?on=2026-11-24")


def test_nothing_is_told_while_nothing_is_new_and_then_what_is(clinic: tuple[Person, Area, Activity, Shift]) -> None:
    follower = board(clinic)
    assert (follower.ask(), follower.told, follower.clock) == (304, "", "11月23日（星期一）上午10:00")
    with transaction() as session:
        place = desks.offered(session, clinic[1], clinic[3], "李大雪")
    assert follower.ask() == 200
    assert 'data-says="李大雪，等回复"' in follower.told
    assert "<html" not in follower.told
    assert follower.ask() == 304

    with transaction() as session:
        roster.accept(session, assignment_id=place.id, now=NOW)
    assert follower.ask() == 200
    assert 'data-says="李大雪，已确认"' in follower.told


def test_what_happens_elsewhere_is_no_news(clinic: tuple[Person, Area, Activity, Shift]) -> None:
    follower = board(clinic)
    before = follower.tag
    with transaction() as session:
        factories.community(session, "青云里社区")
    assert follower.ask() == 304, "drawn anew, and the same"
    assert follower.tag != before


def test_what_an_older_transaction_commits_after_a_newer_one_is_not_missed(
    clinic: tuple[Person, Area, Activity, Shift],
) -> None:
    """It has the lower ids: whoever asked for the newest id would never hear of it."""
    follower = board(clinic)
    with transaction() as slow:
        desks.offered(slow, clinic[1], clinic[3], "李大雪")
        slow.flush()
        with transaction() as quick:
            factories.community(quick, "青云里社区")
        assert follower.ask() == 304
    assert follower.ask() == 200
    assert "李大雪" in follower.told


def test_it_takes_no_notice_away_from_the_page(clinic: tuple[Person, Area, Activity, Shift]) -> None:
    her, area, activity, shift = clinic
    with transaction() as session:
        person = factories.volunteer(session, area, "王小满")
        role = factories.only_role(session, shift)
    follower = board(clinic)
    her.open(f"/co/roles/{role.id}/people?q=王小满")
    token = her.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {"csrf_token": token, "volunteer_id": str(person.id)}
    assert her.client.post(f"/co/roles/{role.id}/people", data=typed).status_code == 303
    assert follower.ask() == 200
    assert "撤销" not in follower.told
    assert "王小满草拟上了" in her.open(f"/co/activities/{activity.id}")


def test_the_desk_too(clinic: tuple[Person, Area, Activity, Shift]) -> None:
    follower = Follower(clinic[0], "/co", "/co/now")
    assert follower.ask() == 304
    with transaction() as session:
        desks.offered(session, clinic[1], clinic[3], "李大雪")
    assert follower.ask() == 200
    assert "等回复：1人" in follower.told


def test_a_run_is_followed_until_it_is_over(clinic: tuple[Person, Area, Activity, Shift]) -> None:
    her, area, activity, shift = clinic
    with transaction() as session:
        desks.signed_up(session, area, shift, "王小满")
        window = {"from_at": NOW, "until_at": shift.ends_at}
        run = matching.request(session, activity_ids=[activity.id], **window, account_id=None, now=NOW)
    page = f"/co/match/{run.id}"
    follower = Follower(her, page, f"{page}/progress")
    assert '<noscript><meta http-equiv="refresh"' in her.text
    assert follower.ask() == 304
    with transaction() as session:
        matching.solve(session, match_run_id=run.id, now=NOW)
    assert follower.ask() == 205
    assert "noscript" not in her.open(page)
