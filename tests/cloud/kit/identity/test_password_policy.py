"""S02: what each profile takes, and what neither does."""

import pytest

from civicwatt_cloud.kit import rules
from civicwatt_cloud.kit.identity.policy import profile_in
from civicwatt_cloud.kit.password_policy import Name, common, weakness

NAMES: tuple[Name, ...] = ("dengbao", "asvs")
PROFILES = {name: profile_in(rules.load(), name) for name in NAMES}
WORDS = ("energy", "荆襄市财政局")


@pytest.mark.parametrize(
    ("password", "dengbao", "asvs"),
    [
        ("Abc1234", False, False),  # seven
        ("kqzvwxbn", False, True),  # one class
        ("kqzv8241", False, True),  # two
        ("Kqzv8241", True, True),
        ("kqzv-824", True, True),
        ("correct horse battery staple", False, True),
        ("中文密码abc123", True, True),
        ("Abcd1234", False, False),  # common, in lower case
        ("trustno1", False, False),
        ("Energy-99", False, False),
        ("CivicWatt-1", False, False),
        ("荆襄市财政局-1a", False, False),
        ("Aa1-" * 32, True, True),
        ("Aa1-" * 33, False, False),
    ],
)
def test_s02_passwords_follow_the_profile(password: str, dengbao: bool, asvs: bool) -> None:
    taken = {name: weakness(profile, password, WORDS) is None for name, profile in PROFILES.items()}
    assert taken == {"dengbao": dengbao, "asvs": asvs}


def test_s02_the_list_holds_the_3000_most_common_that_are_long_enough() -> None:
    assert len(common()) == 3000
    assert min(map(len, common())) == 8


def test_s02_dengbao_rotates_and_asvs_takes_64_letters() -> None:
    assert PROFILES["dengbao"].rotation_days == 90
    assert PROFILES["asvs"].rotation_days is None
    assert weakness(PROFILES["asvs"], "kqzv" * 16, ()) is None
