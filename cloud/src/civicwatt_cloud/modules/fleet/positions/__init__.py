"""Where vehicles are: fixes come in, become trips and stops, and are watched."""
