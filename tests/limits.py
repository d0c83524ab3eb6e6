"""Limits of failures to sign in, set for a test."""

import pytest

from civicwatt_cloud.kit import rules
from civicwatt_cloud.kit.identity import attempts, policy


def limit_failures(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """So many of an account from one address, and as many of the address."""
    shipped = policy.policy_in(rules.load())
    limits = shipped._replace(failures=number, failures_of_address=max(number, shipped.failures_of_address))
    monkeypatch.setattr(attempts, "policy_of", lambda _session: limits)
