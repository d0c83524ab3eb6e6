"""Shares of institutions in a building they use together."""
