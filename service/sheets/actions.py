"""What can be done with a file: keep it to be looked at, take it in, take it back, throw it away.

Nothing is changed before `accept`. What is good is taken in then, what is not comes back as a file with its reasons.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service import audit, outbox, secrets
from service.events import SheetAccepted
from service.sheets.activities import Activities
from service.sheets.lines import Circumstances, Done, Kind, Line, Overtaken, Verdict, packed, unpacked
from service.sheets.members import Members
from service.sheets.models import Sheet
from service.sheets.people import People
from service.sheets.rosters import Rosters
from service.terms import RowOutcome, RowRefusal, SheetKind, SheetState

#: How long an upload can be taken back, and its rows are kept.
KEPT = timedelta(days=7)

KINDS: Mapping[SheetKind, Callable[[Session, Circumstances], Kind]] = {
    SheetKind.PEOPLE: People,
    SheetKind.MEMBERS: Members,
    SheetKind.ACTIVITIES: Activities,
    SheetKind.ROSTER: Rosters,
}


class SheetClosed(Exception):
    """The file was taken in, taken back, thrown away, or is too old for what is asked."""


def receive(
    session: Session,
    *,
    kind: SheetKind,
    file_name: str,
    headings: Sequence[str],
    lines: Sequence[Line],
    area_id: int,
    given: Circumstances,
) -> Sheet:
    """Keep an uploaded file, sealed, to be looked at before anything is done."""
    sheet = Sheet(
        area_id=area_id,
        account_id=given.account_id,
        scope_ids=list(given.scope_ids),
        kind=kind,
        state=SheetState.UPLOADED,
        file_name=file_name,
        headings=list(headings),
        uploaded_at=given.now,
        lines_sealed=secrets.seal(packed(lines)),
    )
    session.add(sheet)
    session.flush()
    _note(session, "uploaded_sheet", sheet, now=given.now, rows=len(lines))
    return sheet


def lines_of(sheet: Sheet) -> list[Line]:
    """The rows of a file. Raises SheetClosed once they are forgotten."""
    if sheet.lines_sealed is None:
        raise SheetClosed("the rows have been forgotten")
    return unpacked(secrets.unseal(sheet.lines_sealed))


def judged(session: Session, sheet: Sheet, *, now: datetime) -> list[tuple[Line, Verdict]]:
    """Each row, and what it would come to as things are now. Raises SheetClosed."""
    lines = lines_of(sheet)
    return list(zip(lines, _kind(session, sheet, now).judge(lines), strict=True))


def refused(session: Session, sheet: Sheet, *, now: datetime) -> list[tuple[Line, Verdict]]:
    """The rows that cannot be taken in, or could not. Raises SheetClosed."""
    match sheet.state:
        case SheetState.UPLOADED:
            rows = judged(session, sheet, now=now)
            return [(line, verdict) for line, verdict in rows if verdict.outcome == RowOutcome.REFUSED]
        case SheetState.TAKEN_IN | SheetState.TAKEN_BACK:
            return [
                (line, Verdict(RowOutcome.REFUSED, line.refusals, against=line.against)) for line in lines_of(sheet)
            ]
    return []


def accept(session: Session, sheet_id: int, *, now: datetime) -> Sheet:
    """The good rows are to be taken in; a worker does it. Twice is harmless. Raises SheetClosed."""
    sheet = _locked(session, sheet_id)
    if sheet.state == SheetState.UPLOADED and sheet.lines_sealed is not None:
        sheet.state = SheetState.ACCEPTED
        outbox.record(session, SheetAccepted(sheet.id))
        _note(session, "accepted_sheet", sheet, now=now)
    elif sheet.state not in (SheetState.ACCEPTED, SheetState.TAKEN_IN):
        raise SheetClosed(f"this file is {sheet.state}")
    return sheet


def take_in(session: Session, *, sheet_id: int, now: datetime) -> None:
    """Take the good rows in, judged anew, all in this transaction; keep the bad ones with their reasons.

    A row that the database refuses, because somebody registered the same number a moment ago, is bad like the others.
    """
    sheet = _locked(session, sheet_id)
    if sheet.state != SheetState.ACCEPTED:
        return
    kind, lines = _kind(session, sheet, now), lines_of(sheet)
    done, bad, tally = [], [], Counter[str]()
    for line, verdict in zip(lines, kind.judge(lines), strict=True):
        outcome = verdict
        if verdict.outcome in (RowOutcome.NEW, RowOutcome.CHANGED):
            try:
                with session.begin_nested():
                    done.append(kind.take_in(line, verdict))
            except (IntegrityError, Overtaken):
                outcome = Verdict(RowOutcome.REFUSED, (RowRefusal.CHANGED_MEANWHILE,))
        tally[outcome.outcome] += 1
        if outcome.outcome == RowOutcome.REFUSED:
            bad.append(replace(line, refusals=outcome.refusals, against=outcome.against))
    sheet.state, sheet.settled_at = SheetState.TAKEN_IN, now
    sheet.lines_sealed = secrets.seal(packed(bad))
    sheet.done_sealed = secrets.seal(json.dumps([asdict(one) for one in done]))
    sheet.outcome = {"rows": dict(tally)}
    _note(session, "took_in_sheet", sheet, now=now, **dict(tally))


def take_back(session: Session, sheet_id: int, *, now: datetime) -> int:
    """Undo a file that was taken in, last row first; how many rows stay because something was built on them since.

    Raises SheetClosed when it was not taken in, was undone, or its time is over.
    """
    sheet = _locked(session, sheet_id)
    if sheet.state != SheetState.TAKEN_IN or sheet.done_sealed is None:
        raise SheetClosed(f"this file is {sheet.state}")
    kind = _kind(session, sheet, now)
    done = [Done(**one) for one in json.loads(secrets.unseal(sheet.done_sealed))]
    stays = sum(not kind.undo(one) for one in reversed(done))
    sheet.state, sheet.settled_at, sheet.done_sealed = SheetState.TAKEN_BACK, now, None
    sheet.outcome = {**(sheet.outcome or {}), "stays": stays}
    _note(session, "took_back_sheet", sheet, now=now, stays=stays)
    return stays


def drop(session: Session, sheet_id: int, *, now: datetime) -> None:
    """Throw away a file that was only looked at. Twice is harmless. Raises SheetClosed."""
    sheet = _locked(session, sheet_id)
    if sheet.state == SheetState.DROPPED:
        return
    if sheet.state != SheetState.UPLOADED:
        raise SheetClosed(f"this file is {sheet.state}")
    sheet.state, sheet.settled_at, sheet.lines_sealed = SheetState.DROPPED, now, None
    _note(session, "dropped_sheet", sheet, now=now)


def forget(session: Session, *, now: datetime) -> int:
    """Names and telephones of old uploads go; the counts stay. How many were forgotten."""
    old = update(Sheet).where(Sheet.uploaded_at <= now - KEPT)
    held = Sheet.lines_sealed.is_not(None) | Sheet.done_sealed.is_not(None)
    forgotten = session.execute(old.where(held).values(lines_sealed=None, done_sealed=None).returning(Sheet.id))
    return len(forgotten.all())


def _kind(session: Session, sheet: Sheet, now: datetime) -> Kind:
    """What knows rows of this kind, within the reach the file came in with."""
    given = Circumstances(scope_ids=tuple(sheet.scope_ids), account_id=sheet.account_id, now=now)
    return KINDS[SheetKind(sheet.kind)](session, given)


def _locked(session: Session, sheet_id: int) -> Sheet:
    return session.scalars(
        select(Sheet).where(Sheet.id == sheet_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _note(session: Session, verb: str, sheet: Sheet, *, now: datetime, **details: int) -> None:
    audit.note_about(session, verb, sheet, account_id=sheet.account_id, now=now, **details)
