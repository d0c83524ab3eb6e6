"""The bookkeeper: dirty hours, from readings and facts to the rows of the books."""
