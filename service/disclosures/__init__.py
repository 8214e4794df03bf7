"""Disclosures: what must be published on the community's board, by whom, until when, and whether it was."""
