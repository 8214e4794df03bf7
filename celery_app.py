"""Worker entry: Celery, its queues and the beat schedule. A Redis message is only a wake-up.

The options are the ones measured to survive a silent broker and a killed worker: without
`socket_timeout` and `health_check_interval` a half-open connection leaves a worker deaf for minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from celery import Celery, signals
from kombu import Queue

from service import logs
from service.settings import settings
from workers.hearing import CountsAnew
from workers.process import end_when_asked, spare_the_collector

#: Seconds a task may take before it is asked, and then made, to end.
SOFT_LIMIT, HARD_LIMIT = 40, 50

#: What may take minutes lies here, so that a worker can be kept for it alone, or from it (`celery worker -Q`).
LONG_QUEUE = "long"

#: Seconds for which a sweep waits in its queue at least. If it were dropped as soon as the next is rung, then behind a
#: worker that is busy for longer than that none would ever have its turn, and no message would go.
LEAST_EXPIRY = 60.0
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

ROOMS = (
    "activities",
    "backfill",
    "idempotency",
    "matching",
    "notifications",
    "outbox",
    "people",
    "reminders",
    "retention",
    "roster",
    "rotation",
    "sheets",
    "signups",
    "swaps",
)

app = Celery("lunzhi", include=[f"workers.{room}" for room in ROOMS])
app.steps["consumer"].add(CountsAnew)
app.conf.update(
    broker_url=settings().redis_url,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3 * HARD_LIMIT,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 5,
    },
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=SOFT_LIMIT,
    task_time_limit=HARD_LIMIT,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=10,
    worker_hijack_root_logger=False,
    task_default_queue="reactions",
    task_queues=[Queue("reactions"), Queue("sweeps"), Queue(LONG_QUEUE)],
    timezone="Asia/Shanghai",
    # Keeps no file: every sweep is rung when beat starts, and bears it. One that first waited for its hour would never
    # come where beat is restarted more often than that.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        task: {
            "task": f"workers.{task}",
            "schedule": seconds,
            "options": {"queue": "sweeps", "expires": max(seconds, LEAST_EXPIRY)},
            "last_run_at": LONG_AGO,
        }
        for task, seconds in {
            "reminders.send_due": 2.0,
            "notifications.send_due": 5.0,
            "notifications.write_digests": 60.0,
            "notifications.remind_learners": 60.0,
            "notifications.forget_appointments": 900.0,
            "drafting.reveal_due": 30.0,
            "roster.ask_again": 60.0,
            "roster.expire_offers": 15.0,
            "roster.hand_on_places": 15.0,
            "roster.miss_late": 15.0,
            "signups.fill_places": 60.0,
            "backfill.climb_due": 15.0,
            "matching.ask_where_closed": 60.0,
            "swaps.lapse_begun": 60.0,
            "activities.extend_horizon": 3600.0,
            "rotation.extend": 900.0,
            "people.follow_merges": 300.0,
            "people.erase_due": 900.0,
            "idempotency.forget": 3600.0,
            "sheets.forget": 3600.0,
            "retention.forget": 3600.0,
        }.items()
    },
)


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    logs.configure(settings().log_format)


@signals.worker_process_init.connect
def _begin_process(**_: Any) -> None:
    spare_the_collector()


@signals.beat_init.connect
def _begin_beat(sender: Any, **_: Any) -> None:
    end_when_asked(sender)
