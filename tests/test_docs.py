"""The documentation is true: what it names exists, and what exists is named."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import time
from enum import StrEnum
from pathlib import Path

import click
import pytest

from service import events, terms
from service.cli import cli
from service.reactions import NAMES
from service.settings import Settings
from service.web import deeds
from tests import needs

HOUSE = Path(__file__).resolve().parent.parent
DOCS = sorted((HOUSE / "docs").rglob("*.md")) + sorted(HOUSE.glob("*.md"))
TERMS = {kind.__name__: kind for kind in StrEnum.__subclasses__() if kind.__module__ == terms.__name__}
#: The words the house is built on; each stands in the first table of the glossary, with its Chinese.
WORDS = {
    "activity", "assignment", "action", "availability", "channel", "coverage", "delivery", "event", "gap", "lead time",
    "match run", "notification", "occurrence", "outbox", "preference", "programme", "qualification", "reaction",
    "relay", "reminder", "role", "roster", "series", "shift", "sign-up", "stand-by", "swap", "task", "waitlist",
}  # fmt: skip
OF_PROGRAMS = "## Read by the programs that start the house"
#: A path of ours between backticks; those with a placeholder name no file.
PATH = re.compile(r"`((?:service|workers|schemas|tests|docs|bench|assets|requirements)/[\w./-]+)(?::[ \w]+)?`")


def text_of(name: str) -> str:
    return (HOUSE / "docs" / name).read_text()


def section(text: str, title: str) -> str:
    """What stands below a heading, up to the next of its rank or higher."""
    rank = len(title) - len(title.lstrip("#"))
    _, _, rest = text.partition(f"\n{title}\n")
    return re.split(rf"\n#{{1,{rank}}} ", rest)[0]


def before_sections(text: str) -> str:
    """What stands before the first heading of the second rank."""
    return text.partition("\n## ")[0]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each table row, head and rule left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    for position, line in enumerate(lines):
        is_head = position + 1 < len(lines) and set(lines[position + 1]) <= set("|- :")
        if not is_head and not set(line) <= set("|- :"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def ticked(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def first_cells(text: str) -> list[str]:
    return [name for row in rows(text) for name in ticked(row[0])]


# --- words ---


@pytest.mark.parametrize("kind", TERMS.values(), ids=TERMS)
def test_every_term_is_in_the_glossary_with_its_chinese(kind: type[StrEnum]) -> None:
    told = section(text_of("glossary.md"), f"### {kind.__name__}")
    lacking = [row for row in rows(told) if len(row) != 3 or not re.search("[\u4e00-\u9fff]", row[1]) or not row[2]]

    assert first_cells(told) == [member.value for member in kind]
    assert lacking == []


def test_the_glossary_explains_no_kind_that_does_not_exist() -> None:
    assert re.findall(r"^### (\w+)$", text_of("glossary.md"), re.MULTILINE) == list(TERMS)


def test_the_words_of_the_house_are_explained() -> None:
    table = {row[0]: row for row in rows(before_sections(text_of("glossary.md")))}

    assert sorted(WORDS - table.keys()) == []
    assert [word for word, row in table.items() if not re.search("[\u4e00-\u9fff]", row[1]) or not row[2]] == []


# --- events and reactions ---


def test_every_event_is_explained_and_what_follows_it() -> None:
    table = {ticked(row[0])[0]: tuple(ticked(row[3])) for row in rows(before_sections(text_of("events.md")))}

    assert table == {name: tuple(NAMES.get(name, ())) for name in events.BY_NAME}


def test_every_event_names_the_actions_that_record_it() -> None:
    for row in rows(before_sections(text_of("events.md"))):
        assert ticked(row[2]), row
        for name in ticked(row[2]):
            module, _, function = f"service.{name}".rpartition(".")
            assert callable(getattr(importlib.import_module(module), function, None)), name


def test_every_reaction_is_explained() -> None:
    told = section(text_of("events.md"), "## What each reaction does")

    assert sorted(first_cells(told)) == sorted({name for names in NAMES.values() for name in names})


# --- the audit ---


def test_whatever_is_written_down_in_the_audit_has_its_words() -> None:
    """Found in the sources: a verb is named, or given to a module's own `_note`."""
    source = "\n".join(path.read_text() for path in (HOUSE / "service").rglob("*.py"))
    written = set(re.findall(r'verb="(\w+)"', source))
    written |= set(re.findall(r'(?:_note\w*|note_about)\(\s*[\w.]+,(?:\s*[\w.]+,)?\s*"(\w+)"', source))

    assert len(written) > 50
    assert sorted(written - deeds.VERBS.keys()) == []


