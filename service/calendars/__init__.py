"""Which days are what; recurrence to dates."""
