"""Kill -9 of every process in the middle of a rush; afterwards nothing is lost, doubled or oversold."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import crowd
from bench.load import Answer, send_all
from service import clock
from service.activities.rules import once
from service.calendars.rules import local
from service.db import transaction
from service.settings import settings
from tests import invariants
from tests.house import House, wait_until

PEOPLE, PLACES, CONNECTIONS = 1_200, 150, 24


def test_a_rush_survives_the_death_of_every_process(house: House) -> None:
    with transaction() as session:
        start = local(clock.now(session) + timedelta(hours=2, minutes=1))
    plan = once(
        start.date(), starts=start.time().replace(second=0, microsecond=0), ends=(start + timedelta(hours=2)).time()
    )
    role, people = crowd.gather(people=PEOPLE, places=PLACES, plans=[plan], lead_times=["PT2H"])
    requests = [crowd.sign_up(role, token, key=f"chaos-{volunteer_id}") for volunteer_id, token in people]
    with ThreadPoolExecutor() as pool:
        # The deaths in this thread: a server started from a thread that ends would end with it.
        answering = pool.submit(_until_answered, house, requests)
        _kill_in_turn(house)
        answers = answering.result()

    told = Counter((a.status, a.body["state"]) for a in answers)
    assert told == {(201, "confirmed"): PLACES, (201, "waitlisted"): PEOPLE - PLACES}
    wait_until(crowd.reactions_are_done, seconds=120, what="every reaction to be done or dead")
    wait_until(_nothing_waits_to_be_said, seconds=120, what="every message to be sent")
    with transaction() as session:
        assert invariants.check(session) == []
        assert _one(session, "SELECT count(*) FROM outbox_reaction WHERE dead_at IS NOT NULL") == 0
        assert _one(session, "SELECT count(*) FROM reminder WHERE state = 'sent'") == PLACES
        assert _one(session, "SELECT count(*) FROM notification WHERE kind = 'sign_up_confirmed'") == PLACES
        assert _one(session, "SELECT count(*) FROM notification WHERE kind = 'sign_up_waitlisted'") == PEOPLE - PLACES
        keys = _one(session, "SELECT count(DISTINCT key) FROM notification WHERE state = 'sent'")
    assert len(list(settings().message_dir.rglob("*.txt"))) == keys == PEOPLE + PLACES


def _kill_in_turn(house: House) -> None:
    """One death after another as the rush goes on, each followed by what a supervisor would do."""
    for turn, strike in enumerate(_STRIKES, start=1):
        share = PEOPLE * turn // (len(_STRIKES) + 1)
        wait_until(lambda share=share: _signed_up() >= share, seconds=100, what=f"{share} sign-ups")  # type: ignore[misc]  # mypy cannot type the default
        strike(house)


def _signed_up() -> int:
    with transaction() as session:
        return _one(session, "SELECT count(*) FROM signup")


def _kill_web_child(house: House) -> None:
    """One of the web server's processes: its requests are cut off, and it is replaced by the server itself."""
    for child in house.children("web")[-1:]:
        child.send_signal(signal.SIGKILL)


def _kill_worker_child(house: House) -> None:
    for child in house.children("worker")[:1]:
        child.send_signal(signal.SIGKILL)


def _kill(name: str) -> Callable[[House], None]:
    def strike(house: House) -> None:
        house.kill(name)
        house.start(name)

    return strike


def _kill_redis(house: House) -> None:
    house.redis.kill()
    house.redis.start_again()


def _flush_redis(house: House) -> None:
    redis.Redis.from_url(house.redis.url).flushall()


_STRIKES: Sequence[Callable[[House], None]] = (
    _kill_web_child,
    _kill("worker"),
    _kill("relay"),
    _flush_redis,
    _kill_worker_child,
    _kill_redis,
    _kill("web"),
    _kill("beat"),
)


def _until_answered(house: House, requests: Sequence[bytes]) -> list[Answer]:
    """Send every request; what was cut off is sent again under the same key, as a good client does."""
    answers: dict[int, Answer] = {}
    end = time.monotonic() + 240
    while len(answers) < len(requests):
        assert time.monotonic() < end, f"{len(requests) - len(answers)} people still have no answer"
        missing = [index for index in range(len(requests)) if index not in answers]
        got = send_all(house.address, [requests[index] for index in missing], connections=CONNECTIONS)
        pairs = zip(missing, got, strict=True)
        answers |= {index: answer for index, answer in pairs if answer is not None and answer.status < 500}
    return [answers[index] for index in range(len(requests))]


def _nothing_waits_to_be_said() -> bool:
    with transaction() as session:
        now = clock.now(session)
        waiting = text("""SELECT (SELECT count(*) FROM notification WHERE state = 'planned' AND send_at <= :now)
                               + (SELECT count(*) FROM reminder WHERE state = 'planned')""")
        return not session.scalar(waiting, {"now": now})


def _one(session: Session, sql: str) -> int:
    return int(session.scalar(text(sql)) or 0)
