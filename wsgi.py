"""Web entry: settings → create_app()."""

from __future__ import annotations

from service.settings import settings
from service.web import create_app

app = create_app(settings())
