"""Web entry: settings → logs, create_app()."""

from __future__ import annotations

from service import logs
from service.settings import settings
from service.web import create_app

logs.configure(settings().log_format)
app = create_app(settings())
