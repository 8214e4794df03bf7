"""What people find on duty, written down, and carried along to whoever deliberates or comes next."""
