"""A pytest plugin for the whole run: who runs what, and that each ring has really run.

`make test` loads it. A ring whose tests were skipped, deselected or never collected makes the run fail, so that a green
run means every ring was green.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

RINGS = ("service", "journeys", "integration", "browser", "chaos")
#: What begins, by how its path begins, so that no process is left alone with it at the end.
FIRST = (
    "tests/chaos/test_soak",
    "tests/chaos/",
    "tests/browser/test_every_page",
    "tests/browser/",
    "tests/integration/",
    "tests/service/test_model",
    "tests/journeys/",
    "",
)


def ring_of(nodeid: str) -> str:
    """The ring a test belongs to: its folder under tests/; what lies beside the folders counts as `service`."""
    parts = nodeid.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 and parts[1] in RINGS else "service"


class BesideChaos(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Each file is run whole, by one process. The chaos ring goes by one process too, and from the beginning: it waits
    more than it computes, and one house at a time is enough for two cores.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "chaos" if ring_of(nodeid) == "chaos" else file


class RingCount:
    """Counts outcomes by ring; with xdist it stands in the process that collects the reports."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed[ring_of(report.nodeid)] += 1
        if report.skipped:
            self.skipped[ring_of(report.nodeid)] += 1

    def not_run(self) -> list[str]:
        """The rings of which no test passed, or some were skipped."""
        return [ring for ring in RINGS if not self.passed[ring] or self.skipped[ring]]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.not_run() and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("rings")
        for ring in RINGS:
            skipped = f", {self.skipped[ring]} skipped" if self.skipped[ring] else ""
            terminalreporter.line(f"{ring:12} {self.passed[ring]} passed{skipped}")
        # Counted as errors, so that the closing line says it too.
        for ring in self.not_run():
            why = f"ring {ring} did not run in full"
            terminalreporter.line(f"ERROR {why}", red=True)
            terminalreporter.stats.setdefault("error", []).append(_error(ring, why))


def _error(ring: str, why: str) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=f"tests/{ring}",
        location=(f"tests/{ring}", None, ring),
        keywords={},
        outcome="failed",
        longrepr=why,
        when="setup",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: whoever looks for garbage need not look there, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first."""
    items.sort(key=lambda item: next(place for place, path in enumerate(FIRST) if item.nodeid.startswith(path)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Asked by xdist in place of `--dist`."""
    config.option.loadscopereorder = False
    return BesideChaos(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Stand in the controlling process only: workers report to it."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(RingCount(), "ring-count")
