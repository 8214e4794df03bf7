"""Alembic migrations, driven from code: `upgrade()` brings a database to the newest form."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade(revision: str = "head") -> None:
    """Migrate the database of the settings. Two starters at once are safe: see env.py's lock."""
    command.upgrade(config(), revision)


def config() -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made