# --- settings ---


def default_of(name: str) -> str:
    [found] = [field for field in fields(Settings) if field.name == name.lower()]
    value = found.default
    if value is MISSING:
        return "none: must be set"
    if isinstance(value, bool):
        return f"`{int(value)}`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    return f"`{value}`" if value != "" else "empty"


def test_every_setting_is_explained_with_its_default() -> None:
    told = {row[0].strip("`"): row[1] for row in rows(before_sections(text_of("settings.md")))}

    assert told == {field.name.upper(): default_of(field.name) for field in fields(Settings)}


def test_what_the_programs_read_is_explained_with_its_default() -> None:
    source = (HOUSE / "service" / "launcher" / "programs.py").read_text()
    read = dict(re.findall(r"""(?:_count|environ\.get)\(["'](\w+)["'], ["']?([\d.]+)["']?\)""", source))
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(section(text_of("settings.md"), OF_PROGRAMS))}

    assert told == read


# --- channels, sweeps, commands ---


def test_every_channel_is_explained_and_has_its_folder() -> None:
    told = first_cells(section(text_of("notifications.md"), "## Channels"))
    folders = (HOUSE / "service" / "notifications" / "channels").iterdir()

    assert sorted(told) == sorted(terms.Channel)
    assert sorted(path.name for path in folders if (path / "__init__.py").exists()) == sorted(terms.Channel)


def test_every_kind_of_message_is_explained_and_has_its_texts() -> None:
    told = first_cells(section(text_of("notifications.md"), "## A message"))
    folder = HOUSE / "service" / "notifications" / "templates"

    assert sorted(set(told)) == sorted(terms.NotificationKind)
    assert [kind for kind in terms.NotificationKind if not (folder / kind / "zh.txt").exists()] == []


def test_every_sweep_is_explained() -> None:
    source = (HOUSE / "celery_app.py").read_text()
    rung = re.findall(r'"([a-z]+\.[a-z_]+)": [\d.]+', source)

    assert sorted(first_cells(section(text_of("architecture.md"), "## What runs by the clock"))) == sorted(rung)


def commands(group: click.Group, above: str = "lunzhi") -> Iterator[str]:
    """Every command that can be typed, in full."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")
        else:
            yield f"{above} {name}"


def test_every_command_is_explained() -> None:
    told = first_cells(section(text_of("architecture.md"), "## The command line"))

    assert sorted(told) == sorted(commands(cli))


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_no_page_names_a_command_that_does_not_exist(page: Path) -> None:
    named = set(re.findall(r"`(?:\./)?lunzhi ([a-z]+)", page.read_text()))

    assert named <= set(cli.commands)


# --- paths ---


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_file_a_page_names_exists(page: Path) -> None:
    named = {path.rstrip("/.") for path in PATH.findall(page.read_text())}

    assert sorted(path for path in named if not (HOUSE / path).exists()) == []


def test_the_tour_names_files_and_what_is_in_them() -> None:
    tour = text_of("tour.md")
    named = re.findall(r"`([\w/.]+\.py): (\w+)`", tour)
    missing = [f"{path}: {name}" for path, name in named if not _defines(HOUSE / path, name)]

    assert len(named) > 5
    assert missing == []


def _defines(path: Path, name: str) -> bool:
    return bool(re.search(rf"^(?:def|class) {name}\b|^{name}\b.*=", path.read_text(), re.MULTILINE))


def test_the_page_of_needs_says_what_the_tests_show() -> None:
    """Made anew by `python -m tests.needs`."""
    assert needs.PAGE.read_text("utf-8") == needs.page()


def test_a_mark_names_a_row() -> None:
    assert [mark for mark in needs.shown() if mark.row not in needs.ROWS] == []
