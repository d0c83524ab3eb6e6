"""One-time codes: shown once, stored hashed, working once, for a day; and the clock that they live by."""

import hashlib
import secrets
import time

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.identity.models import Account, OneTimeCode, OpenSession, Purpose

CODE_LIFE_US = DAY_US  # engineering default
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: none that is read as another
CODE_GROUPS = 3  # of 4 letters of 5 bits: 60 bits


def real_now_us() -> int:
    """Real time, UTC µs: what sessions and codes are measured by."""
    return time.time_ns() // 1000


def digest(text: str) -> str:
    """What is stored of a token, code or name."""
    return hashlib.sha256(text.encode()).hexdigest()


def normal_code(text: str) -> str:
    """A code as it was meant: case, spaces and hyphens do not matter."""
    return "".join(letter for letter in text.upper() if letter in CODE_LETTERS)


def issue_code(session: Session, purpose: Purpose, now_us: int, account_id: int | None = None) -> str:
    """A fresh code such as 8F3K-7M2Q-XN4T; it is stored hashed, so this is the only time it can be read."""
    groups = ["".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(CODE_GROUPS)]
    code = "-".join(groups)
    session.add(
        OneTimeCode(
            code_hash=digest(normal_code(code)),
            purpose=purpose,
            account_id=account_id,
            expires_us=now_us + CODE_LIFE_US,
        )
    )
    return code


def ensure_setup_code(session: Session, now_us: int | None = None) -> str | None:
    """A new set-up code while no account exists, else None; former codes and set-up sessions end."""
    if session.scalar(select(func.count()).select_from(Account)):
        return None
    session.execute(delete(OneTimeCode).where(OneTimeCode.purpose == Purpose.SETUP))
    session.execute(delete(OpenSession).where(OpenSession.account_id.is_(None)))
    return issue_code(session, Purpose.SETUP, now_us or real_now_us())
