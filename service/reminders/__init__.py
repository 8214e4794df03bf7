"""What is due, when."""
