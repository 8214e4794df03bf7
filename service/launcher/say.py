"""What the launcher tells the person at the keyboard: one line a step, with its seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def line(text: str = "") -> None:
    """One line, shown at once even when output is piped."""
    print(text, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Announce a step, then complete its line with the seconds it took."""
    began = time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"  {what} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("" if live else f"  {what} ... not done", flush=True)
        raise
    seconds = f"{time.monotonic() - began:.1f} s"
    print(seconds if live else f"  {what} ... {seconds}", flush=True)


def trouble(text: str) -> None:
    """What went wrong and what to do."""
    print(f"\n{text}", file=sys.stderr, flush=True)


def welcome(address: str, *, seconds: float, logs: str) -> None:
    """Where it answers, who can log in, and what to try first; in Chinese and in English."""
    from service.demo.logins import LOGINS

    line(f"\nLunzhi 轮值 is ready after {seconds:.1f} s:  {address}\n")
    line("  登录 · log in as (the code is shown on the page, since this is a trial):")
    for login in LOGINS:
        line(f"    {login}")
    line(
        "\n  先试试：打开首页，选一个缺人的班次，点“我要报名”；再用协调员登录，看报名、候补和提醒怎样走。"
        "\n  Try first: open the page, take a shift that needs people; then log in as a coordinator and follow it."
        f"\n  A whole story by itself: make demo        API: {address}/api/v1/docs        Logs: {logs}/"
        "\n\n  Ctrl-C 停止 · stops everything.\n"
    )
