"""Accounts at suppliers: whose they are, what suppliers send, bill beside ledger beside meter."""
