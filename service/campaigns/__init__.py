"""Campaigns: the same indicators asked of each community for some time, scored by community (摘星夺旗)."""
