"""Polling: what is asked of each device on the grid, and what its answers say."""
