"""Who serves: assignments, offers and answers."""
