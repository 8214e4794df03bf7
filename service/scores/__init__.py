"""Scores: the standard that inspections go by, item by item, and what each place got."""
