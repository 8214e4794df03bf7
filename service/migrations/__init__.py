"""Alembic migrations, driven from code: `upgrade()` brings a database to the newest form."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def upgrade(revision: str = "head") -> None:
    """Migrate the database of the settings. Two starters at once are safe: see env.py's lock."""
    command.upgrade(config(), revision)


@cache
def newest() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made
