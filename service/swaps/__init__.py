"""Somebody wants another to take her place, or to change places with her: it is hers until somebody does."""
