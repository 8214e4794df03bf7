"""A coordinator pencils people in by hand. Nobody is told, and no place is held, before it is published."""
