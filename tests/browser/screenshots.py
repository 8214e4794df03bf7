"""Pictures of the demo for the README: `make screenshots` writes them into docs/screenshots/.

Small on purpose: what is committed is looked at on a web page.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from service import demo
from service.demo.logins import LOGINS
from service.settings import settings
from tests.browser.conftest import ARGUMENTS
from tests.house import House
from tests.prerequisites import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PHONE, DESK = {"width": 360, "height": 780}, {"width": 1440, "height": 720}


def main() -> None:
    """Start a house with the demo in it, and take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lunzhi-pictures-") as home:
        Path(home).chmod(0o711)  # PostgreSQL may run as another user
        with House(Path(home), overrides={"ENVIRONMENT": "demo", "VIRTUAL_CLOCK": "1"}) as house:
            demo.load()
            house.start("web")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
                _take(browser, "home-360", "/", size=PHONE)
                _take(browser, "home-large-360", "/", size=PHONE, letters="large")
                _take(browser, "signing-up-360", _first_sign_up(browser), size=PHONE)
                _take(browser, "mine-360", "/me", size=PHONE, phone=LOGINS[-1].phone)
                _take(browser, "dashboard-1440", "/co", size=DESK, phone=LOGINS[1].phone)
                browser.close()


def _first_sign_up(browser: Browser) -> str:
    """The address of the first card's sign-up."""
    page = browser.new_page()
    page.goto(settings().public_url)
    address = page.locator(".card__link").first.get_attribute("href")
    page.close()
    return str(address)


def _take(
    browser: Browser, name: str, path: str, *, size: dict[str, int], phone: str = "", letters: str = "standard"
) -> None:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size)  # type: ignore[arg-type]  # a plain dict does
    context.add_cookies([{"name": "size", "value": letters, "url": settings().public_url}])
    page = context.new_page()
    if phone:
        page.goto(f"{settings().public_url}/login?next={path}")
        page.fill("#phone", phone)
        page.click("main button")
        shown = re.search(r"\d{6}", page.inner_text("main [role=status]"))
        page.fill("#code", shown.group() if shown else "")
        page.click("main form button")
    else:
        page.goto(f"{settings().public_url}{path}")
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
