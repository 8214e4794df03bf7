"""Partner organisations, and who holds an activity together with its community."""
