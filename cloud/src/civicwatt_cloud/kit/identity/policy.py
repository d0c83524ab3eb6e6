"""The figures of passwords, sessions and locks: rows of reference/identity.toml, or of the installation."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from civicwatt_cloud.kit import password_policy, rules_local
from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.password_policy import Profile
from civicwatt_cloud.kit.rules import Rules


class Policy(NamedTuple):
    """How often somebody may fail, and how long a session lasts."""

    failures: int  # of an account from one address
    failures_of_address: int
    lock_minutes: int
    idle_us: int
    longest_us: int


def policy_of(session: Session) -> Policy:
    """As it holds today, in real time."""
    return policy_in(rules_local.of(session))


def policy_in(rules: Rules) -> Policy:
    """As these rules have it."""
    return Policy(
        failures=_figure(rules, "failures"),
        failures_of_address=_figure(rules, "failures_of_address"),
        lock_minutes=_figure(rules, "lock_minutes"),
        idle_us=_figure(rules, "idle_minutes") * MINUTE_US,
        longest_us=_figure(rules, "longest_hours") * 60 * MINUTE_US,
    )


def profile_of(session: Session, name: password_policy.Name) -> Profile:
    """What a password must be today."""
    return profile_in(rules_local.of(session), name)


def profile_in(rules: Rules, name: password_policy.Name) -> Profile:
    """What a password must be by these rules."""
    length, classes, days = (_figure(rules, f"{name}.{what}") for what in ("length", "classes", "days"))
    return Profile(length, classes, days or None)


def _figure(rules: Rules, rule: str) -> int:
    return int(rules.value(f"identity.{rule}", datetime.now(UTC).date()).value)
