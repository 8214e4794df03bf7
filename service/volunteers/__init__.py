"""People who serve: how to reach them, what they may do, what they agreed to."""
