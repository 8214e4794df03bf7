"""A pytest plugin for the whole run: each ring must really have run, and says how many of its tests passed.

`make test` loads it. A ring whose tests were skipped, deselected or never collected makes the run fail, so that a green
run means every ring was green.
"""

from __future__ import annotations

from collections import Counter

import pytest

RINGS = ("service", "journeys", "integration", "browser", "chaos")


def ring_of(nodeid: str) -> str:
    """The ring a test belongs to: its folder under tests/; what lies beside the folders counts as `service`."""
    parts = nodeid.partition("::")[0].split("/")
    return parts[1] if len(parts) > 2 and parts[1] in RINGS else "service"


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


def pytest_configure(config: pytest.Config) -> None:
    """Stand in the controlling process only: workers report to it."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(RingCount(), "ring-count")
