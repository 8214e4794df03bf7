"""What can be done about accounts: ask for a code, log in, grant a role, issue a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets as entropy
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service import audit, outbox, secrets
from service.accounts.models import Account, ApiToken, LoginCode, RoleGrant
from service.accounts.queries import by_phone, is_administered
from service.accounts.rules import CODE_LIFE, CODE_TRIES, TWICE_WITHIN, may_send
from service.events import LoginCodeRequested
from service.terms import Role
from service.volunteers.queries import PHONE
from service.volunteers.queries import by_phone as volunteer_by_phone

#: The advisory lock under which roles are taken back, one after the other.
WITHDRAWALS = 0x6C7A_726F


class TooManyCodes(Exception):
    """No further code for this number yet. `retry_at` says from when."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"no further code before {retry_at:%H:%M}")
        self.retry_at = retry_at


class WrongCode(Exception):
    """Not the digits that were sent, or sent too long ago, or tried too often."""


class LastAdministrator(Exception):
    """Without this grant nobody would administer the area."""


def request_code(session: Session, *, phone: str, now: datetime) -> LoginCode:
    """Have six digits sent to `phone` (E.164). Says nothing about whether it is known. Raises TooManyCodes."""
    digest = secrets.digest(phone, purpose=PHONE)
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))
    sent_at = session.scalars(
        select(LoginCode.requested_at).where(LoginCode.phone_digest == digest).order_by(LoginCode.id.desc()).limit(20)
    ).all()
    if retry_at := may_send(list(sent_at), now):
        raise TooManyCodes(retry_at)
    code = LoginCode(
        phone_sealed=secrets.seal(phone), phone_digest=digest, nonce=entropy.token_urlsafe(24), requested_at=now
    )
    session.add(code)
    session.flush()
    outbox.record(session, LoginCodeRequested(code.id))
    return code


def digits(code: LoginCode) -> str:
    """The six digits of this code, derived anew each time."""
    return secrets.code(code.nonce)


def check_code(session: Session, *, phone: str, typed: str, now: datetime) -> LoginCode:
    """The code these digits answer, now used up. Raises WrongCode.

    Only the code sent last counts: a new one ends those before it, used or not. A wrong try is counted even
    though it is refused: the caller must let the transaction commit, so this raises only after counting,
    inside no savepoint of its own.
    """
    code = _latest_code(session, phone)
    if code is None or code.used_at or not _is_alive(code, now):
        raise WrongCode("this code is no longer good: ask for a new one")
    if not _try(session, code, typed):
        raise WrongCode("these are not the digits that were sent")
    code.used_at = now
    return code


def was_just_right(session: Session, *, phone: str, typed: str, now: datetime) -> bool:
    """Whether these digits let somebody in a moment ago: a finger that taps twice sends twice. Counts as a try."""
    code = _latest_code(session, phone)
    if code is None or code.used_at is None or now > code.used_at + TWICE_WITHIN or not _is_alive(code, now):
        return False
    return _try(session, code, typed)


def code_underway(session: Session, *, phone: str, now: datetime) -> LoginCode | None:
    """The code sent last to this number, if it can still be used."""
    code = _latest_code(session, phone)
    return code if code is not None and code.used_at is None and _is_alive(code, now) else None


def _latest_code(session: Session, phone: str) -> LoginCode | None:
    return session.scalar(
        select(LoginCode)
        .where(LoginCode.phone_digest == secrets.digest(phone, purpose=PHONE))
        .order_by(LoginCode.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _is_alive(code: LoginCode, now: datetime) -> bool:
    return code.requested_at + CODE_LIFE >= now and code.attempts < CODE_TRIES


def _try(session: Session, code: LoginCode, typed: str) -> bool:
    code.attempts += 1
    session.flush()
    return hmac.compare_digest(digits(code).encode(), typed.encode())


def open_account(session: Session, *, phone: str, name: str, volunteer_id: int | None = None) -> Account:
    """The account of this number (E.164), made if need be, and tied to the volunteer with the same number."""
    account = by_phone(session, phone)
    if account is None:
        account = Account(
            name=name, phone_sealed=secrets.seal(phone), phone_digest=secrets.digest(phone, purpose=PHONE)
        )
        session.add(account)
    if account.volunteer_id is None:
        known = volunteer_by_phone(session, phone)
        account.volunteer_id = volunteer_id or (known.id if known else None)
    session.flush()
    return account


def grant_role(
    session: Session, account: Account, *, role: Role, area_id: int, granted_by: int | None, now: datetime
) -> RoleGrant:
    """Give the account a role in an area and all below it. Giving it twice keeps the first."""
    same = (RoleGrant.account_id == account.id, RoleGrant.role == role, RoleGrant.area_id == area_id)
    if held := session.scalar(select(RoleGrant).where(*same)):
        return held
    grant = RoleGrant(account_id=account.id, role=role, area_id=area_id)
    session.add(grant)
    session.flush()
    audit.note(
        session,
        verb="granted_role",
        subject=("account", account.id),
        account_id=granted_by,
        area_id=area_id,
        now=now,
        role=role,
    )
    return grant


def withdraw_role(session: Session, *, grant_id: int, withdrawn_by: int, now: datetime) -> bool:
    """Take a role back; it ends with her next request. Whether there was one. Raises LastAdministrator.

    One after the other, so that two administrators who take back each other's role do not both succeed.
    """
    session.execute(select(func.pg_advisory_xact_lock(WITHDRAWALS)))
    grant = session.get(RoleGrant, grant_id, populate_existing=True)
    if grant is None:
        return False
    if grant.role == Role.ADMIN and not is_administered(session, grant.area_id, without=grant.id):
        raise LastAdministrator(f"nobody else administers area {grant.area_id}")
    session.delete(grant)
    session.flush()
    audit.note(
        session,
        verb="withdrew_role",
        subject=("account", grant.account_id),
        account_id=withdrawn_by,
        area_id=grant.area_id,
        now=now,
        role=grant.role,
    )
    return True


def issue_token(
    session: Session, account: Account, *, label: str, now: datetime, expires_at: datetime | None = None
) -> str:
    """A new bearer token, told this once and kept only as a digest."""
    token = f"lz_{entropy.token_urlsafe(32)}"
    session.add(
        ApiToken(
            account_id=account.id,
            label=label,
            token_sha256=hashlib.sha256(token.encode()).digest(),
            issued_at=now,
            expires_at=expires_at,
        )
    )
    audit.note(session, verb="issued_token", subject=("account", account.id), account_id=account.id, now=now)
    return token


def revoke_token(session: Session, *, token_id: int, account_id: int, now: datetime) -> bool:
    """End one of the account's tokens; whether it had such a token. Twice is harmless."""
    token = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == account_id))
    if token is None:
        return False
    token.revoked_at = token.revoked_at or now
    audit.note(session, verb="revoked_token", subject=("account", account_id), account_id=account_id, now=now)
    return True


def end_sessions(session: Session, account: Account) -> None:
    """Log this account out everywhere."""
    account.epoch += 1
