"""Readings from the gateways, and the consumption that follows from them."""
