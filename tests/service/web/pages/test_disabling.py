"""An account is taken out of use by an administrator, and into use again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from service.accounts import actions as accounts
from service.accounts import disabling
from service.accounts.actions import LastAdministrator
from service.accounts.models import Account
from service.accounts.queries import actor_by_token
from service.audit import AuditEntry
from service.db import transaction
from service.places.models import Area
from service.terms import Role
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def office() -> tuple[Person, Area, Account]:
    """An administrator of a community, and a coordinator there."""
    she, area = desks.coordinator(role=Role.ADMIN)
    with transaction() as session:
        account = accounts.open_account(session, phone="+8613900077701", name="林协调")
        accounts.grant_role(session, account, role=Role.COORDINATOR, area_id=area.id, granted_by=None, now=NOW)
        return she, area, account


def verbs() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))


def press(she: Person, account: Account, what: str) -> str:
    she.open("/ad/accounts")
    return she.send(f"/ad/accounts/{account.id}/{what}")


def test_who_is_disabled_is_out_at_once_and_back_when_enabled(office: tuple[Person, Area, Account]) -> None:
    she, _area, account = office
    with transaction() as session:
        token = accounts.issue_token(session, session.get_one(Account, account.id), label="表", now=NOW)
    gone = desks.seated(account)
    assert (gone.open("/co"), gone.status)[1] == 200

    assert "林协调的账号停用了，已经登录的地方也都退出了。" in press(she, account, "disable")
    assert "已停用" in she.text
    gone.open("/co")
    assert gone.path == "/login"
    gone.log_in("13900077701")
    assert "这个手机号的账号停用了" in gone.text
    with transaction() as session:
        assert actor_by_token(session, token, now=NOW) is None

    assert "林协调的账号恢复了，权限和以前一样。" in press(she, account, "enable")
    gone.open("/co")
    assert gone.path == "/login", "what was logged in before stays out"
    with transaction() as session:
        assert actor_by_token(session, token, now=NOW) is None, "and so does a program"
        again = session.get_one(Account, account.id)
    back = desks.seated(again)
    assert (back.open("/co"), back.status)[1] == 200
    press(she, account, "enable")
    assert [verb for verb in verbs() if "account" in verb] == ["disabled_account", "enabled_account"]


def test_nobody_disables_herself_nor_whom_she_does_not_administer(office: tuple[Person, Area, Account]) -> None:
    she, _area, account = office
    with transaction() as session:
        own = session.scalars(select(Account).where(Account.name != "林协调")).one()
        elsewhere = factories.community(session, "石窟路社区", street="新华路街道")
        stranger = factories.coordinator(session, elsewhere, "赵协调")
    assert "不能停用自己的账号" in press(she, own, "disable")
    assert she.status == 409
    for what in ("disable", "enable"):
        press(she, stranger, what)
        assert she.status == 404
    with transaction() as session:
        accounts.grant_role(
            session,
            session.get_one(Account, account.id),
            role=Role.COORDINATOR,
            area_id=elsewhere.id,
            granted_by=None,
            now=NOW,
        )
    assert "林协调在别的地方也有权限" in press(she, account, "disable")
    assert she.status == 409
    coordinator = desks.seated(stranger)
    coordinator.open("/co/proxy/new")
    coordinator.send(f"/ad/accounts/{account.id}/disable")
    assert coordinator.status == 403
    assert "disabled_account" not in verbs()


def test_the_last_administrator_stays_also_when_two_disable_each_other() -> None:
    with transaction() as session:
        area = factories.community(session)
        top = session.get_one(Area, area.lineage[0])
        two = [factories.coordinator(session, top, name, role=Role.ADMIN).id for name in ("陈协调", "林协调")]

    def disable(by: int, whom: int) -> str:
        try:
            with transaction() as session:
                account = session.get_one(Account, whom)
                disabling.disable(session, account, by=by, scope_ids=(top.id,), now=NOW)
        except LastAdministrator:
            return "last"
        return "done"

    for _round in range(5):
        with ThreadPoolExecutor(2) as pool:
            outcomes = pool.map(disable, two, reversed(two))
        assert sorted(outcomes) == ["done", "last"]
        with transaction() as session:
            for one in two:
                session.get_one(Account, one).disabled_at = None
