"""Lunzhi's rooms: one package per subject, doors above, words below (see docs/tour.md)."""
