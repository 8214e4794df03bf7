"""Who may log in, with what roles; codes and tokens."""
