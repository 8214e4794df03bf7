"""Whom the servers run as. PostgreSQL refuses to run as root, and Valkey has no need to.

Nothing outside the server's own folder changes owner or mode, and no account is made: as root we borrow one that
exists. Where it cannot walk to the checkout (/root/… is closed to it), the data folder is handed over as an open
directory, and the programs as a copy in a temporary folder that is removed at stop.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.launcher.errors import LaunchError

BORROWED = ("nobody", "daemon")
COPY_PREFIX = "lunzhi-"


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this system, used when the launcher is root."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments that make a child run as this account and in no other group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def can_run(self, program: Path) -> bool:
        """Whether it can reach and execute the program: asked of the kernel by trying."""
        try:
            tried = subprocess.run(
                [program, "--version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                cwd="/",
                check=False,
                **self.popen_arguments(),
            )
        except OSError:
            return False
        return tried.returncode == 0


def account_for(folder: Path) -> Account | None:
    """The account for a server whose data lies in `folder`; None when we are an ordinary user and run it ourselves.

    As root: the folder's owner if it already has one, else `nobody`. Raises LaunchError when there is none to borrow.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (uid := folder.stat().st_uid) != 0:
        return Account(uid, folder.stat().st_gid)
    for name in BORROWED:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise LaunchError(
        f"PostgreSQL refuses to run as root, and this system has no account {' or '.join(BORROWED)} to run it as; "
        "start Lunzhi as an ordinary user."
    )


@contextmanager
def open_folder(folder: Path, account: Account | None) -> Iterator[tuple[str, Sequence[int]]]:
    """The path by which the account reaches its folder, and the descriptors the child must inherit for it.

    For another account the folder is opened here and named through /proc/self/fd, so the folders above it may stay
    closed. The folder becomes the account's own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is None:
        yield str(folder), ()
        return
    os.chown(folder, account.uid, account.gid)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


@contextmanager
def reachable(program: Path, account: Account | None, *, folders: Sequence[Path], home: Path) -> Iterator[Path]:
    """`program`, or a copy of it that the account can execute.

    `folders` are what the program needs beside it; they share one parent, and keep their places relative to it.
    Where the copy lies is noted in `home`, so that a copy left by a killed launcher is removed at the next start.
    """
    note = home / "copy"
    _remove_copy(note)
    if account is None or account.can_run(program):
        yield program
        return
    copy = Path(tempfile.mkdtemp(prefix=COPY_PREFIX))
    note.write_text(str(copy))
    try:
        for folder in folders:
            shutil.copytree(folder, copy / folder.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        copy.chmod(0o755)
        yield copy / program.relative_to(folders[0].parent)
    finally:
        _remove_copy(note)


def _remove_copy(note: Path) -> None:
    if note.exists():
        copy = Path(note.read_text())
        if copy.name.startswith(COPY_PREFIX):
            shutil.rmtree(copy, ignore_errors=True)
        note.unlink()
