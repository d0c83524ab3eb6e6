"""What series of readings tell: arithmetic over arrays, without database and web."""
