"""Who serves with whom: what an activity asks of those on duty together, and what two people are to each other."""
