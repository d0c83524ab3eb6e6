"""A simulated city, metered live: every part a real process on this machine."""
