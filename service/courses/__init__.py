"""Courses: enrolled once for all their days, ticked off day by day, passed for a qualification."""
