"""Hashes of passwords (argon2id)."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from civicwatt_cloud.kit.password_policy import MAX_LENGTH

_hasher = PasswordHash((Argon2Hasher(),))


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
