"""What a building's own hours show, and what can be done about it."""
