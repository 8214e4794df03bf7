"""What people ask for, and which line of service covers it: the N of 1+N."""
