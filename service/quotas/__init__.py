"""How often something must be held in some time, and how far that has come."""
