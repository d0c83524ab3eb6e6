"""What is wrong with a meter or with how a building is run, from its series alone."""
