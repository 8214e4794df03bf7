"""Courtyards: what they are, which council they have, who answers for each now."""
