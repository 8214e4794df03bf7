"""Pictures of the ten pages that matter, and of a chart: `make screenshots` writes them into docs/screenshots/.

The demo stands at NOW, so that a page that did not change gives the same picture. On a telephone, there also in 长辈版,
and on a desk. WebP: what is committed is looked at on a web page, and all of it stays below a megabyte.
"""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import select

from service import links
from service.accounts import actions as accounts
from service.activities.models import Activity, Shift
from service.db import transaction
from service.demo import loading
from service.demo.logins import LOGINS
from service.roster.models import Assignment
from service.settings import settings
from service.terms import ActivityState, AssignmentState, Mode
from tests import browsing, desks
from tests.browser import town
from tests.browser.conftest import ARGUMENTS, DESK, PHONE
from tests.factories import NOW
from tests.house import House
from tests.prerequisites import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
#: Sharp enough to read, small enough to keep.
QUALITY = 55
#: How a page is looked at: the end of the picture's name, the screen, the letters.
LOOKS = (
    ("360", {**PHONE, "device_scale_factor": 1}, "standard"),
    ("large-360", {**PHONE, "device_scale_factor": 1}, "large"),
    ("1440", DESK, "standard"),
)


@dataclass(frozen=True)
class Scene:
    """A page by name: where it is, and the session cookie of who reads it (none for a guest)."""

    name: str
    path: str
    cookie: str = ""


def main() -> None:
    """Start a house with the demo in it, and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lunzhi-pictures-") as home:
        Path(home).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(home), overrides={"ENVIRONMENT": "demo", "VIRTUAL_CLOCK": "1"}) as house:
            loading.load(NOW)
            desks.stop_clock()
            house.start("web")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
                for scene in _scenes(browser):
                    for look, screen, letters in LOOKS:
                        context = browser.new_context(**screen, locale="zh-CN", timezone_id="Asia/Shanghai")
                        _take(context, scene, letters=letters, path=FOLDER / f"{scene.name}-{look}.webp")
                        context.close()
                browser.close()


def _scenes(browser: Browser) -> list[Scene]:
    """The volunteer's way first, then the coordinator's."""
    found, desk = town.fill(), town.session_cookie()
    open_one, offer, her = _volunteers()
    return [
        Scene("home", "/"),
        Scene("activity", open_one),
        Scene("signing-up", _first_sign_up(browser)),
        Scene("answer", offer),
        Scene("mine", "/me", her),
        Scene("dashboard", "/co", desk),
        Scene("publishing", found["unfinished"], desk),
        Scene("roster", found["roster"], desk),
        Scene("match", found["match"], desk),
        Scene("paper", found["paper"], desk),
        Scene("gaps", "/co/gaps", desk),
    ]


def _volunteers() -> tuple[str, str, str]:
    """An activity that takes everybody, a question to somebody, and the cookie of the neighbour of the demo."""
    with transaction() as session:
        open_id = session.scalars(
            select(Activity.id)
            .where(Activity.mode == Mode.INSTANT, Activity.state == ActivityState.PUBLISHED)
            .order_by(Activity.id)
        ).first()
        neighbour = accounts.open_account(session, phone=f"+86{LOGINS[-1].phone}", name=LOGINS[-1].who)
        offer = session.scalars(
            select(Assignment.id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Assignment.state == AssignmentState.OFFERED, Shift.starts_at > NOW)
            .order_by(Shift.starts_at, Assignment.id)
        ).first()
        assert offer is not None
        cookie = browsing.session_cookie(neighbour.id, epoch=neighbour.epoch)
        return f"/a/{open_id}", f"/answers/{links.answer_token(offer)}", cookie


def _first_sign_up(browser: Browser) -> str:
    """The address of the first card's sign-up."""
    page = browser.new_page()
    page.goto(settings().public_url)
    address = page.locator(".card__link").first.get_attribute("href")
    page.close()
    return str(address)


def _take(context: BrowserContext, scene: Scene, *, letters: str, path: Path) -> None:
    site = settings().public_url
    context.add_cookies([{"name": "size", "value": letters, "url": site}])
    if scene.cookie:
        context.add_cookies([{"name": "lunzhi", "value": scene.cookie, "url": site}])
    page = context.new_page()
    page.goto(f"{site}{scene.path}", wait_until="networkidle")
    picture = context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "optimizeForSpeed": False}
    )
    path.write_bytes(base64.b64decode(picture["data"]))


if __name__ == "__main__":
    main()
