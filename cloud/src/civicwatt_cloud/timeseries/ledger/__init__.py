"""From counters to consumption: what is booked by hour, day and month."""
