"""Retrofit projects and their measured savings, rectification, waste, charging piles, campaigns."""
