"""Who is asking: sessions, tokens, and the areas each role reaches."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.accounts import actions, queries
from service.accounts.models import Account, ApiToken, RoleGrant
from service.accounts.queries import Actor
from service.terms import Role
from tests import factories
from tests.ledger import audited

HOUR = timedelta(hours=1)


@pytest.fixture
def account(session: Session) -> Account:
    return actions.open_account(session, phone=factories.phone(), name="陈协调")


def grant(session: Session, account: Account, role: Role, area_id: int, now: datetime) -> RoleGrant:
    return actions.grant_role(session, account, role=role, area_id=area_id, granted_by=7, now=now)


def test_an_account_without_a_role_is_nobody_special(session: Session, account: Account) -> None:
    who = queries.actor(session, account.id)

    assert who == Actor(account_id=account.id, name="陈协调", volunteer_id=None, scopes={})
    assert (who.scope_ids(), who.scope_ids(Role.ADMIN), who.is_coordinator) == ((), (), False)


def test_an_administrator_is_a_coordinator_there_but_not_the_reverse(
    session: Session, account: Account, now: datetime
) -> None:
    here, there = factories.community(session, "人民路社区").id, factories.community(session, "站街社区").id
    grant(session, account, Role.COORDINATOR, here, now)
    grant(session, account, Role.ADMIN, there, now)
    who = queries.actor(session, account.id)

    assert who is not None
    assert sorted(who.scope_ids()) == sorted([here, there])
    assert who.scope_ids(Role.ADMIN) == (there,)
    assert who.is_coordinator


def test_a_role_given_twice_is_held_once_and_noted_once(session: Session, account: Account, now: datetime) -> None:
    here = factories.community(session).id
    first = grant(session, account, Role.COORDINATOR, here, now)

    assert grant(session, account, Role.COORDINATOR, here, now) is first
    assert audited(session) == [("granted_role", "account", account.id, 7)]


def test_raising_the_epoch_ends_every_session(session: Session, account: Account) -> None:
    before = account.epoch
    assert queries.actor(session, account.id, epoch=before) is not None
    actions.end_sessions(session, account)
    session.flush()

    assert queries.actor(session, account.id, epoch=before) is None
    assert queries.actor(session, account.id, epoch=before + 1) is not None
    assert queries.actor(session, account.id) is not None


def test_a_disabled_account_is_nobody(session: Session, account: Account, now: datetime) -> None:
    token = actions.issue_token(session, account, label="平板", now=now)
    account.disabled_at = now
    session.flush()

    assert queries.actor(session, account.id) is None
    assert queries.actor_by_token(session, token, now=now) is None
    assert queries.actor(session, 0) is None


# --- tokens ---


def test_a_token_is_shown_once_and_kept_as_a_digest(session: Session, account: Account, now: datetime) -> None:
    token = actions.issue_token(session, account, label="平板", now=now)
    session.flush()
    [stored] = session.execute(text("SELECT row_to_json(t)::text FROM api_token t")).one()

    assert token.startswith("lz_")
    assert len(token) > 40
    assert token not in stored
    assert actions.issue_token(session, account, label="平板", now=now) != token


def test_a_token_speaks_for_its_account(session: Session, account: Account, now: datetime) -> None:
    here = factories.community(session).id
    grant(session, account, Role.COORDINATOR, here, now)
    token = actions.issue_token(session, account, label="平板", now=now)
    session.flush()
    who = queries.actor_by_token(session, token, now=now)

    assert who == queries.actor(session, account.id)
    assert who is not None
    assert who.scope_ids() == (here,)


@pytest.mark.parametrize("spoilt", ["", "lz_", "x", "lz_" + "0" * 43, "令牌", "lz_\x00", "x" * 100_000])
def test_an_unknown_token_speaks_for_nobody(session: Session, account: Account, now: datetime, spoilt: str) -> None:
    actions.issue_token(session, account, label="平板", now=now)
    session.flush()

    assert queries.actor_by_token(session, spoilt, now=now) is None


def test_a_token_ends_at_its_time(session: Session, account: Account, now: datetime) -> None:
    token = actions.issue_token(session, account, label="平板", now=now, expires_at=now + HOUR)
    session.flush()

    assert queries.actor_by_token(session, token, now=now + HOUR - timedelta(microseconds=1)) is not None
    assert queries.actor_by_token(session, token, now=now + HOUR) is None


def test_a_revoked_token_is_over_at_once_for_its_owner_only(session: Session, account: Account, now: datetime) -> None:
    token = actions.issue_token(session, account, label="平板", now=now)
    session.flush()
    token_id = session.scalars(select(ApiToken.id)).one()
    stranger = actions.open_account(session, phone=factories.phone(), name="别人")

    assert not actions.revoke_token(session, token_id=token_id, account_id=stranger.id, now=now)
    assert queries.actor_by_token(session, token, now=now) is not None
    assert actions.revoke_token(session, token_id=token_id, account_id=account.id, now=now)
    assert actions.revoke_token(session, token_id=token_id, account_id=account.id, now=now + HOUR)
    session.flush()
    assert queries.actor_by_token(session, token, now=now) is None
    assert session.scalars(select(ApiToken.revoked_at)).one() == now
