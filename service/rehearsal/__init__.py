"""The coming days played beforehand: every message that would go out, every rung climbed, every gap left."""
