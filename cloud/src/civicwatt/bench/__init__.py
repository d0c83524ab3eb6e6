"""Measurements against the goals of the design, runnable by anyone: `civicwatt bench …`."""
