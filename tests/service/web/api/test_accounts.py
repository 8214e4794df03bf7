"""Logging in by code, tokens, and who may not."""

from __future__ import annotations

from sqlalchemy import select

from service.accounts import actions as accounts
from service.accounts.models import LoginCode
from service.db import transaction
from tests.service.web.api.conftest import Client, Town

PHONE = "13800138000"


def sent_digits() -> str:
    with transaction() as session:
        return accounts.digits(session.scalars(select(LoginCode).order_by(LoginCode.id.desc()).limit(1)).one())


def log_in(town: Town, phone: str = PHONE) -> Client:
    assert Client(town.app).post("/login/codes", {"phone": phone}).status == 202
    given = Client(town.app).post("/login/tokens", {"phone": phone, "code": sent_digits()})
    assert given.status == 201, given.text
    return Client(town.app, given.json["token"])


def test_a_code_gives_a_token_that_speaks_for_its_account(town: Town) -> None:
    me = log_in(town).get("/me")

    assert me.status == 200
    assert (me.json["volunteer_id"], me.json["roles"]) == (None, [])


def test_a_newcomer_registers_herself_with_the_number_she_logged_in_by(town: Town) -> None:
    newcomer = log_in(town)
    asked = {"area_id": town.here.id, "name": "赵小燕", "agrees": True}
    made = newcomer.post("/volunteers", asked)

    assert made.status == 201, made.text
    assert made.json["has_phone"] is True
    assert newcomer.get("/me").json["volunteer_id"] == made.json["id"]
    assert newcomer.post("/volunteers", asked).json["type"].endswith("phone-taken")


def test_the_digits_are_in_the_answer_only_in_a_trial(town: Town) -> None:
    assert "code" not in Client(town.app).post("/login/codes", {"phone": PHONE}).json


def test_a_second_code_within_a_minute_is_refused_with_the_wait(town: Town) -> None:
    guest = Client(town.app)
    guest.post("/login/codes", {"phone": PHONE})
    again = guest.post("/login/codes", {"phone": PHONE})

    assert (again.status, again.headers["Retry-After"]) == (429, "60")


def test_wrong_digits_are_counted_though_refused(town: Town) -> None:
    guest = Client(town.app)
    guest.post("/login/codes", {"phone": PHONE})
    digits = sent_digits()
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    refused = [guest.post("/login/tokens", {"phone": PHONE, "code": wrong}) for _ in range(5)]

    assert {answer.status for answer in refused} == {422}
    assert "code" in refused[0].json["errors"]
    assert guest.post("/login/tokens", {"phone": PHONE, "code": digits}).status == 422, "five tries are all there are"


def test_an_administrator_issues_and_revokes_a_token(town: Town) -> None:
    issued = town.admin.post("/tokens", {"label": "志愿汇 对接", "days": 30})
    program = Client(town.app, issued.json["token"])

    assert program.get("/me").status == 200
    listed = town.admin.get("/tokens").json["items"]
    assert issued.json["id"] in [token["id"] for token in listed]
    assert all("token" not in token for token in listed)
    assert town.volunteer.delete(f"/tokens/{issued.json['id']}").status == 404
    assert town.admin.delete(f"/tokens/{issued.json['id']}").status == 204
    assert program.get("/me").status == 401


def test_only_administrators_issue_tokens(town: Town) -> None:
    assert town.coordinator.post("/tokens", {"label": "abc"}).status == 403
    assert town.volunteer.post("/tokens", {"label": "abc"}).status == 403
