"""What belongs to an activity besides its words, roles and dates, taken over by another that is made from it."""
