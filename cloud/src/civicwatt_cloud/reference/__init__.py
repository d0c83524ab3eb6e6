"""Facts as data: factor rows and calendars, each with its source."""
