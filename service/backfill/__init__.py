"""Somebody drops out, and others are asked to step in: one ladder of rungs, climbed by the clock."""
