"""What was read, drawn: pages with what was found on them, and flows as graphs."""
