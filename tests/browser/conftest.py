"""A real browser before the real application: phone and desk, the three text sizes, with and without JavaScript."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Response
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from service.settings import Settings
from service.web import create_app
from tests.prerequisites import chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 780},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
SCREENS = {"360x780": PHONE, "1440x900": DESK}
SIZES = ("standard", "large", "xlarge")


class Quiet(WSGIRequestHandler):
    """The application writes its own line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def site(servers: Settings) -> Iterator[str]:
    """The address of the application, on the test servers; beside it lies what `checks` bring into its pages."""
    app = create_app(replace(servers, help_name="人民路社区服务站", help_phone="+8637164351234"))
    kept = {"Cache-Control": "max-age=86400, immutable"}
    app.add_url_rule("/axe.js", "axe", lambda: Response(AXE_SCRIPT, headers=kept, mimetype="text/javascript"))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@dataclass
class Visit:
    """A person with a browser, and what went wrong while she looked."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(self.site + path)
        return self.page

    def heard(self) -> list[str]:
        """The complaints since this was last asked."""
        told, self.complaints[:] = list(self.complaints), []
        return told


#: Chromium itself writes this for every page of an error; the page is what we test.
EXPECTED = re.compile("the server responded with a status of (4..|503)")


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """Make a visit: `visit("360x780", size="large", scripts=False)`."""
    contexts: list[BrowserContext] = []

    def make(screen: str, *, size: str = "standard", scripts: bool = True) -> Visit:
        context = browser.new_context(
            **SCREENS[screen], locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=scripts
        )
        contexts.append(context)
        context.add_cookies([{"name": "size", "value": size, "url": site}])
        made = Visit(context.new_page(), site)
        _listen(made)
        return made

    yield make
    for context in contexts:
        context.close()


def _listen(visit: Visit) -> None:
    def heard(message: Any) -> None:
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            visit.complaints.append(message.text)

    def asked(request: Any) -> None:
        if not request.url.startswith((visit.site, "data:")):
            visit.complaints.append(f"asked another host: {request.url}")

    visit.page.on("console", heard)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on("request", asked)
