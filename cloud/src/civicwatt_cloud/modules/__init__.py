"""The modules people use; they never import each other."""
