"""How the cells of a return come to their figures."""
