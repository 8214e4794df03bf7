"""Instructors who stand by an organisation for a term, with a successor: its visits go on in other hands."""
