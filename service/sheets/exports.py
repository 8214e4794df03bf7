"""Personal data of many people leaves the house only with a second person's yes.

Whoever asks says why. Somebody else, who looks after all the areas it speaks of, allows or refuses. Then it can be
fetched for a day by whoever asked. Where nobody else could decide, it is given at once, and the audit says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from service import audit
from service.accounts.models import Account, RoleGrant
from service.places.models import Area
from service.sheets.actions import KINDS
from service.sheets.lines import Circumstances, Value
from service.sheets.models import Export
from service.terms import ExportState, SheetKind

#: Tables of people: names, birthdays, who serves when.
NEED_A_SECOND = (SheetKind.PEOPLE, SheetKind.MEMBERS, SheetKind.ROSTER)
#: How long what was allowed can be fetched; how long one waits for an answer.
OPEN_FOR, WAITS_FOR = timedelta(hours=24), timedelta(days=7)


class ExportRefused(Exception):
    """It cannot be done; `why` is one of `own`, `not_yours`, `decided`, `too_late`, `closed`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def ask(session: Session, *, kind: SheetKind, reason: str, given: Circumstances) -> Export:
    """Ask for a table of people. Nobody else there: it is open at once. The same asked twice is one asking."""
    session.execute(select(Account.id).where(Account.id == given.account_id).with_for_update())
    if there := _waiting_of(session, kind, given):
        return there
    is_alone = not may_decide(session, scope_ids=given.scope_ids, but=given.account_id)
    export = Export(
        area_id=given.scope_ids[0],
        account_id=given.account_id,
        scope_ids=list(given.scope_ids),
        kind=kind,
        reason=reason,
        state=ExportState.ALLOWED if is_alone else ExportState.ASKED,
        asked_at=given.now,
        is_alone=is_alone,
        open_until=given.now + OPEN_FOR if is_alone else None,
    )
    session.add(export)
    session.flush()
    _note(session, "asked_export", export, by=given.account_id, now=given.now)
    if is_alone:
        _note(session, "allowed_export_alone", export, by=given.account_id, now=given.now)
    return export


def allow(session: Session, export_id: int, *, account_id: int, now: datetime) -> Export:
    """A second person says yes. Twice by the same is harmless. Raises ExportRefused."""
    export = _locked(session, export_id)
    if export.state == ExportState.ALLOWED and export.decided_by == account_id:
        return export
    _check_may_decide(session, export, account_id=account_id, now=now)
    export.state, export.open_until = ExportState.ALLOWED, now + OPEN_FOR
    export.decided_by, export.decided_at = account_id, now
    session.flush()
    _note(session, "allowed_export", export, by=account_id, now=now)
    return export


def refuse(session: Session, export_id: int, *, reason: str, account_id: int, now: datetime) -> Export:
    """A second person says no, and why. Raises ExportRefused."""
    export = _locked(session, export_id)
    _check_may_decide(session, export, account_id=account_id, now=now)
    export.state, export.refusal = ExportState.REFUSED, reason
    export.decided_by, export.decided_at = account_id, now
    session.flush()
    _note(session, "refused_export", export, by=account_id, now=now)
    return export


def take_back(session: Session, export_id: int, *, account_id: int, now: datetime) -> Export:
    """Whoever asked no longer wants it; what was open is closed. Twice is harmless. Raises ExportRefused."""
    export = _locked(session, export_id)
    if export.account_id != account_id:
        raise ExportRefused("not_yours")
    if export.state in (ExportState.ASKED, ExportState.ALLOWED):
        export.state, export.open_until = ExportState.TAKEN_BACK, None
        session.flush()
        _note(session, "took_back_export", export, by=account_id, now=now)
    return export


def fetch(session: Session, export: Export, *, given: Circumstances) -> list[Mapping[str, Value]]:
    """The rows, for whoever asked, while it is open and she still looks after all of it. Raises ExportRefused."""
    if export.account_id != given.account_id or not _covers(session, given.scope_ids, export.scope_ids):
        raise ExportRefused("not_yours")
    if not is_open(export, now=given.now):
        raise ExportRefused("closed")
    reach = Circumstances(scope_ids=tuple(export.scope_ids), account_id=given.account_id, now=given.now)
    rows = KINDS[SheetKind(export.kind)](session, reach).listed()
    _note(session, "exported_sheet", export, by=given.account_id, now=given.now, rows=len(rows))
    return rows


