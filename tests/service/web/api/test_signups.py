"""Sign-ups over JSON: happy paths, forbidden ways in, refusals, idempotency."""

from __future__ import annotations

from tests.service.web.api.conftest import Town


def test_a_volunteer_signs_up_withdraws_and_undoes_it(town: Town) -> None:
    shift_id, role_id = town.shift()
    asked = town.volunteer.post(f"/shifts/{shift_id}/signups", {"shift_role_id": role_id})

    assert asked.status == 201, asked.text
    assert asked.json["state"] == "confirmed"
    assert asked.headers["Location"] == f"/api/v1/signups/{asked.json['id']}"
    assert town.volunteer.get(f"/signups/{asked.json['id']}").json["waitlist_position"] is None

    withdrawn = town.volunteer.post(f"/signups/{asked.json['id']}/withdrawals")
    assert (withdrawn.status, withdrawn.json["state"]) == (201, "withdrawn")
    undone = town.volunteer.delete(f"/signups/{asked.json['id']}/withdrawals")
    assert (undone.status, undone.json["state"]) == (200, "confirmed")
