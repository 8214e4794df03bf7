"""What was promised to a courtyard or a community: by whom, until when, and what came of it."""
