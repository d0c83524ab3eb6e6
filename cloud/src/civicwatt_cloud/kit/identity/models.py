"""Tables of identity: accounts, grants, sessions, one-time codes, attempts to sign in.

No account and no password exists in a fresh installation; the first sign-in is by a one-time code that opens
the set-up, where the three administrators (三员分立) and one energy manager are named.
Tokens and codes are stored as hashes; times are real time, whatever the business clock says.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base

FOR_EVER = date(1949, 10, 1)  # the first day of a grant without one


class Purpose(StrEnum):
    """What a one-time code opens."""

    SETUP = "setup"
    DEMO = "demo"
    INVITATION = "invitation"  # to choose a password


class Method(StrEnum):
    """How a session was opened."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - no password
    CERTIFICATE = "certificate"
    OIDC = "oidc"
    TOKEN = "token"  # noqa: S105 - no token


class Account(Base):
    """A person or a machine that signs in. Without a password hash no password opens it."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)  # case-folded
    display_name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None]
    password_set_us: Mapped[int | None] = mapped_column(BigInteger)
    totp_sealed: Mapped[str | None] = mapped_column(String(200))  # the secret of the second factor
    totp_step: Mapped[int | None] = mapped_column(BigInteger)  # last used; None: not confirmed yet
    created_us: Mapped[int] = mapped_column(BigInteger)
    disabled_us: Mapped[int | None] = mapped_column(BigInteger)


class Grant(Base):
    """A role on a node of the organisation tree: a region, an institution, or neither for an administrator.

    It holds from a business day until the day before `valid_to` (open when None).
    """

    __tablename__ = "role_grant"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    delegated_id: Mapped[int | None] = mapped_column(ForeignKey("role_grant.id"))  # whose it is


class OpenSession(Base):
    """A session in use; without an account it is the set-up's."""

    __tablename__ = "open_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_us: Mapped[int] = mapped_column(BigInteger)
    seen_us: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))


class OneTimeCode(Base):
    """A code that works once; using it deletes the row."""

    __tablename__ = "one_time_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # of an invitation
    expires_us: Mapped[int] = mapped_column(BigInteger)


class SignInAttempt(Base):
    """An attempt that has not succeeded, by account (hashed) and address."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(64))
    at_us: Mapped[int] = mapped_column(BigInteger)


class LoginNonce(Base):
    """What a certificate's holder signs, once and soon."""

    __tablename__ = "login_nonce"
    nonce_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    issued_us: Mapped[int] = mapped_column(BigInteger)
    is_used: Mapped[bool]


class LoginCertificate(Base):
    """Whose certificates of a subject and an issuer are: a renewed one names the same account."""

    __tablename__ = "login_certificate"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(400))  # RFC 4514
    subject: Mapped[str] = mapped_column(String(400))


class ServiceToken(Base):
    """What a machine shows instead of a session, until a day; its account's grants say what it may do."""

    __tablename__ = "service_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)
    used_us: Mapped[int | None] = mapped_column(BigInteger)
