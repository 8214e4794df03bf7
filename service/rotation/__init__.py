"""Rotations: a post staffed day and night in blocks, whose turns are dealt fairly to people or households."""
