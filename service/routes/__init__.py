"""Rounds with stops: in which order, what to look at, which of them today."""
