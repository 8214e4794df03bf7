"""Teams, their programmes and their members."""
