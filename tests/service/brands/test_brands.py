"""Brands: colours that can be read, marks written anew, shown where they belong and kept by browsers."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit import AuditEntry
from service.brands import actions, queries, rules
from service.brands.actions import BrandRefused
from service.brands.models import Brand
from service.brands.rules import MarkRefused, contrast, is_readable, rewritten
from service.db import transaction
from service.places.models import Area
from service.terms import Role
from tests import desks, factories
from tests.browsing import Person
from tests.factories import NOW

RED = "#8a1f11"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    side: int = 64, *, extra: bytes = b"", points: bytes | None = None, interlaced: int = 0, tail: bytes = b""
) -> bytes:
    """A red square."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, interlaced)
    body = points if points is not None else (b"\x00" + b"\x8a\x1f\x11" * side) * side
    parts = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    return rules.SIGNATURE + parts + tail


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert (is_readable(RED), is_readable("#d9822b"), is_readable("#ffffff")) == (True, False, False)


def test_a_mark_is_written_anew_and_keeps_nothing_but_its_points() -> None:
    secret = chunk(b"tEXt", b"Comment\x00where it was taken")
    packed = rewritten(png(extra=secret, tail=b"<script>alert(1)</script>"))
    assert b"taken" not in packed
    assert b"script" not in packed
    assert packed == rewritten(png()) == rewritten(packed)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not_png"),
        (b"GIF89a", "not_png"),
        (b"\xff\xd8\xff\xe0", "not_png"),
        (rules.SIGNATURE, "broken"),
        (png()[:-20], "broken"),
        (png().replace(b"IDAT", b"IDAX"), "broken"),
        (png(points=b"\x00"), "broken"),
        (png(points=bytes(10**6)), "broken"),
        (png(points=(b"\x09" + bytes(64 * 3)) * 64), "broken"),
        (png(interlaced=1), "broken"),
        (png(32), "size"),
        (png(257), "size"),
        (png(tail=bytes(rules.LONGEST_FILE)), "heavy"),
    ],
)
def test_what_is_no_mark_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(MarkRefused) as told:
        rewritten(data)
    assert told.value.problem == problem


def test_a_picture_too_heavy_for_every_page_is_refused() -> None:
    noise = b"".join(b"\x00" + _noise(n, 256 * 3) for n in range(256))
    with pytest.raises(MarkRefused) as told:
        rewritten(png(256, points=noise))
    assert told.value.problem == "heavy"


def _noise(seed: int, length: int) -> bytes:
    state, found = seed + 1, bytearray()
    for _n in range(length):
        state = (1103515245 * state + 12345) % 2**31
        found.append(state >> 16 & 255)
    return bytes(found)


def test_a_faint_colour_is_refused_and_nothing_changes(session: Session) -> None:
    area = factories.community(session)
    for accent, problem in (("red", "no_colour"), ("#12345g", "no_colour"), ("#e0a030", "faint")):
        with pytest.raises(BrandRefused) as told:
            actions.choose(session, area, name="红色管家", accent=accent, account_id=7, now=NOW)
        assert told.value.problem == problem
    assert queries.own(session, area.id) is None


def test_a_page_shows_the_nearest_brand_at_or_above(session: Session) -> None:
    area = factories.community(session)
    street = session.get_one(Area, area.parent_id)
    assert queries.shown(session, area) is None
    actions.choose(session, street, name="街道品牌", accent=RED, account_id=7, now=NOW)
    assert (queries.shown(session, area) or Brand(name="")).name == "街道品牌"
    actions.choose(session, area, name="红色管家", accent=RED, mark=png(), account_id=7, now=NOW)
    hers = queries.shown(session, area)
    assert hers is not None
    assert (hers.name, hers.mark) == ("红色管家", rewritten(png()))
    before = hers.digest
    actions.choose(session, area, name="红色管家", accent="#134a40", account_id=7, now=NOW)
    assert (hers.mark is not None, hers.digest != before) == (True, True), "the mark stays, the address is another"
    actions.choose(session, area, name="红色管家", accent=RED, without_mark=True, account_id=7, now=NOW)
    assert hers.mark is None
    actions.give_up(session, area, account_id=7, now=NOW)
    assert (queries.shown(session, area) or Brand(name="")).name == "街道品牌"
    ours = select(AuditEntry.verb).where(AuditEntry.subject_id == area.id)
    verbs = session.scalars(ours.order_by(AuditEntry.id)).all()
    assert verbs == ["chose_brand"] * 3 + ["gave_up_brand"]


def kept_by_browsers(who: Person, area_id: int, digest: str) -> None:
    """Colour and mark are sent once: another look has another address."""
    picture, colour = (who.client.get(f"/brands/{area_id}/{digest}.{kind}") for kind in ("png", "css"))
    assert (picture.status_code, picture.mimetype, colour.mimetype) == (200, "image/png", "text/css")
    assert colour.text == ".brand__own{color:#8a1f11}\n"
    for answer in (picture, colour):
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert who.client.get(f"/brands/{area_id}/000000000000.png").status_code == 404


@pytest.mark.usefixtures("at_now")
def test_an_administrator_chooses_it_and_it_stands_on_pages_and_papers() -> None:
    admin, area = desks.coordinator(role=Role.ADMIN)
    desk_of_another, elsewhere = desks.coordinator("杜甫路社区")
    address = f"/ad/areas/{area.id}/brand"
    admin.open(address)
    refused = admin.send(address, name="红色管家", accent="#e0a030", mark=(io.BytesIO(png()), "mark.png"))
    assert "颜色太浅" in refused
    refused = admin.send(address, name="红色管家", accent=RED, mark=(io.BytesIO(b"<svg/>"), "mark.svg"))
    assert "只收PNG图片" in refused
    done = admin.send(address, name="红色管家", accent=RED, mark=(io.BytesIO(png()), "mark.png"))
    assert "存好了" in done
    with transaction() as session:
        digest = session.get_one(Brand, area.id).digest
    kept_by_browsers(admin, area.id, digest)
    made, _shifts = desks.published(area)
    other, _shifts = desks.published(elsewhere)
    guest = desks.volunteer_account()
    own = f"/brands/{area.id}/{digest}.png"
    assert own in guest.open(f"/a/{made.id}")
    assert '<span class="brand__line brand__own">红色管家</span>' in guest.text
    assert own not in guest.open(f"/a/{other.id}")
    for paper in ("poster", "print"):
        assert own in admin.open(f"/co/activities/{made.id}/{paper}"), paper
    desk_of_another.open(address)
    assert desk_of_another.status == 403
    admin.open(address)
    admin.send(f"{address}/give-up")
    assert own not in guest.open(f"/a/{made.id}")
