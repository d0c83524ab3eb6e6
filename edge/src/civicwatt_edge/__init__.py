"""CivicWatt."""
