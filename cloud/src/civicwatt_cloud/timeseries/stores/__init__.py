"""Where readings are kept: six columnar operations over several engines."""
