"""Hours: how long each person served, and beside it, never in it, how long she drilled."""
