"""The room of risk notices."""
