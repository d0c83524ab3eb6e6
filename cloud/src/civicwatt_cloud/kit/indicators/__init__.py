"""Indicators: named figures with what they rest on, over any part of the tree, for any period."""
