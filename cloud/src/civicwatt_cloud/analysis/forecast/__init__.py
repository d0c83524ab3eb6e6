"""What will be used: the next day by the hour, a year to its end."""
