"""Risk notices: who has confirmed which version of one, before she takes a place."""
