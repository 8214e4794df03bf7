"""Alembic migrations, driven from code: `upgrade()` brings a database to the newest form.

Alembic is loaded when it is used: the web server asks only now and then which revision is the newest.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config


def upgrade(revision: str = "head") -> None:
    """Migrate the database of the settings. Two starters at once are safe: see env.py's lock."""
    from alembic import command

    command.upgrade(config(), revision)


@cache
def newest() -> str | None:
    """The revision this code was written for."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made
