"""What people are good at, claimed and verified, and who has it."""
