"""Pupils: children cared for in an activity, who is there, and to whom each is handed over."""
