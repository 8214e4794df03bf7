"""The launcher's parts, each with real processes: servers, supervision, leftovers, and the sentences for trouble."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis

from service.launcher import LaunchError, Running, checks, programs, start_postgres, start_redis
from service.launcher.account import account_for, open_folder, reachable
from service.launcher.house import House, open_house
from service.launcher.processes import Command
from service.launcher.supervisor import CRASHES, Watch, supervise


def command(tmp_path: Path, *argv: str, name: str = "child", **more: Any) -> Command:
    return Command(name=name, argv=argv, log=tmp_path / f"{name}.log", env=dict(os.environ), **more)


def run(tmp_path: Path, *argv: str, **more: Any) -> Running:
    made = command(tmp_path, *argv, **more)
    return Running(made, made.start())


def eventually(check: Callable[[], object]) -> None:
    """Wait for what must happen; the bound only keeps a failing test from hanging."""
    deadline = time.monotonic() + 30
    while not check():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody but its owner can enter, as a checkout under /root would be."""
    folder = tmp_path_factory.mktemp("closed")
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def postgres(closed: Path) -> Iterator[Running]:
    with start_postgres(closed / "pg", database="house") as server:
        yield server


def one(server: Running, query: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


# PostgreSQL


def test_postgres_is_the_version_of_production_with_durable_commits_and_checksums(postgres: Running) -> None:
    assert str(one(postgres, "SHOW server_version")).startswith("18.")
    assert one(postgres, "SHOW data_checksums") == "on"
    assert one(postgres, "SHOW fsync") == "on"
    assert one(postgres, "SHOW synchronous_commit") == "on"
    assert one(postgres, "SELECT current_database()") == "house"
    assert (
        one(postgres, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'house'") == "bC.UTF-8"
    )


@pytest.mark.parametrize("change", [{"password": "guessed"}, {"user": "postgres"}])
def test_postgres_lets_in_nobody_without_the_password(postgres: Running, change: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url, **change)  # type: ignore[arg-type]


def test_postgres_listens_on_loopback_only_and_leaves_no_socket_file(postgres: Running) -> None:
    assert one(postgres, "SHOW listen_addresses") == "127.0.0.1"
    assert one(postgres, "SHOW unix_socket_directories") == ""


def test_the_password_is_in_no_process_list_and_readable_to_its_owner_only(postgres: Running, closed: Path) -> None:
    password = (closed / "pg" / "password").read_text()
    lines = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if password in line]
    assert stat.S_IMODE((closed / "pg" / "password").stat().st_mode) == 0o600


def test_postgres_runs_as_an_ordinary_account_that_owns_only_its_data(postgres: Running, closed: Path) -> None:
    accounts = set(psutil.Process(postgres.process.pid).uids())
    assert accounts == {(closed / "pg" / "data").stat().st_uid}
    assert 0 not in accounts
    assert {path.stat().st_uid for path in (closed, closed / "pg", closed / "pg" / "password")} == {os.geteuid()}
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_postgres_keeps_its_data_through_a_crash_a_stop_and_another_start(tmp_path: Path) -> None:
    with start_postgres(tmp_path / "pg") as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        url = server.url
        server.kill()
        server.start_again()
        assert server.url == url
        assert one(server, "SELECT n FROM kept") == 1
    assert server.process.poll() == 0
    with start_postgres(tmp_path / "pg", durable=False) as server:
        assert one(server, "SELECT n FROM kept") == 1
        assert one(server, "SHOW fsync") == "off"


def test_a_half_made_data_folder_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "pg" / "making" / "base").mkdir(parents=True)
    with start_postgres(tmp_path / "pg", durable=False) as server:
        assert one(server, "SELECT 1") == 1


def test_a_server_left_by_a_killed_launcher_is_ended_before_the_next_starts(tmp_path: Path) -> None:
    left = start_postgres(tmp_path / "pg", durable=False)
    with start_postgres(tmp_path / "pg", durable=False) as server:
        assert left.process.wait(10) == 0
        assert one(server, "SELECT 1") == 1
    left.stop()


def test_a_stale_pid_file_does_not_harm_the_stranger_who_has_the_number_now(tmp_path: Path) -> None:
    with start_postgres(tmp_path / "pg", durable=False):
        pass
    with run(tmp_path, "sleep", "60", name="stranger") as stranger:
        (tmp_path / "pg" / "data" / "postmaster.pid").write_text(f"{stranger.process.pid}\n/elsewhere\n")
        with start_postgres(tmp_path / "pg", durable=False) as server:
            assert one(server, "SELECT 1") == 1
        assert stranger.process.poll() is None


