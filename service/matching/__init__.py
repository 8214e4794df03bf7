"""Sign-ups in, plan out: problem, solution, run."""
