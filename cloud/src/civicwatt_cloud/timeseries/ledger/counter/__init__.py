"""A counter's readings and the facts about it, to consumption: pure arithmetic, no database."""
