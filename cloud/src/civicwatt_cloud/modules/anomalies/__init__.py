"""Anomalies of meters and loads: found as hours come, reviewed month by month, kept as cases until closed."""
