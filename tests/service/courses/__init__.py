"""The room of courses."""
