"""What the browser ring needs of the machine: Chromium, and a font that shows Chinese.

`make test` runs this first. As root on Debian or Ubuntu what is missing is installed; otherwise one sentence says what
to install. Nothing else is taken from the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PACKAGES = {"chromium": "chromium", "font": "fonts-noto-cjk"}


def chromium() -> str | None:
    """The path of a Chromium on this machine; the variable CHROMIUM goes before what is on the PATH."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (MAC if Path(MAC).exists() else None)


def has_chinese_font() -> bool:
    """Whether pages would show characters rather than boxes."""
    if sys.platform == "darwin":
        return True
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


def missing() -> list[str]:
    """The Debian packages that would fill what is missing."""
    present = {"chromium": chromium() is not None, "font": has_chinese_font()}
    return [PACKAGES[what] for what, is_there in present.items() if not is_there]


def main() -> int:
    """Install what is missing if we may, else say what to install."""
    wanted = missing()
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing for the browser tests: {' '.join(wanted)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *wanted]):
            subprocess.run(["apt-get", *words], env=environment, stdout=subprocess.DEVNULL, check=False)
        wanted = missing()
    if wanted:
        packages = " ".join(wanted)
        print(
            f"The browser tests need {packages}. On Debian or Ubuntu: sudo apt-get install {packages}", file=sys.stderr
        )
    return 1 if wanted else 0


if __name__ == "__main__":
    sys.exit(main())
