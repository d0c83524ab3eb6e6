"""Faults done to the cloud's processes, judged by what the senders accepted."""
