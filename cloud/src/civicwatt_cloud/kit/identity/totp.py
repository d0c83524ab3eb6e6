"""The second factor: one-time passwords by time (RFC 6238), each of which works once."""

import hmac
from typing import NamedTuple

import pyotp
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit, crypto
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.crypto import Family
from civicwatt_cloud.kit.errors import Conflict
from civicwatt_cloud.kit.identity.errors import SecondFactorNeeded, SecondFactorWrong
from civicwatt_cloud.kit.identity.models import Account

STEP_US = 30 * SECOND_US  # RFC 6238, and every authenticator
ALLOWED_STEPS = 1  # before and after: phones' clocks differ [engineering default]
ISSUER = "CivicWatt"
PURPOSE = "second factor"  # what the secret is sealed for


class Second(NamedTuple):
    """The digits that were typed, and the installation's secret that opens what they are compared with."""

    digits: str | None
    secret: bytes


NO_SECOND = Second(None, b"")


def begin(session: Session, account: Account, family: Family, secret: bytes) -> str:
    """A fresh secret, as the URI that an authenticator scans; it counts once confirmed. Errors: Conflict."""
    if account.totp_step is not None:
        raise Conflict(what="已启用动态口令 · the second factor is set up already")
    seed = pyotp.random_base32()
    account.totp_sealed = crypto.seal(family, secret, PURPOSE, seed.encode())
    return pyotp.TOTP(seed).provisioning_uri(name=account.username, issuer_name=ISSUER)


def confirm(session: Session, account: Account, second: Second, now_us: int) -> None:
    """The authenticator shows the right digits: from now on they are asked for. Errors: as take."""
    if account.totp_sealed is None or account.totp_step is not None:
        raise Conflict(what="没有待确认的动态口令 · there is no second factor to confirm")
    take(session, account.id, second, now_us)
    subject = f"account/{account.username}"
    audit.note(session, subject, Deed("second_factor_set", subject, None, None))


def take(session: Session, account_id: int, second: Second, now_us: int) -> None:
    """Accept the digits, once. Errors: SecondFactorNeeded, SecondFactorWrong."""
    if not second.digits:
        raise SecondFactorNeeded()
    account = session.get_one(Account, account_id)
    seed = crypto.opened(second.secret, PURPOSE, account.totp_sealed or "")
    if seed is None:
        raise SecondFactorWrong()
    generator, now_step = pyotp.TOTP(seed.decode()), now_us // STEP_US
    former = -1 if account.totp_step is None else account.totp_step
    for step in range(max(now_step - ALLOWED_STEPS, former + 1), now_step + ALLOWED_STEPS + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), second.digits.strip().encode()):
            account.totp_step = step
            return
    raise SecondFactorWrong()


def forget(account: Account) -> None:
    """Without a second factor from now on."""
    account.totp_sealed = account.totp_step = None
