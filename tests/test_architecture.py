"""The house stands as docs/architecture.md says: imports point down, rooms are rooms, tasks are doorbells."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = sorted({path.parent for name in ("actions", "rules") for path in HOUSE.glob(f"service/*/{name}.py")})
#: What a room is made of, lowest first: each may import those before it.
FLOORS = ("rules", "models", "queries", "actions")
LONGEST_TASK = 10
#: Where a transaction may end: the house's own place, and Alembic's, which runs before the house opens.
COMMITTERS = {"service/db.py", "service/migrations/env.py"}


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """(path, tree) of every module below these folders."""
    for folder in folders:
        for path in sorted((HOUSE / folder).rglob("*.py")):
            yield str(path.relative_to(HOUSE)), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    """Dotted names of all modules and members a module imports."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_the_import_contracts_hold() -> None:
    """In a process of its own: the linter changes the logging of the one it runs in."""
    program = str(Path(sys.executable).with_name("lint-imports"))
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    ran = subprocess.run(
        [program, "--no-cache"], cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_rooms_are_found() -> None:
    assert {room.name for room in ROOMS} >= {"calendars", "places", "roster", "signups", "teams", "volunteers"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_has_its_four_files_or_says_why_more(room: Path) -> None:
    told = (HOUSE / "docs" / "architecture.md").read_text()
    usual = {"__init__.py", *(f"{floor}.py" for floor in FLOORS)}
    more = {path.name + "/" * path.is_dir() for path in room.iterdir() if path.name != "__pycache__"} - usual

    assert sorted(name for name in more if f"`service/{room.name}/{name}`" not in told) == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_imports_within_a_room_point_down(room: Path) -> None:
    upwards = [
        f"{room.name}/{floor}.py imports {higher}"
        for height, floor in enumerate(FLOORS)
        if (room / f"{floor}.py").exists()
        for higher in FLOORS[height + 1 :]
        if f"service.{room.name}.{higher}" in imported(ast.parse((room / f"{floor}.py").read_text()))
    ]

    assert upwards == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_rules_are_pure(room: Path) -> None:
    path = room / "rules.py"
    names = imported(ast.parse(path.read_text())) if path.exists() else set()

    assert [name for name in names if name.split(".")[0] == "sqlalchemy" or name.startswith("service.db")] == []


def calls(tree: ast.Module, *names: str) -> list[int]:
    """Lines on which something of one of these names is called, as a function or as a method."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in names)
            or (isinstance(node.func, ast.Name) and node.func.id in names)
        )
    ]


def test_only_one_place_commits() -> None:
    found = {path for path, tree in sources("service", "workers", "schemas") if calls(tree, "commit")}

    assert found <= COMMITTERS


def test_only_one_place_makes_sessions() -> None:
    """Whoever could make a session could end its transaction."""
    makers = ("Session", "sessionmaker", "create_engine", "scoped_session")

    assert {path for path, tree in sources("service", "workers", "schemas") if calls(tree, *makers)} <= COMMITTERS


def test_actions_take_the_session_first_and_the_rest_by_name() -> None:
    """A public action that takes a session takes it first; more than two arguments go by keyword."""
    wrong = []
    for path, tree in sources("service"):
        if not path.endswith("/actions.py"):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                positional = [argument.arg for argument in node.args.args]
                if "session" in positional[1:] or len(positional) > 2:
                    wrong.append(f"{path}: {node.name}")

    assert wrong == []


def test_nothing_below_a_door_asks_what_time_it_is() -> None:
    """`now` is an argument. Only the clock knows, and only doors and whoever stands in for one ask it."""
    rooms = tuple(f"service/{room.name}/" for room in ROOMS)
    asking = {
        path
        for path, tree in sources("service")
        if path.startswith(rooms)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date", "clock")
    }

    # Sending opens its own transactions, outside of which it sends: it is the worker's other half.
    assert asking <= {"service/notifications/sending.py"}


def tasks() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path, tree in sources("workers"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any(_is_task(decorator) for decorator in node.decorator_list):
                yield path, node


def _is_task(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr == "task"


def test_tasks_are_doorbells() -> None:
    lengths = {f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1 for path, node in tasks()}

    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST_TASK} == {}


def test_tasks_carry_ids_only() -> None:
    carried = {
        f"{path}: {node.name}": [ast.unparse(argument.annotation) for argument in node.args.args if argument.annotation]
        for path, node in tasks()
        if node.args.args
    }

    assert carried == {"workers/outbox.py: run": ["list[int]"]}