def is_open(export: Export, *, now: datetime) -> bool:
    """Whether it can be fetched."""
    return export.state == ExportState.ALLOWED and export.open_until is not None and now < export.open_until


def waits(export: Export, *, now: datetime) -> bool:
    """Whether it can still be decided."""
    return export.state == ExportState.ASKED and now < export.asked_at + WAITS_FOR


def seen(session: Session, export_id: int, *, given: Circumstances) -> Export | None:
    """The asking, for whoever asked and for whoever could decide."""
    export = session.get(Export, export_id)
    if export is None or export.account_id == given.account_id:
        return export
    return export if _covers(session, given.scope_ids, export.scope_ids) else None


def own(session: Session, *, account_id: int, limit: int = 10) -> Sequence[Export]:
    """What this account asked for last, newest first."""
    mine = select(Export).where(Export.account_id == account_id)
    return session.scalars(mine.order_by(Export.id.desc()).limit(limit)).all()


def to_decide(session: Session, *, given: Circumstances) -> list[Row[Export, str]]:
    """(asking, who asks) of others that this account can decide, the oldest first."""
    rows = session.execute(
        select(Export, Account.name)
        .join(Account, Account.id == Export.account_id)
        .where(Export.state == ExportState.ASKED, Export.asked_at > given.now - WAITS_FOR)
        .where(Export.account_id != given.account_id)
        .order_by(Export.id)
    ).all()
    return [row for row in rows if _covers(session, given.scope_ids, row.Export.scope_ids)]


def may_decide(session: Session, *, scope_ids: Collection[int], but: int) -> list[int]:
    """The accounts, but for one, that look after all of these areas, by id."""
    lineages = _lineages(session, scope_ids)
    above = {area_id for lineage in lineages for area_id in lineage}
    held: dict[int, set[int]] = {}
    for account_id, area_id in session.execute(
        select(RoleGrant.account_id, RoleGrant.area_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.area_id.in_(above), RoleGrant.account_id != but, Account.disabled_at.is_(None))
        .order_by(RoleGrant.account_id)
    ):
        held.setdefault(account_id, set()).add(area_id)
    return [account_id for account_id, areas in held.items() if all(areas & set(lineage) for lineage in lineages)]


def _check_may_decide(session: Session, export: Export, *, account_id: int, now: datetime) -> None:
    if export.account_id == account_id:
        raise ExportRefused("own")
    if account_id not in may_decide(session, scope_ids=export.scope_ids, but=export.account_id):
        raise ExportRefused("not_yours")
    if export.state != ExportState.ASKED:
        raise ExportRefused("decided")
    if not waits(export, now=now):
        raise ExportRefused("too_late")


def _covers(session: Session, scope_ids: Collection[int], wanted: Collection[int]) -> bool:
    """Whether each of the wanted areas is one of the scopes or below one."""
    return all(set(lineage) & set(scope_ids) for lineage in _lineages(session, wanted))


def _lineages(session: Session, area_ids: Collection[int]) -> Sequence[list[int]]:
    return session.scalars(select(Area.lineage).where(Area.id.in_(area_ids))).all()


def _waiting_of(session: Session, kind: SheetKind, given: Circumstances) -> Export | None:
    return session.scalar(
        select(Export)
        .where(Export.account_id == given.account_id, Export.kind == kind, Export.state == ExportState.ASKED)
        .where(Export.scope_ids == list(given.scope_ids), Export.asked_at > given.now - WAITS_FOR)
    )


def _locked(session: Session, export_id: int) -> Export:
    return session.scalars(
        select(Export).where(Export.id == export_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _note(session: Session, verb: str, export: Export, *, by: int, now: datetime, **details: object) -> None:
    audit.note_about(session, verb, export, account_id=by, now=now, kind=export.kind, **details)
