"""Checks before a return is filed: okay, possible issue, or not checked and why."""
