"""Messages on paper: planned, on the list of slips, printed by somebody; nobody without a screen is forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service.audit import AuditEntry
from service.db import transaction
from service.notifications import habits, sending, slips
from service.notifications.channels import slip as channel_of_slips
from service.notifications.fates import fates
from service.notifications.habits import Owner
from service.notifications.models import Notification, Slip
from service.notifications.wanted import To, Wanted, notify
from service.places.models import Area
from service.roster import actions as roster
from service.roster.models import Assignment
from service.terms import Channel, NotificationKind, NotificationState, ReleaseReason, Topic
from service.volunteers.models import Volunteer
from service.web import told
from tests import factories
from tests.factories import NOW
from tests.service.notifications.conftest import Turn
from tests.service.notifications.test_sending import at, reminded, row


def chooses_paper(key: str) -> None:
    """The recipient of this message, who has no telephone, wants everything on paper."""
    with transaction() as session:
        person = session.get_one(Volunteer, row(key).volunteer_id)
        person.channel, person.phone_sealed, person.phone_digest = Channel.SLIP, None, None


def all_waiting() -> list[Slip]:
    with transaction() as session:
        tops = [area.id for area in session.scalars(select(Area).where(Area.parent_id.is_(None)))]
        return [found.Slip for found in slips.waiting(session, scope_ids=tops, now=NOW)]


def on_paper() -> str:
    """Committed: a reminder that has become a slip; its key."""
    key = reminded()
    chooses_paper(key)
    sending.send_batch()
    return key


def test_whoever_chose_paper_gets_a_slip_with_all_she_needs_and_no_link_in_the_text(turn: Turn) -> None:
    key = on_paper()
    assert (row(key).state, row(key).channel) == (NotificationState.SENT, Channel.SLIP)
    [slip] = all_waiting()
    for part in ("王秀英您好", "11月28日（星期六）上午9:00—11:00", "水杯", "0371 6435 0001"):
        assert part in slip.words
    assert "http" not in slip.words
    assert slip.link.startswith("http")
    assert slip.needed_by == at("11-28 09:00")


def test_sent_twice_it_is_printed_once(turn: Turn) -> None:
    key = on_paper()
    with transaction() as session:
        message = session.scalars(select(Notification).where(Notification.key == key)).one()
        message.state, message.leased_until, message.settled_at = NotificationState.PLANNED, None, None
    sending.send_batch()
    assert len(all_waiting()) == 1
    assert channel_of_slips.REPEATS_SAFELY


def test_a_habit_for_one_topic_is_enough(turn: Turn) -> None:
    key = reminded()
    with transaction() as session:
        owner = Owner(volunteer_id=row(key).volunteer_id)
        habits.choose(session, owner, topic=Topic.REMINDERS, channel=Channel.SLIP, now=NOW)
    sending.send_batch()
    assert row(key).channel == Channel.SLIP


def test_what_cannot_wait_for_paper_is_telephoned(turn: Turn) -> None:
    key = on_paper()
    with transaction() as session:
        place = session.scalars(select(Assignment)).one()
        roster.release(session, place, reason=ReleaseReason.COORDINATOR)
        wanted = Wanted(
            kind=NotificationKind.PLACE_RELEASED,
            key="released:1",
            to=To(volunteer_id=place.volunteer_id),
            subject_ids={"assignment_ids": [place.id]},
            area_id=place.area_id,
        )
        notify(session, wanted, now=NOW)
    sending.send_due()
    assert row("released:1").channel == Channel.CALL_LIST
    assert row(key).channel == Channel.SLIP


def test_a_slip_that_is_no_longer_true_is_not_printed(turn: Turn) -> None:
    on_paper()
    with transaction() as session:
        roster.release(session, session.scalars(select(Assignment)).one(), reason=ReleaseReason.COORDINATOR)
    assert all_waiting() == []


def test_nor_one_whose_shift_has_begun(turn: Turn) -> None:
    on_paper()
    with transaction() as session:
        session.scalars(select(Slip)).one().needed_by = NOW - timedelta(minutes=1)
    assert all_waiting() == []


def test_printed_once_by_whom_and_printed_again_if_lost(turn: Turn) -> None:
    key = on_paper()
    [slip] = all_waiting()
    with transaction() as session:
        area = factories.community(session)
        account = factories.coordinator(session, area)
        given = {"scope_ids": (area.id,), "account_id": account.id, "now": NOW}
        assert slips.mark_printed(session, slip_ids={slip.id}, **given) == 1  # type: ignore[arg-type]
        assert slips.mark_printed(session, slip_ids={slip.id}, **given) == 0  # type: ignore[arg-type]
        [printed] = slips.printed(session, scope_ids=(area.id,), since=NOW - timedelta(hours=1))
        assert (printed.Slip.printed_by, printed.Slip.printed_at) == (account.id, NOW)
    assert all_waiting() == []
    assert said(key) == "11月23日（星期一）上午10:00印成了纸条，由人送去。"
    with transaction() as session:
        for _twice in range(2):
            slips.print_again(session, session.get_one(Slip, slip.id), account_id=account.id, now=NOW)
        verbs = session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert [verb for verb in verbs if "slip" in verb] == ["printed_slip", "put_back_slip"]
    assert [one.id for one in all_waiting()] == [slip.id]
    assert said(key) == "在要印的纸条里，还没有印。"


def said(key: str) -> str:
    """What the ledger says of it."""
    with transaction() as session:
        message = session.scalars(select(Notification).where(Notification.key == key)).one()
        return told.of_message(message, fates(session, [message])[message.id]).sentence
