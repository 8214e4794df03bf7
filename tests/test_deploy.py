"""The deployment as far as it can be checked without a container engine: the files agree with the code they start,
and the files of the image, standing alone, start every program and end it when asked.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import cli
from service.launcher.programs import CHECKOUT
from service.settings import Settings

#: Read by the programs themselves rather than by service.settings.
OF_PROGRAMS = {"HOST", "PORT", "WEB_PROCESSES", "WEB_THREADS", "WORKER_PROCESSES", "PROMETHEUS_MULTIPROC_DIR"}
SECRETS = {"SECRET_KEY", "FIELD_KEY", "POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def ours(compose: dict[str, Any]) -> dict[str, Any]:
    """The services that run our image."""
    return {name: service for name, service in compose["services"].items() if "build" in service}


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (CHECKOUT / "Dockerfile").read_text().replace("\\\n", " ")


# docker-compose.yml


def test_the_compose_file_is_one_compose_can_read() -> None:
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    checked = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_part_of_the_service_has_its_container(compose: dict[str, Any], ours: dict[str, Any]) -> None:
    assert set(ours) == {"migrate", "web", "worker", "beat", "relay"}
    assert set(compose["services"]) == {*ours, "postgres", "redis", "mailpit"}


def test_each_container_starts_a_command_that_exists(ours: dict[str, Any]) -> None:
    for name, service in ours.items():
        assert service["command"] == [name]
        assert name in cli.commands


def test_the_containers_set_only_settings_that_exist(ours: dict[str, Any]) -> None:
    known = {field.name.upper() for field in fields(Settings)} | OF_PROGRAMS
    for service in ours.values():
        assert set(service["environment"]) <= known


def test_every_setting_without_a_default_is_given(ours: dict[str, Any]) -> None:
    for service in ours.values():
        assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEY"} <= set(service["environment"])


def test_no_secret_has_a_value_in_the_file(compose: dict[str, Any]) -> None:
    text = (CHECKOUT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == SECRETS
    assert not re.findall(rf"\$\{{({'|'.join(SECRETS)})(?!:\?)", text)
    for service in compose["services"].values():
        for name in SECRETS & set(service.get("environment", ())):
            assert service["environment"][name].startswith(f"${{{name}:?")


def test_nothing_starts_before_the_database_is_migrated(ours: dict[str, Any]) -> None:
    assert ours["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in set(ours) - {"migrate"}:
        assert ours[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_what_others_wait_for_tells_its_health(compose: dict[str, Any]) -> None:
    for name in ("postgres", "redis"):
        assert compose["services"][name]["healthcheck"]["test"]


def test_only_the_web_page_and_the_trial_mailbox_are_reachable_and_from_this_machine(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web": ["${PUBLISH:-127.0.0.1:8000}:8000"], "mailpit": ["127.0.0.1:8025:8025"]}


def test_our_containers_can_write_nowhere_but_to_scratch(ours: dict[str, Any]) -> None:
    for service in ours.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert not service.get("privileged")


def test_the_database_sorts_as_in_development(compose: dict[str, Any]) -> None:
    from service.launcher.postgres import INITDB

    given = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert set(given) | {"--encoding=UTF8"} == set(INITDB)


# Dockerfile


def test_the_image_installs_hashed_requirements_without_what_only_developers_need(dockerfile: str) -> None:
    installs = [line for line in dockerfile.splitlines() if "pip" in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)
    assert set(re.findall(r"(\w+)\.txt", dockerfile)) == {"bootstrap", "run"}


def test_the_image_does_not_run_as_root(dockerfile: str) -> None:
    last_stage = dockerfile[dockerfile.rindex("\nFROM ") :]
    assert re.search(r"^USER (?!root|0)\w+$", last_stage, re.M)
    assert last_stage.index("\nUSER ") < last_stage.index("\nENTRYPOINT ")


def test_the_build_context_holds_what_the_image_copies(dockerfile: str) -> None:
    kept = {line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in _copied(dockerfile):
        assert (CHECKOUT / source).exists()
        assert any(Path(source).match(pattern) for pattern in kept), source


def test_secrets_and_local_data_stay_out_of_the_build_context() -> None:
    lines = (CHECKOUT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    assert not {"!var", "!.env", "!.git", "!.venv"} & set(lines)


def _copied(dockerfile: str) -> list[str]:
    """What the image takes from the build context."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.M)
    return [source for line in lines for source in line.split()[:-1]]


# The programs, started as the container starts them


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, dockerfile: str) -> Path:
    """The files of the image alone, in a folder that stands for /app."""
    app = tmp_path_factory.mktemp("image") / "app"
    app.mkdir()
    for source in _copied(dockerfile):
        if source.startswith("requirements/"):
            continue
        if (CHECKOUT / source).is_dir():
            shutil.copytree(CHECKOUT / source, app / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(CHECKOUT / source, app / source)
    (app / "var").mkdir()
    return app


@pytest.fixture(scope="module")
def environment(servers: Settings, ours: dict[str, Any]) -> dict[str, str]:
    """What compose would set, filled in, and nothing else of this process's environment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    given = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": servers.secret_key,
        "FIELD_KEY": servers.field_key,
    }
    defaults = {name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", text) for name, text in ours["web"]["environment"].items()}
    python = Path(sys.executable).parent
    return defaults | given | {"PATH": f"{python}{os.pathsep}{os.defpath}", "HOST": "127.0.0.1", "PORT": str(port)}


@contextmanager
def running(image: Path, environment: dict[str, str], command: str, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The container's entry point with this command, ended by SIGTERM as `docker stop` does."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["./lunzhi", command], cwd=image, env=environment, stdout=output, stderr=output, process_group=0
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) in (0, -signal.SIGTERM), log.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually_in(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while words not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def test_migrate_of_the_image_brings_the_database_up_to_date(image: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(["./lunzhi", "migrate"], cwd=image, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_web_of_the_image_answers_and_ends_when_asked(image: Path, environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with running(image, environment, "web", log=log) as process:
        deadline = time.monotonic() + 60
        while not _healthy(int(environment["PORT"])):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("command", "words"), [("worker", "ready."), ("beat", "beat: Starting"), ("relay", "relay started")]
)
def test_the_other_programs_of_the_image_start_and_end_when_asked(
    image: Path, environment: dict[str, str], tmp_path: Path, command: str, words: str
) -> None:
    log = tmp_path / f"{command}.log"
    with running(image, environment, command, log=log) as process:
        eventually_in(log, words, process)


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
