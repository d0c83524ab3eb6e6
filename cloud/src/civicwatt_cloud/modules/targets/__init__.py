"""Targets, budgets and quotas of energy."""
