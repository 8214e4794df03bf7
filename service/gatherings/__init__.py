"""Calling together, at once, everybody who holds a role in a courtyard or an area: a meeting by invitation."""
