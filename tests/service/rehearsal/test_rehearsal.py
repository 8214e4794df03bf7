"""A rehearsal on real PostgreSQL: it changes nothing, it comes out the same twice, and what it says is what happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service import clock, db
from service.calendars.rules import local
from service.db import transaction
from service.models import metadata
from service.notifications import sending
from service.notifications.models import Notification
from service.reactions import NAMES, react
from service.rehearsal import actions
from service.rehearsal.models import Rehearsal
from service.rehearsal.outcome import LINK
from service.rehearsal.playing import SENDING, SWEEPS
from service.rehearsal.shadows import EMPTY, Around, cast
from service.settings import settings
from service.terms import Assumption, Channel, NotificationKind, NotificationState
from service.volunteers.models import Volunteer
from service.wording import masked_name
from tests import factories
from tests.factories import NOW
from tests.outbox import drain
from tests.service.backfill.lane import Lane

pytestmark = pytest.mark.usefixtures("database")

STARTS = NOW + timedelta(days=2)
DAYS = 3


def lane() -> int:
    """A clinic of two on Wednesday; one of its people has just withdrawn. The id of its area."""
    with transaction() as session:
        made = Lane(session, STARTS, least=2, most=2)
        factories.coordinator(session, made.area)
        stays, leaves = made.member("常在"), made.member("想走")
        made.substitute("候补甲")
        made.substitute("候补乙")
        made.member("队员丙").channel = Channel.CALL_LIST
        made.neighbour("邻居丁")
        _stays, leaving = made.filled(stays, leaves)
        made.withdraw(leaving)
        return made.area.id


def rehearse(area_id: int, assumption: Assumption = Assumption.NOBODY, *, seconds: float = 200) -> Any:
    """Ask for a rehearsal and play it, as the worker would; its result."""
    with transaction() as session:
        asked = actions.request(session, area_id=area_id, assumption=assumption, account_id=None, now=NOW, days=DAYS)
    with transaction() as session:
        actions.play(session, rehearsal_id=asked.id, reactions=NAMES, react=react, now=NOW, seconds=seconds)
    with transaction() as session:
        return session.get_one(Rehearsal, asked.id).result


def told(result: Any) -> list[tuple[str, ...]]:
    """(minute, kind, channel, text) of every message that goes out."""
    return [
        (entry["at"][:16], entry["kind"], entry["channel"], entry["text"])
        for entry in result["entries"]
        if entry["what"] == "message" and entry["unsent"] is None
    ]


def happened() -> list[tuple[str, ...]]:
    """The same of what really went out, masked in the same way."""
    with transaction() as session:
        rows = session.execute(
            select(Notification, Volunteer.name)
            .outerjoin(Volunteer, Volunteer.id == Notification.volunteer_id)
            .where(Notification.state == NotificationState.SENT, Notification.settled_at >= NOW)
            .order_by(Notification.settled_at, Notification.id)
        )
        return [
            (
                row.Notification.settled_at.isoformat()[:16],
                row.Notification.kind,
                row.Notification.channel,
                LINK.sub("……", (row.Notification.text or "").replace(row.name or "￥", masked_name(row.name or ""))),
            )
            for row in rows
        ]


def live(until: datetime) -> None:
    """The house itself, with its own workers, at many instants of a clock of its own."""
    from workers import backfill, notifications, reminders, roster, signups, swaps

    tasks = (
        roster.ask_again,
        roster.expire_offers,
        roster.hand_on_places,
        signups.fill_places,
        backfill.climb_due,
        swaps.lapse_begun,
        notifications.write_digests,
        reminders.send_due,
    )
    for now in instants(until):
        with clock.standing_at(now):
            for _round in range(2):
                drain()
                for task in tasks:
                    task()
            drain()
            sending.send_due()


def instants(until: datetime) -> list[datetime]:
    """Often while the search climbs (its waits are tens of minutes), then at the hours at which people are told."""
    first = [NOW + timedelta(minutes=n) for n in range(120) if n % 10 in (0, 2)]
    later = [NOW + timedelta(minutes=30 * n) for n in range(4, 48 * DAYS)]
    later = [one for one in later if local(one).hour in {7, 8, 9, 12, 20}]
    return [one for one in (*first, *later) if one < until]


def everything() -> dict[str, list[tuple[str, str]]]:
    """Each real row with the transaction that wrote it."""
    with db.engine().connect() as connection:
        return {
            table.name: [
                (str(row.xmin), str(row.ctid))
                for row in connection.execute(text(f"SELECT xmin, ctid FROM public.{table.name} ORDER BY ctid"))
            ]
            for table in metadata.sorted_tables
        }


def test_nothing_real_is_changed_but_the_record_of_the_rehearsal_itself() -> None:
    area_id = lane()
    with transaction() as session:
        asked = actions.request(
            session, area_id=area_id, assumption=Assumption.EVERYBODY, account_id=None, now=NOW, days=DAYS
        )
    before, files = everything(), list(settings().message_dir.rglob("*"))
    with transaction() as session:
        actions.play(session, rehearsal_id=asked.id, reactions=NAMES, react=react, now=NOW, seconds=200)
    after = everything()
    assert [len(before[name]) for name in ("assignment", "volunteer")] == [2, 6]
    assert before.pop("rehearsal") != after.pop("rehearsal")
    assert after == before
    assert list(settings().message_dir.rglob("*")) == files
    with transaction() as session:
        assert told(session.get_one(Rehearsal, asked.id).result)


def test_the_same_world_gives_the_same_rehearsal() -> None:
    area_id = lane()
    first, second = rehearse(area_id), rehearse(area_id)
    assert first == second
    assert first["failed"] == 0
    assert first["entries"]


def test_what_was_rehearsed_is_what_then_happens() -> None:
    """The messages, minute by minute and word by word: nobody answers, so the search climbs its whole ladder."""
    area_id = lane()
    rehearsed = rehearse(area_id)
    live(NOW + timedelta(days=DAYS))
    assert told(rehearsed) == happened()
    kinds = {kind for _, kind, _, _ in told(rehearsed)}
    assert {
        NotificationKind.GAP_OPENED,
        NotificationKind.SUBSTITUTE_WANTED,
        NotificationKind.SUBSTITUTE_CALL,
        NotificationKind.REMINDER,
    } <= kinds
    [gap] = rehearsed["gaps"]
    assert (gap["missing"], gap["needed"]) == (1, 2)
    rungs = [entry["rung"] for entry in rehearsed["entries"] if entry["what"] == "rung"]
    assert rungs == ["waitlist", "substitutes", "team", "neighbours", "calls"]


def test_if_everybody_says_yes_the_first_has_the_place_and_no_gap_is_left() -> None:
    result = rehearse(lane(), Assumption.EVERYBODY)
    assert result["gaps"] == []
    answers = [(entry["name"], entry["state"]) for entry in result["entries"] if entry["what"] == "answer"]
    assert sorted(state for _, state in answers) == ["accepted", "thanked"]
    assert not [entry for entry in result["entries"] if entry["what"] == "rung" and entry["rung"] == "team"]


def test_names_are_masked_and_no_link_that_answers_for_somebody_is_kept() -> None:
    texts = [text for _, _, _, text in told(rehearse(lane()))]
    assert not [text for text in texts if "http" in text or "候补甲" in text]
    assert [text for text in texts if masked_name("候补甲") in text]


def test_a_play_that_takes_too_long_says_how_far_it_came() -> None:
    with transaction() as session:
        asked = actions.request(
            session, area_id=lane(), assumption=Assumption.NOBODY, account_id=None, now=NOW, days=DAYS
        )
    with transaction() as session:
        actions.play(session, rehearsal_id=asked.id, reactions=NAMES, react=react, now=NOW, seconds=0)
    with transaction() as session:
        played = session.get_one(Rehearsal, asked.id)
        assert played.played_until == NOW < played.until_at


def test_the_database_itself_refuses_to_write_anything_real() -> None:
    """Even if a table had no shadow: the connection may write nothing but temporary tables."""
    area_id = lane()
    with db.aside() as apart:
        with apart.begin() as connection:
            cast(connection, Around(root=area_id, now=NOW))
        with transaction() as session:
            session.execute(text("UPDATE volunteer SET name = '谁'"))
        with pytest.raises(DBAPIError, match="read-only transaction"), transaction() as session:
            session.execute(text("UPDATE public.volunteer SET name = '谁'"))
        with pytest.raises(DBAPIError, match="read-only transaction"), transaction() as session:
            session.execute(text("SELECT 1 FROM public.volunteer FOR UPDATE"))
    with transaction() as session:
        assert "谁" not in session.scalars(select(Volunteer.name)).all()


def test_nobody_waits_while_it_is_played() -> None:
    """The real rows can be locked and changed by others in the middle of it."""
    area_id = lane()
    with db.aside() as apart:
        with apart.begin() as connection:
            cast(connection, Around(root=area_id, now=NOW))
        with transaction() as session:
            session.execute(text("SELECT 1 FROM volunteer FOR UPDATE"))
            with db.beside() as real:
                real.execute(text("SET LOCAL lock_timeout = '1s'"))
                real.execute(text("UPDATE volunteer SET weekly_hours = weekly_hours"))
                real.execute(text("LOCK TABLE volunteer IN EXCLUSIVE MODE"))


def test_every_sweep_is_played_or_has_nothing_to_say() -> None:
    import celery_app  # reads the settings when it is imported

    rung_by_beat = {entry["task"].removeprefix("workers.") for entry in celery_app.app.conf.beat_schedule.values()}
    silent = {
        *("activities.extend_horizon", "idempotency.forget", "people.erase_due", "people.follow_merges"),
        *("roster.miss_late", "retention.forget", "rotation.extend", "sheets.forget"),
        *("notifications.forget_appointments", "matching.ask_where_closed"),
    }
    assert rung_by_beat == {*SWEEPS, *SENDING, "signups.fill_places", *silent}


def test_what_has_no_rows_in_the_play_is_a_table() -> None:
    assert {table.name for table in metadata.sorted_tables} >= EMPTY