def test_postgres_that_cannot_start_says_why(tmp_path: Path) -> None:
    with start_postgres(tmp_path / "pg", durable=False):
        pass
    (tmp_path / "pg" / "data" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(LaunchError, match=r"PostgreSQL did not start:(.|\n)*pg_control"):
        start_postgres(tmp_path / "pg", durable=False)


# Valkey


def test_redis_answers_with_the_password_only_and_never_forgets_silently(closed: Path) -> None:
    with start_redis(closed / "redis") as server:
        client = redis.Redis.from_url(server.url)
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=client.get_connection_kwargs()["port"]).ping()
        password = server.url.split(":")[2].split("@")[0]
        lines = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
        assert not [line for line in lines if password in line]


def test_redis_keeps_what_it_was_told_through_a_stop(tmp_path: Path) -> None:
    with start_redis(tmp_path / "redis") as server:
        redis.Redis.from_url(server.url).set("kept", "yes")
    with start_redis(tmp_path / "redis") as server:
        assert redis.Redis.from_url(server.url).get("kept") == b"yes"


def test_redis_comes_back_on_the_same_port_after_a_crash(tmp_path: Path) -> None:
    with start_redis(tmp_path / "redis", durable=False) as server:
        server.kill()
        with pytest.raises(redis.ConnectionError):
            redis.Redis.from_url(server.url).ping()
        server.start_again()
        assert redis.Redis.from_url(server.url).ping()


# The borrowed account


def test_the_borrowed_account_works_in_a_folder_it_could_not_walk_to(closed: Path) -> None:
    account = account_for(closed / "work")
    with open_folder(closed / "work", account) as (path, descriptors):
        made = command(closed, "sh", "-c", f"touch {path}/made", account=account, pass_fds=descriptors)
        assert made.run(time.sleep) == 0, made.last_words()
    assert (closed / "work" / "made").stat().st_uid == (account.uid if account else os.geteuid()) != 0


def test_a_program_out_of_reach_is_copied_for_the_account_and_the_copy_removed(closed: Path) -> None:
    account = account_for(closed / "none")
    program = closed / "wheel" / "bin" / "tool"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho runs\n")
    program.chmod(0o755)
    with reachable(program, account, folders=[closed / "wheel"], home=closed) as reached:
        made = command(closed, str(reached), name="tool", account=account)
        assert made.run(time.sleep) == 0
        assert made.log.read_text() == "runs\n"
        assert (reached == program) == (account is None)
    assert reached.exists() == (account is None)


def test_a_copy_left_by_a_killed_launcher_is_removed_at_the_next_start(tmp_path: Path) -> None:
    left = Path(tempfile.mkdtemp(prefix="lunzhi-"))
    (tmp_path / "copy").write_text(str(left))
    with reachable(Path(sys.executable), None, folders=[], home=tmp_path):
        assert not left.exists()


# Children


def test_a_child_dies_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        textwrap.dedent(
            """
            import os, pathlib, time
            from service.launcher.processes import Command
            here = pathlib.Path(__file__).parent
            child = Command(name="child", argv=["sleep", "600"], log=here / "log", env=dict(os.environ)).start()
            print(child.pid, flush=True)
            time.sleep(600)
            """
        )
    )
    launcher = subprocess.Popen([sys.executable, parent], stdout=subprocess.PIPE, env=programs.environment(), text=True)
    assert launcher.stdout is not None
    child = psutil.Process(int(launcher.stdout.readline()))
    launcher.kill()
    launcher.wait()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_stopping_a_child_ends_its_whole_group(tmp_path: Path) -> None:
    child = run(tmp_path, "sh", "-c", "sleep 600 & echo $!; wait")
    eventually(lambda: (tmp_path / "child.log").read_text().strip())
    grandchild = psutil.Process(int((tmp_path / "child.log").read_text()))
    child.stop()
    child.stop()
    eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_a_child_that_does_not_end_when_asked_is_killed(tmp_path: Path) -> None:
    child = run(tmp_path, "sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done", patience=0.3)
    eventually(lambda: "deaf" in (tmp_path / "child.log").read_text())
    child.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"child cannot be started: No such file or directory: .*/nothing"):
        run(tmp_path, str(tmp_path / "nothing"))


