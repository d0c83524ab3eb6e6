"""Photovoltaic plants: what they give, what they should give, and what is wrong with them."""
