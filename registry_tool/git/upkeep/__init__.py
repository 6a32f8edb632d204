"""What makes a write survive other writers, crashes and the user's own work in the same checkout."""