# Supervision


class Enough(Exception):
    """Ends `supervise`, which otherwise runs until a signal."""


def test_a_crashed_child_is_started_again_and_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with run(tmp_path, "sleep", "600", name="worker") as child:
        first = child.process.pid
        child.process.kill()
        deadline = time.monotonic() + 30

        def pause(seconds: float) -> None:
            time.sleep(seconds / 10)
            if child.process.pid != first or time.monotonic() > deadline:
                raise Enough

        with pytest.raises(Enough):
            supervise([child], started=lambda: None, pause=pause)
        assert child.process.poll() is None
        assert child.process.pid != first
    assert "worker was killed by signal 9; starting it again in 0.5 s" in capsys.readouterr().out


def test_the_waits_between_starts_grow_and_a_hopeless_child_ends_it(tmp_path: Path) -> None:
    made = command(tmp_path, "sh", "-c", "echo no such table; exit 3", name="relay")
    watch = Watch(Running(made, made.start()))
    now, waits = 0.0, []
    for _ in range(CRASHES - 1):
        watch.child.process.wait()
        watch.look(now)
        assert watch.start_at is not None
        waits.append(watch.start_at - now)
        now = watch.start_at
        assert watch.look(now)
    assert waits == [0.5, 1, 2, 4]
    watch.child.process.wait()
    with pytest.raises(LaunchError, match=r"relay ended 5 times .*ended with status 3(.|\n)*no such table"):
        watch.look(now)


def test_a_crash_now_and_then_is_forgiven(tmp_path: Path) -> None:
    made = command(tmp_path, "false")
    watch = Watch(Running(made, made.start()))
    for hour in range(2 * CRASHES):
        watch.child.process.wait()
        watch.look(hour * 3600)
        assert watch.start_at == hour * 3600 + 0.5
        assert watch.look(hour * 3600 + 1)
    watch.child.stop()


# ./var


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        keys = house.keys()
    with open_house(tmp_path) as house:
        assert house.keys() == keys
    assert set(keys) == {"SECRET_KEY", "FIELD_KEY"}
    assert len(set(keys.values())) == 2
    assert min(map(len, keys.values())) >= 32
    assert {stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "var" / "keys").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_two_launchers_do_not_share_a_house(tmp_path: Path) -> None:
    with open_house(tmp_path), pytest.raises(LaunchError, match="already running"), open_house(tmp_path):
        pass


def test_leftovers_are_ended_and_strangers_left_alone(tmp_path: Path) -> None:
    house = House(tmp_path)
    with (
        run(tmp_path, "sleep", "600", name="relay") as left,
        run(tmp_path, "sleep", "600", name="stranger") as stranger,
    ):
        house.remember([left, stranger])
        notes = (tmp_path / "children.json").read_text()
        born = psutil.Process(stranger.process.pid).create_time()
        (tmp_path / "children.json").write_text(notes.replace(str(born), str(born - 1000)))
        assert house.end_leftovers() == ["relay"]
        assert stranger.process.poll() is None
        assert left.process.poll() is not None


def test_a_log_that_has_grown_starts_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.launcher.house.LOG_LIMIT", 10)
    with open_house(tmp_path) as house:
        house.log("web").write_text("x" * 11)
        house.log("relay").write_text("x")
    with open_house(tmp_path) as house:
        assert sorted(path.name for path in house.log("web").parent.iterdir()) == ["relay.log", "web.log.1"]


# Sentences


def test_a_port_in_use_is_told_with_its_holder_and_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LaunchError, match=rf"Port {port} .*process {os.getpid()}.* PORT={port + 1} make run"):
            checks.port_is_free("127.0.0.1", port)


def test_a_free_port_passes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    checks.port_is_free("127.0.0.1", port)


def test_urls_that_lead_nowhere_are_named_by_their_variable() -> None:
    with pytest.raises(LaunchError, match="DATABASE_URL names"):
        checks.postgres_answers("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(LaunchError, match="REDIS_URL names"):
        checks.redis_answers("redis://127.0.0.1:1/0")


@pytest.mark.parametrize("words", ["eight", "0", "-1", "70000"])
def test_a_port_that_is_none_is_refused_in_words(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", words)
    with pytest.raises(LaunchError, match="PORT="):
        programs.port()
