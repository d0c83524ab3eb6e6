"""Drills: faults done to a real gateway, judged against what the simulated meters served."""
