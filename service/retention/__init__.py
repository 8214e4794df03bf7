"""How long things are kept, and that they go when their time is over."""
