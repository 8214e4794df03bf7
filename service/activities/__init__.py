"""What coordinators publish: activities, series, occurrences, shifts, roles."""
