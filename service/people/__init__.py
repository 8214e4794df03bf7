"""The people of a neighbourhood as their coordinator sees them: looked through, left, come back."""
