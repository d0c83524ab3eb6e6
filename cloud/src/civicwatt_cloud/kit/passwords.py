"""Password policy `dengbao` and hashing (argon2id)."""

import string
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MIN_LENGTH = 8  # 等保 身份鉴别: at least 8 characters of 3 of 4 classes (secondary source)
MIN_CLASSES = 3
MAX_LENGTH = 128  # engineering default: bounds the work of hashing
PRODUCT_WORD = "civicwatt"

_hasher = PasswordHash((Argon2Hasher(),))


def is_strong(password: str, username: str) -> bool:
    """Whether the password meets the policy, and contains neither the account's nor the product's name."""
    folded = password.casefold()
    return (
        MIN_LENGTH <= len(password) <= MAX_LENGTH
        and _classes(password) >= MIN_CLASSES
        and username.casefold() not in folded
        and PRODUCT_WORD not in folded
    )


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def verify(password: str, stored: str | None) -> bool:
    """Whether the password is right; an unknown account (None) costs the same time and is never right."""
    right = _hasher.verify(password[:MAX_LENGTH], stored or _nobody())
    return right and stored is not None


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def _classes(password: str) -> int:
    lower = any(letter in string.ascii_lowercase for letter in password)
    upper = any(letter in string.ascii_uppercase for letter in password)
    digit = any(letter in string.digits for letter in password)
    other = any(letter not in string.ascii_letters + string.digits for letter in password)
    return lower + upper + digit + other
