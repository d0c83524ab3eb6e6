"""Buses: lines to meters, on which nothing but questions leaves."""
