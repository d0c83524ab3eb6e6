"""PV plants: registry, what they give, what they lack."""
