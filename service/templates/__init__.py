"""Activities kept under a name, to begin another from."""
