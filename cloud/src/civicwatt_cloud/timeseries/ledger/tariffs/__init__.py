"""Price tables, and what consumption costs by them."""
