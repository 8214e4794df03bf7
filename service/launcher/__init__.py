"""`lunzhi up`: the whole house on one machine, from nothing.

The only place that knows the wheels which carry PostgreSQL and Valkey; tests start the same servers through
`start_postgres` and `start_redis`. Reading order: up.py (the story), supervisor.py, postgres.py, valkey.py.
Why it is built this way: docs/decisions/0002-launcher.md.
"""

from service.launcher.errors import LaunchError
from service.launcher.house import running_settings
from service.launcher.postgres import start_postgres
from service.launcher.processes import Running
from service.launcher.up import up
from service.launcher.valkey import start_redis

__all__ = ["LaunchError", "Running", "running_settings", "start_postgres", "start_redis", "up"]
