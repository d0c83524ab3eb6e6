"""Bills and manual readings: taken from tables, kept by account, spread over their days."""
