"""Celery tasks: doorbells that ring a room. Ten lines at most; ids in, one action each."""
