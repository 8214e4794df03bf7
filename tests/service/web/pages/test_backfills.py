"""The search as a coordinator sees it: its ladder and timers, and what she does about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import clock
from service.activities.models import Activity
from service.backfill import actions as backfill
from service.backfill.models import Backfill, Invitation
from service.backfill.rules import LADDER, RungPlan
from service.db import transaction
from service.roster.models import Assignment
from service.terms import AssignmentState, BackfillState, Channel, InvitationState, Rung
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW
from tests.ledger import audited
from tests.outbox import drain
from tests.service.backfill.lane import Lane

pytestmark = pytest.mark.usefixtures("at_now")


#: A page with a form, for its token.
A_FORM = "/co/proxy/new"


@dataclass
class Sought:
    """A search two minutes old: two substitutes were asked, a member of the team waits behind them."""

    she: Person
    backfill_id: int
    role_id: int
    invitation_ids: list[int]
    shift_id: int

    @property
    def path(self) -> str:
        return f"/co/backfills/{self.backfill_id}"

    def search(self) -> Backfill:
        with transaction() as session:
            return session.get_one(Backfill, self.backfill_id)

    def asked(self) -> list[Rung]:
        with transaction() as session:
            rungs = select(Invitation.rung).where(Invitation.backfill_id == self.backfill_id)
            return list(session.scalars(rungs.order_by(Invitation.id)))


@pytest.fixture
def sought(at_now: object) -> Sought:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1), now=NOW - timedelta(minutes=2), details={"title": "社区义诊"})
        people = [lane.substitute("李候补"), lane.substitute("赵候补")]
        lane.member("吴队员")
        [signup] = lane.filled(factories.volunteer(session, lane.area, "陈退出"))
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        she = desks.seated(factories.coordinator(session, lane.area))
        invitations = [lane.invitation(person).id for person in people]
        return Sought(she, lane.search().id, lane.role.id, invitations, lane.shift.id)


def test_nothing_sought_says_so_and_leads_to_the_gaps() -> None:
    she, _area = desks.coordinator()
    assert "现在没有在找人。" in she.open("/co/backfills")
    assert "/co/gaps" in she.text


def test_the_ladder_is_shown_with_its_timers(sought: Sought) -> None:
    text = sought.she.open(sought.path)
    for words in (
        "还缺1人",
        "有人来不了，上午9:58开始找。",
        "问了2人：答应0人，来不了0人，等回复2人。",
        "没有人可问",
        "问了，等到上午10:20",
        "还没轮到",
        "李候补",
        "赵候补",
    ):
        assert words in text, words
    assert "吴队员" not in text
    assert "社区义诊" in sought.she.open("/co/backfills")


def test_it_is_among_what_waits_for_her(sought: Sought) -> None:
    assert "正在找人：1处" in sought.she.open("/co")


def test_skipping_turns_to_the_next_rung_once(sought: Sought) -> None:
    sought.she.open(sought.path)
    assert "不等了，往下找。" in sought.she.send(f"{sought.path}/skip", position="1")
    assert sought.asked() == [Rung.SUBSTITUTES, Rung.SUBSTITUTES, Rung.TEAM]
    sought.she.send(f"{sought.path}/skip", position="1")
    assert sought.search().position == 2, "the same press twice skips one rung"


def test_stopping_ends_it_and_it_can_be_taken_up_again(sought: Sought) -> None:
    sought.she.open(sought.path)
    assert "停了，不再问别人。" in sought.she.send(f"{sought.path}/stop")
    assert sought.search().state == BackfillState.STOPPED
    assert "接着找人" in sought.she.text
    assert "开始找人了" in sought.she.send("/co/backfills", shift_role_id=str(sought.role_id))
    assert sought.she.path != sought.path


@pytest.mark.parametrize("what", ["skip", "stop"])
def test_what_is_over_is_neither_skipped_nor_stopped(sought: Sought, what: str) -> None:
    sought.she.open(sought.path)
    with transaction() as session:
        backfill.stop(session, backfill_id=sought.backfill_id, account_id=1, now=NOW)
    assert "已经不在找了" in sought.she.send(f"{sought.path}/{what}", position="1")
    assert sought.she.status == 409


def test_her_yes_on_the_telephone_is_written_down(sought: Sought) -> None:
    sought.she.open(sought.path)
    text = sought.she.send(f"/co/backfills/invitations/{sought.invitation_ids[0]}/answer", reply="accept")
    assert "记下了：李候补来顶班。" in text
    assert "（代记）" in text
    with transaction() as session:
        answered = session.get_one(Invitation, sought.invitation_ids[0])
        place = session.get_one(Assignment, answered.assignment_id)
        assert (answered.state, place.state) == (InvitationState.ACCEPTED, AssignmentState.CONFIRMED)
        assert answered.answered_by == place.answered_by
        assert answered.answered_by is not None
    drain()
    assert "找到了" in sought.she.open(sought.path)
    sought.she.open(A_FORM)
    late = sought.she.send(f"/co/backfills/invitations/{sought.invitation_ids[1]}/answer", reply="accept")
    assert "刚刚已经有人顶上了，这次不用赵候补来" in late


def test_her_no_on_the_telephone_is_written_down(sought: Sought) -> None:
    sought.she.open(sought.path)
    text = sought.she.send(f"/co/backfills/invitations/{sought.invitation_ids[0]}/answer", reply="decline")
    assert "记下了：李候补来不了。" in text
    assert "来不了1人" in text


def test_an_answer_that_is_none_and_one_that_cannot_be_change_nothing(sought: Sought) -> None:
    sought.she.open(sought.path)
    path = f"/co/backfills/invitations/{sought.invitation_ids[0]}/answer"
    assert "请选“能来”或者“来不了”。" in sought.she.send(path)
    assert sought.she.status == 422
    sought.she.send(path, reply="accept")
    assert "没有改成" in sought.she.send(path, reply="decline")
    assert sought.she.status == 409


def test_a_coordinator_seeks_where_people_are_missing_and_it_begins_at_once(sought: Sought) -> None:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=9), details={"title": "还早的班"})
        role_id = lane.role.id
    assert "找人顶班" in sought.she.open("/co/gaps")
    sought.she.send("/co/backfills", shift_role_id=str(role_id))
    assert "协调员要找人" in sought.she.text
    with transaction() as session:
        search = session.scalars(select(Backfill).where(Backfill.shift_role_id == role_id)).one()
        assert search.next_at is not None
        assert search.next_at <= clock.now(session)
    assert "正在找人顶班" in sought.she.open("/co/gaps")


def test_where_nobody_is_missing_nothing_begins(sought: Sought) -> None:
    sought.she.open(sought.path)
    sought.she.send(f"/co/backfills/invitations/{sought.invitation_ids[0]}/answer", reply="accept")
    drain()
    assert "没有开始找" in sought.she.send("/co/backfills", shift_role_id=str(sought.role_id))


def test_every_step_of_hers_is_audited(sought: Sought) -> None:
    sought.she.open(sought.path)
    sought.she.send(f"{sought.path}/skip", position="1")
    sought.she.send(f"{sought.path}/stop")
    sought.she.send("/co/backfills", shift_role_id=str(sought.role_id))
    with transaction() as session:
        verbs = [verb for verb, kind, _id, account in audited(session) if kind == "backfill" and account]
    assert verbs == ["skipped_rung", "stopped", "sought"]


FORBIDDEN = (
    ("GET", "{path}"),
    ("POST", "{path}/skip"),
    ("POST", "{path}/stop"),
    ("POST", "/co/backfills/invitations/{invitation}/answer"),
    ("POST", "/co/backfills"),
)


@pytest.mark.parametrize(("method", "address"), FORBIDDEN)
def test_for_the_coordinator_of_another_community_it_does_not_exist(sought: Sought, method: str, address: str) -> None:
    other, _area = desks.coordinator("杜甫路社区")
    other.open("/co/backfills")
    assert "社区义诊" not in other.text
    other.open(A_FORM)
    path = address.format(path=sought.path, invitation=sought.invitation_ids[0])
    if method == "GET":
        other.open(path)
    else:
        other.send(path, position="1", reply="accept", shift_role_id=str(sought.role_id))
    assert other.status == 404
    assert sought.search().state == BackfillState.CLIMBING
    assert sought.search().position == 1


@pytest.mark.parametrize(("method", "address"), FORBIDDEN)
def test_volunteers_are_not_let_in(sought: Sought, method: str, address: str) -> None:
    nobody = desks.volunteer_account()
    path = address.format(path=sought.path, invitation=sought.invitation_ids[0])
    nobody.open("/me")
    if method == "GET":
        nobody.open(path)
    else:
        nobody.send(path, position="1", reply="accept", shift_role_id=str(sought.role_id))
    assert nobody.status == 403
    assert sought.search().position == 1


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 40])
def test_broken_numbers_find_nothing(sought: Sought, typed: str) -> None:
    sought.she.open(sought.path)
    sought.she.send("/co/backfills", shift_role_id=typed)
    assert sought.she.status == 404


# --- the ladder of an activity ---


@pytest.fixture
def ladder(at_now: object) -> tuple[Person, int, str]:
    """(a coordinator, the id of an activity of hers, where its ladder is)."""
    she, area = desks.coordinator()
    made, _shifts = desks.published(area)
    return she, made.id, f"/co/activities/{made.id}/ladder"


#: The usual ladder without the neighbours, who are not used, and with substitutes who are telephoned.
TYPED = {
    "waitlist_used": "true", "waitlist_wait": "10", "waitlist_at_once": "3", "waitlist_wakes": "true",
    "stand_by_wait": "10", "stand_by_at_once": "2",
    "substitutes_used": "true", "substitutes_wait": "45", "substitutes_at_once": "2",
    "substitutes_channel": "call_list",
    "team_used": "true", "team_wait": "30", "team_at_once": "5", "team_wakes": "true",
    "neighbours_wait": "30", "neighbours_at_once": "5",
    "calls_used": "true",
}  # fmt: skip


def test_an_activity_has_the_usual_ladder_until_its_coordinator_wants_another(ladder: tuple[Person, int, str]) -> None:
    she, activity_id, path = ladder
    text = she.open(path)
    assert "一般的次序" in text
    assert "改回一般的次序" not in text
    assert "改好了，以后找人就照这个次序。" in she.send(path, **TYPED, version="0")
    with transaction() as session:
        plans = backfill.ladder_of(session, activity_id)
    assert [plan.rung for plan in plans] == [Rung.WAITLIST, Rung.SUBSTITUTES, Rung.TEAM, Rung.CALLS]
    assert (plans[1].wait, plans[1].at_once, plans[1].wakes, plans[1].channel) == (45, 2, False, Channel.CALL_LIST)
    assert "这个活动自己的次序" in she.open(path)
    assert "改回了一般的次序。" in she.send(f"{path}/usual")
    with transaction() as session:
        assert backfill.ladder_of(session, activity_id) == LADDER
        assert [verb for verb, kind, *_rest in audited(session) if kind == "activity"][-2:] == [
            "set_ladder",
            "reset_ladder",
        ]


def test_a_search_follows_the_ladder_of_its_activity(at_now: object) -> None:
    with transaction() as session:
        lane = Lane(session, NOW + timedelta(days=1), now=NOW - timedelta(minutes=2))
        plans = [RungPlan(rung=Rung.TEAM, wait=90, at_once=1)]
        activity = lane.row().Activity
        backfill.set_ladder(session, activity, plans=plans, account_id=1, now=NOW)
        lane.substitute("李候补")
        lane.member("吴队员")
        [signup] = lane.filled(factories.volunteer(session, lane.area, "陈退出"))
        lane.drop_out(signup)
        lane.pass_time(minutes=2)
        assert lane.asked() == {"李候补": InvitationState.ASKED}, "one at a time, substitutes among the team"
        assert [plan.rung for plan in lane.search().plans] == [Rung.TEAM]
        lane.pass_time(minutes=90)
        assert list(lane.asked()) == ["李候补", "吴队员"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({name: "" for name in TYPED if name.endswith("_used")}, "至少要留一步"),
        ({"team_wait": "0"}, "要在1到1440之间"),
        ({"team_channel": "wecom"}, "请从列出的选一项"),
        ({"team_at_once": "99"}, "要在1到20之间"),
        ({"team_wait": ""}, "请填写等几分钟"),
    ],
)
def test_a_ladder_that_cannot_be_says_why(ladder: tuple[Person, int, str], typed: dict[str, str], said: str) -> None:
    she, activity_id, path = ladder
    she.open(path)
    assert said in she.send(path, **TYPED | typed, version="0")
    with transaction() as session:
        assert backfill.ladder_of(session, activity_id) == LADDER


def test_two_who_change_a_ladder_see_each_other(ladder: tuple[Person, int, str]) -> None:
    she, activity_id, path = ladder
    she.open(path)
    with transaction() as session:
        activity = session.get_one(Activity, activity_id)
        backfill.set_ladder(session, activity, plans=LADDER[:2], account_id=2, now=NOW)
    text = she.send(path, **TYPED, version="0")
    assert (she.status, "别人刚刚改过" in text) == (409, True)
    with transaction() as session:
        assert backfill.ladder_of(session, activity_id) == LADDER[:2]
