"""Invented vehicles of the demo's city, some not as they should be."""
