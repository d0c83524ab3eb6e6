"""What every readings store promises, and the trial of each promise at any address."""
