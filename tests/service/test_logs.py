"""What the programs write down, and what they keep to themselves."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from service.settings import Settings
from tests.house import KEYS

FAILS = """
import wsgi, structlog
def fail(phone):
    raise RuntimeError("no luck")
try:
    fail("13900" + "009999")
except RuntimeError as error:
    structlog.get_logger("web").error("unexpected error", exc_info=error)
"""


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_of_the_web_server_tells_where_and_not_with_what(servers: Settings, log_format: str) -> None:
    """Values of variables are what nobody may read in a log; and printing them once took seconds a request."""
    environment = {
        **KEYS,
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "LOG_FORMAT": log_format,
    }
    done = subprocess.run([sys.executable, "-c", FAILS], env=environment, capture_output=True, text=True, check=True)

    assert "RuntimeError: no luck" in done.stdout
    assert "13900009999" not in done.stdout
    assert "locals" not in done.stdout
    assert done.stderr == ""
    if log_format == "json":
        assert json.loads(done.stdout)["event"] == "unexpected error"
