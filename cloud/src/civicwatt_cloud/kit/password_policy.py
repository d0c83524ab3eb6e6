"""What a password must be: two profiles, of which a setting chooses one. Pure but for the list that it reads.

Their figures are rule rows: identity/policy.py.
`dengbao` follows 等保 身份鉴别 (length, classes of characters, regular change; by secondary sources), `asvs`
OWASP ASVS 5.0 chapter 6.2: length, no list of classes, no change without cause.
"""

import string
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

MAX_LENGTH = 128  # engineering default: bounds the work of hashing
PRODUCT_WORD = "civicwatt"
LEAST_OF_WORD = 2  # letters; a shorter name would be in every password

Name = Literal["dengbao", "asvs"]


@dataclass(frozen=True, slots=True)
class Profile:
    """The figures of one policy."""

    min_length: int
    min_classes: int  # of lower case, upper case, digit, other
    rotation_days: int | None  # after so many days a new one is due


class Weakness(NamedTuple):
    """Why a password is refused."""

    zh: str
    en: str


def weakness(profile: Profile, password: str, words: Collection[str]) -> Weakness | None:
    """Why the password is refused, None when it is good; it holds none of the words, in either case."""
    folded = password.casefold()
    if not profile.min_length <= len(password) <= MAX_LENGTH:
        least, most = profile.min_length, MAX_LENGTH
        return Weakness(f"长度须为 {least} 至 {most} 位", f"its length must be {least} to {most}")
    if _classes(password) < profile.min_classes:
        return Weakness(
            f"须含大写、小写、数字、符号中的 {profile.min_classes} 类",
            f"it needs {profile.min_classes} of upper case, lower case, digit and symbol",
        )
    if folded in common():
        return Weakness("属于常见密码", "it is among the most common ones")
    for word in (PRODUCT_WORD, *words):
        if len(word) >= LEAST_OF_WORD and word.casefold() in folded:
            return Weakness(
                "含有账号、单位或系统的名称", "it holds the name of the account, a body or the system"
            )
    return None


@cache
def common() -> frozenset[str]:
    """The most common passwords, case-folded; the file names its source."""
    text = files("civicwatt_cloud.reference").joinpath("common_passwords.txt").read_text()
    return frozenset(line.casefold() for line in text.splitlines() if not line.startswith("# "))


def _classes(password: str) -> int:
    lower = any(letter in string.ascii_lowercase for letter in password)
    upper = any(letter in string.ascii_uppercase for letter in password)
    digit = any(letter in string.digits for letter in password)
    other = any(letter not in string.ascii_letters + string.digits for letter in password)
    return lower + upper + digit + other
