"""What is owed, how long it takes, what came in and why, and what may come: read, never written."""
