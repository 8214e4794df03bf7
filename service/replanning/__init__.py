"""What changes for whom when the dates of a series change: shown first, then done, and the people told."""
