"""Somebody wants to be told when a place falls free in an activity, perhaps on one day of the week only."""
