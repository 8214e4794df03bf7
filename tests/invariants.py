"""What must be true of the database at any moment, whatever raced and whatever crashed.

Each promise is one question to the database that finds its violations. Work that a reaction still has to do is no
violation: it is looked for in the outbox, so these hold during a rush as well as after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from service import clock, events
from service.reactions import NAMES
from service.roster.models import HOLDING
from service.signups.asking import asking
from service.signups.models import STANDING
from service.signups.rules import unfit

#: (event, id) pairs some reaction of which is not done: waiting, under way, or dead and visible.
_UNSETTLED = """
WITH unsettled AS (
    SELECT e.kind, r.reaction, (SELECT value::bigint FROM jsonb_each_text(e.payload) LIMIT 1) AS id
    FROM outbox_event e LEFT JOIN outbox_reaction r ON r.event_id = e.id
    WHERE e.fanned_out_at IS NULL OR r.done_at IS NULL AND r.id IS NOT NULL
)
"""

#: What is promised, in words → the question that finds where it is broken.
PROMISES = {
    "a role counts as taken what is held: places in use, and places kept for an undo": """
        SELECT format('role %s: taken %s, held %s', r.id, r.taken, coalesce(sum(a.places), 0))
        FROM shift_role r LEFT JOIN assignment a ON a.shift_role_id = r.id
             AND NOT a.is_stand_by AND (a.state = ANY(:holding) OR a.place_held_until IS NOT NULL)
        GROUP BY r.id HAVING r.taken <> coalesce(sum(a.places), 0)""",
    "a family has all its places or none": """
        SELECT format('sign-up %s of %s: %s places', s.id, 1 + s.with_adults + s.with_children, a.places)
        FROM signup s JOIN assignment a ON a.signup_id = s.id AND a.state = ANY(:holding)
        WHERE a.places <> 1 + s.with_adults + s.with_children""",
    "a role counts who stands by, no more of them than it wishes": """
        SELECT format('role %s: standing by %s of %s, held %s', r.id, r.standing_by, r.stand_bys, count(a.id))
        FROM shift_role r LEFT JOIN assignment a ON a.shift_role_id = r.id AND a.is_stand_by AND a.state = ANY(:holding)
        GROUP BY r.id HAVING r.standing_by <> count(a.id) OR count(a.id) > r.stand_bys""",
    "nobody who only stands by is counted as having come, or missed": """
        SELECT format('assignment %s is %s', id, state) FROM assignment
        WHERE is_stand_by AND state IN ('checked_in', 'completed', 'no_show')""",
    "no role has more people than places": """
        SELECT format('role %s: %s people, %s places', r.id, sum(a.places), r.max_needed)
        FROM shift_role r JOIN assignment a ON a.shift_role_id = r.id AND a.state = ANY(:holding)
             AND NOT a.is_stand_by
        GROUP BY r.id HAVING sum(a.places) > r.max_needed""",
    "nobody is in two places, or on duty while owed rest": """
        SELECT format('volunteer %s: assignments %s and %s', a.volunteer_id, a.id, b.id)
        FROM assignment a JOIN assignment b ON b.volunteer_id = a.volunteer_id AND b.id > a.id
        WHERE a.state = ANY(:holding) AND b.state = ANY(:holding) AND a.occupies && b.occupies""",
    "a place occupies the time of its shift and the rest after it": """
        SELECT format('assignment %s occupies %s', a.id, a.occupies)
        FROM assignment a JOIN shift s ON s.id = a.shift_id
        WHERE a.state = ANY(:holding)
          AND a.occupies <> tstzrange(s.starts_at, s.ends_at + make_interval(mins => s.rest_after))
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'ShiftMoved' AND u.id = s.id)""",
    "a person has one standing sign-up for a shift": """
        SELECT format('volunteer %s, shift %s: %s sign-ups', volunteer_id, shift_id, count(*))
        FROM signup WHERE state = ANY(:standing) GROUP BY volunteer_id, shift_id HAVING count(*) > 1""",
    "each sign-up has its fact, once": """
        SELECT format('sign-up %s: %s facts', s.id, count(e.id))
        FROM signup s LEFT JOIN outbox_event e ON e.kind = 'SignedUp' AND (e.payload->>'signup_id')::bigint = s.id
        GROUP BY s.id HAVING count(e.id) <> 1""",
    "each assignment has the fact of its state": """
        SELECT format('assignment %s is %s without %s', a.id, a.state, f.kind)
        FROM assignment a JOIN (VALUES
            ('offered', 'AssignmentOffered'), ('confirmed', 'AssignmentConfirmed'), ('declined', 'AssignmentDeclined'),
            ('no_show', 'AssignmentMissed')
        ) AS f(state, kind) ON f.state = a.state
        WHERE NOT EXISTS (SELECT FROM outbox_event e
                          WHERE e.kind = f.kind AND (e.payload->>'assignment_id')::bigint = a.id)""",
    "a reaction is not both done and dead, and none exists before its event was fanned out": """
        SELECT format('reaction %s of event %s', r.reaction, e.id)
        FROM outbox_reaction r JOIN outbox_event e ON e.id = r.event_id
        WHERE e.fanned_out_at IS NULL OR r.done_at IS NOT NULL AND r.dead_at IS NOT NULL""",
    "a dead reaction says why": """
        SELECT format('reaction %s', id) FROM outbox_reaction WHERE dead_at IS NOT NULL AND last_error IS NULL""",
    "a sign-up follows the assignment made for it": """
        SELECT format('sign-up %s is %s, assignment %s is %s', s.id, s.state, a.id, a.state)
        FROM signup s JOIN assignment a ON a.signup_id = s.id AND a.state = 'confirmed'
        WHERE s.state <> 'confirmed'
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.id = a.id AND u.kind = 'AssignmentConfirmed')""",
    "a confirmed sign-up has a place, or had one and did not come": """
        SELECT format('sign-up %s', s.id) FROM signup s
        WHERE s.state = 'confirmed'
          AND NOT EXISTS (SELECT FROM assignment a WHERE a.signup_id = s.id
                          AND (a.state = ANY(:holding) OR a.state = 'no_show'))
          AND NOT EXISTS (SELECT FROM assignment a JOIN unsettled u ON u.id = a.id AND u.reaction = 'settle_sign_up'
                          WHERE a.signup_id = s.id)
          AND NOT EXISTS (SELECT FROM assignment a JOIN unsettled u ON u.id = a.id AND u.reaction IS NULL
                          WHERE a.signup_id = s.id AND u.kind LIKE 'Assignment%')""",
    "a pending sign-up of an instant activity has an offer open": """
        SELECT format('sign-up %s', s.id)
        FROM signup s JOIN shift h ON h.id = s.shift_id JOIN activity y ON y.id = h.activity_id
        WHERE s.state = 'pending' AND y.mode = 'instant'
          AND NOT EXISTS (SELECT FROM assignment a WHERE a.signup_id = s.id AND a.state = 'offered')
          AND NOT EXISTS (SELECT FROM assignment a JOIN unsettled u ON u.id = a.id AND u.kind LIKE 'Assignment%'
                          WHERE a.signup_id = s.id)""",
    "who asked for a place was told how that stands": """
        SELECT format('sign-up %s, %s', s.id, s.state) FROM signup s
        WHERE s.state = ANY(:standing)
          AND NOT EXISTS (SELECT FROM notification n WHERE n.key = 'signed_up:' || s.id)
          -- Who took it back at once was told of that instead.
          AND NOT EXISTS (SELECT FROM outbox_event e WHERE e.kind = 'SignUpWithdrawn'
                          AND (e.payload->>'signup_id')::bigint = s.id)
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'SignedUp' AND u.id = s.id)""",
    "who is offered a place has been asked": """
        SELECT format('assignment %s', a.id) FROM assignment a
        WHERE a.state = 'offered' AND NOT EXISTS (SELECT FROM notification n WHERE n.key = 'offered:' || a.id)
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'AssignmentOffered' AND u.id = a.id)""",
    "nobody holds or awaits a place in a cancelled shift": """
        SELECT format('shift %s: %s %s', h.id, kind, found.id)
        FROM shift h JOIN (
            SELECT 'sign-up' AS kind, id, shift_id FROM signup WHERE state = ANY(:standing)
               AND NOT EXISTS (SELECT FROM assignment a WHERE a.signup_id = signup.id
                               AND a.state IN ('checked_in', 'completed', 'no_show')) UNION ALL
            SELECT 'assignment', id, shift_id FROM assignment WHERE state IN ('offered', 'confirmed')
        ) AS found ON found.shift_id = h.id
        WHERE h.state = 'cancelled'
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'ShiftCancelled' AND u.id = h.id)
          AND NOT EXISTS (SELECT FROM assignment a JOIN unsettled u ON u.id = a.id AND u.kind LIKE 'Assignment%'
                          WHERE found.kind = 'sign-up' AND a.signup_id = found.id)""",
    "a confirmed assignment has one reminder for each lead time, or its reason": """
        SELECT format('assignment %s lacks %s', a.id, wanted.lead_time)
        FROM assignment a JOIN shift s ON s.id = a.shift_id JOIN activity y ON y.id = s.activity_id
             CROSS JOIN LATERAL unnest(y.lead_times) AS wanted(lead_time)
        WHERE a.state = 'confirmed'
          AND NOT EXISTS (SELECT FROM reminder r WHERE r.assignment_id = a.id AND r.lead_time = wanted.lead_time)
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.id = a.id AND u.kind = 'AssignmentConfirmed')""",
    "no reminder stays planned for somebody who does not come": """
        SELECT format('reminder %s of assignment %s, %s', r.id, a.id, a.state)
        FROM reminder r JOIN assignment a ON a.id = r.assignment_id
        WHERE r.state = 'planned' AND a.state IN ('declined', 'released')
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.id = a.id AND u.kind LIKE 'Assignment%')""",
    "who comes after all is reminded again, as far as there is time": """
        SELECT format('reminder %s of assignment %s', r.id, a.id)
        FROM reminder r JOIN assignment a ON a.id = r.assignment_id
        WHERE a.state = 'confirmed' AND r.unsent_reason = 'not_holding' AND r.due_at > :now
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.id = a.id AND u.kind LIKE 'Assignment%')""",
    "where a place came free and people are missing, somebody is sought": """
        SELECT format('role %s: %s of %s', r.id, r.taken, r.min_needed)
        FROM shift_role r JOIN shift h ON h.id = r.shift_id JOIN activity y ON y.id = h.activity_id
        WHERE r.taken < r.min_needed AND h.state = 'open' AND y.state = 'published'
          -- A clock that was turned back (the story does) leaves places that came free when their shifts were over.
          AND h.ends_at > greatest(:now, (SELECT max(settled_at) FROM notification))
          AND (EXISTS (SELECT FROM assignment a WHERE a.shift_role_id = r.id AND a.state = 'no_show')
               OR EXISTS (SELECT FROM outbox_event e
                          WHERE e.kind = 'PlaceFreed' AND (e.payload->>'shift_role_id')::bigint = r.id))
          AND NOT EXISTS (SELECT FROM assignment a JOIN unsettled u ON u.id = a.id AND u.kind = 'AssignmentMissed'
                          WHERE a.shift_role_id = r.id)
          AND NOT EXISTS (SELECT FROM backfill b WHERE b.shift_role_id = r.id
                          AND (b.state IN ('climbing', 'stopped') OR b.closed_at > :now))
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'PlaceFreed' AND u.id = r.id)""",
    "nobody is sought where nobody is missing": """
        SELECT format('search %s of role %s', b.id, r.id)
        FROM backfill b JOIN shift_role r ON r.id = b.shift_role_id
        WHERE b.state = 'climbing'
          AND r.min_needed <= (SELECT count(*) FROM assignment a
                               WHERE a.shift_role_id = r.id AND NOT a.is_stand_by
                                 AND a.state IN ('confirmed', 'checked_in', 'completed'))
          AND NOT EXISTS (SELECT FROM assignment a JOIN unsettled u ON u.id = a.id AND u.kind = 'AssignmentConfirmed'
                          WHERE a.shift_role_id = r.id)""",
    "each person asked to step in has her message, once": """
        SELECT format('invitation %s: %s messages', i.id, count(n.id))
        FROM invitation i LEFT JOIN notification n ON n.key = 'substitute:' || i.id
        WHERE NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'InvitationSent' AND u.id = i.id)
        GROUP BY i.id HAVING count(n.id) <> 1""",
    "who said yes to step in was given the place that was short": """
        SELECT format('invitation %s: assignment %s', i.id, a.id)
        FROM invitation i JOIN backfill b ON b.id = i.backfill_id LEFT JOIN assignment a ON a.id = i.assignment_id
        WHERE i.state = 'accepted'
          AND (a.volunteer_id, a.shift_role_id) IS DISTINCT FROM (i.volunteer_id, b.shift_role_id)""",
    "a place that is to be swapped is its holder's until then": """
        SELECT format('swap %s: assignment %s is %s', w.id, a.id, a.state)
        FROM swap w JOIN assignment a ON a.id IN (w.assignment_id, w.in_return_id)
        WHERE w.state IN ('open', 'agreed') AND a.state NOT IN ('confirmed', 'no_show')
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.id = a.id AND u.kind LIKE 'Assignment%')""",
    "what was swapped has gone from its holder to who said yes": """
        SELECT format('swap %s: assignment %s', w.id, a.id)
        FROM swap w JOIN assignment a ON a.id IN (w.assignment_id, w.in_return_id)
        WHERE w.state = 'done'
          AND (a.release_reason IS DISTINCT FROM 'swapped'
               OR NOT EXISTS (SELECT FROM assignment n WHERE n.shift_role_id = a.shift_role_id AND n.id > a.id
                              AND n.volunteer_id = CASE WHEN a.id = w.assignment_id THEN w.taker_id
                                  ELSE (SELECT volunteer_id FROM assignment WHERE id = w.assignment_id) END))""",
    "a swap that is open waits for somebody's answer": """
        SELECT format('swap %s', w.id) FROM swap w
        WHERE w.state = 'open'
          AND NOT EXISTS (SELECT FROM swap_asking k WHERE k.swap_id = w.id AND k.state = 'asked')""",
    "each person asked to take a place has her message, once": """
        SELECT format('asking %s: %s messages', k.id, count(n.id))
        FROM swap_asking k LEFT JOIN notification n ON n.key = 'swap:' || k.id
        WHERE NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'SwapAsked' AND u.id = k.swap_id)
          -- Who was answered for before the message was asked for needs none.
          AND k.state = 'asked'
        GROUP BY k.id HAVING count(n.id) <> 1""",
    "a notification is delivered once": """
        SELECT format('notification %s: %s times', notification_id, count(*))
        FROM delivery WHERE error IS NULL GROUP BY notification_id HAVING count(*) > 1""",
    "a notification marked as sent was delivered": """
        SELECT format('notification %s', n.id) FROM notification n
        WHERE n.state = 'sent'
          AND NOT EXISTS (SELECT FROM delivery d WHERE d.notification_id = n.id AND d.error IS NULL)""",
}


def check(session: Session, *, now: datetime | None = None) -> list[str]:
    """Every broken promise in words, with the row that breaks it; empty when all hold.

    One of them is kept by a sweep rather than at once: somebody on a waitlist who becomes able to take a free place
    is found by `workers.signups.fill_places`. Whoever asks right after such a change runs that first.
    """
    now = now or clock.now(session)
    values = {"holding": [s.value for s in HOLDING], "standing": [s.value for s in STANDING], "now": now}
    broken = [
        f"{promise}: {where}"
        for promise, question in PROMISES.items()
        for where in session.scalars(text(_UNSETTLED + question), values)
    ]
    return [
        *broken,
        *_facts_without_rows(session),
        *_wrong_reactions(session),
        *_waiting_beside_free_places(session, now),
    ]


def _facts_without_rows(session: Session) -> Iterator[str]:
    """A fact names a row that was committed with it: its field is called after the table."""
    for kind, field in session.execute(
        text("SELECT DISTINCT kind, key FROM outbox_event, jsonb_object_keys(payload) AS key")
    ):
        table = field.removesuffix("_id")
        gone = text(
            f"SELECT id FROM outbox_event e WHERE kind = :kind AND NOT EXISTS "
            f'(SELECT FROM "{table}" t WHERE t.id = (e.payload->>:field)::bigint)'
        )
        for event_id in session.scalars(gone, {"kind": kind, "field": field}):
            yield f"a fact exists only with its row: event {event_id} ({kind})"


def _wrong_reactions(session: Session) -> Iterator[str]:
    """A fact that was fanned out has each of its reactions, once."""
    rows = session.execute(
        text("""SELECT e.id, e.kind, array_remove(array_agg(r.reaction::text ORDER BY r.reaction), NULL)
                FROM outbox_event e LEFT JOIN outbox_reaction r ON r.event_id = e.id
                WHERE e.fanned_out_at IS NOT NULL GROUP BY e.id""")
    )
    for event_id, kind, found in rows:
        if kind not in events.BY_NAME or sorted(found) != sorted(NAMES.get(kind, ())):
            yield f"each fact has each reaction once: event {event_id} ({kind}) has {found}"


def _waiting_beside_free_places(session: Session, now: datetime) -> Iterator[str]:
    """No place stays free while somebody waits for it who could take it."""
    candidates = session.execute(
        text(
            _UNSETTLED
            + """
        SELECT s.id, s.volunteer_id, s.shift_id, s.shift_role_id
        FROM signup s JOIN shift_role r ON r.id = s.shift_role_id JOIN shift h ON h.id = s.shift_id
             JOIN activity y ON y.id = h.activity_id
        WHERE s.state = 'waitlisted' AND r.taken + 1 + s.with_adults + s.with_children <= r.max_needed
          AND y.mode = 'instant'
          AND h.state = 'open' AND h.starts_at > :now
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'PlaceFreed' AND u.id = r.id)
          AND NOT EXISTS (SELECT FROM unsettled u WHERE u.kind = 'SignedUp' AND u.id = s.id)"""
        ),
        {"now": now},
    ).all()
    for signup_id, volunteer_id, shift_id, shift_role_id in candidates:
        if _could_take(session, volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id):
            yield f"no place stays free while somebody waits: sign-up {signup_id}, role {shift_role_id}"


def _could_take(session: Session, volunteer_id: int, *, shift_id: int, shift_role_id: int) -> bool:
    asked = asking(session, volunteer_id=volunteer_id, shift_id=shift_id, shift_role_id=shift_role_id)
    return asked.opening is not None and not unfit(asked.candidate, asked.opening)
