"""A team's activities of a month or a week, taken over as drafts for another."""
