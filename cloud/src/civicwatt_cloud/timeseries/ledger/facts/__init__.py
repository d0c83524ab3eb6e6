"""The dated facts of counters that people enter: replacements, ratios, roll-overs, confirmed rises."""
