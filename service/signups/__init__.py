"""Volunteers ask: sign-up, waitlist, withdrawal."""
