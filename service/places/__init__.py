"""The area tree and the places where shifts happen."""
