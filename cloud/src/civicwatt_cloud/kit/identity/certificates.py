"""Signing in by a certificate, as on a USB key: the holder signs `nonce|origin|ts` with its private key.

A nonce has 128 bit, holds for 120 s and works once. The certificate must lead to a root that the settings
name, be meant for clients, and stand on no list of revoked ones; issuer and subject say whose it is.
"""

import base64
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import BadRequest, Conflict, NotFound
from civicwatt_cloud.kit.identity import accounts
from civicwatt_cloud.kit.identity.actors import Actor
from civicwatt_cloud.kit.identity.attempts import count_attempt, forget_attempts
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.identity.errors import (
    CertificateRevoked,
    CertificateUnbound,
    CertificateUntrusted,
    NonceExpired,
    NonceUsed,
    SignatureWrong,
)
from civicwatt_cloud.kit.identity.models import Account, LoginCertificate, LoginNonce, Method
from civicwatt_cloud.kit.identity.sessions import Visit, open_session

NONCE_BYTES = 16
NONCE_LIFE_US = 120 * SECOND_US
LONGEST_CHAIN = 5
HOLDER = "certificate"  # certificates share one counter of failures for each address
_PEM_CRL = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


class Presented(NamedTuple):
    """What a certificate's holder sends."""

    nonce: str
    ts: int  # seconds since 1970
    chain: str  # PEM: the certificate, then intermediate ones
    signature: str  # base64


class Trust(NamedTuple):
    """Whom to trust, and what they have revoked; None: no lists are kept."""

    roots: Sequence[x509.Certificate]
    revoked: Sequence[x509.CertificateRevocationList] | None

    @classmethod
    def read(cls, roots: Path, revoked: Path | None) -> "Trust":
        """From PEM files, at every sign-in: a new list counts at once."""
        found = x509.load_pem_x509_certificates(roots.read_bytes())
        if revoked is None:
            return cls(found, None)
        return cls(found, [x509.load_pem_x509_crl(one) for one in _PEM_CRL.findall(revoked.read_bytes())])


def issue_nonce(session: Session, now_us: int) -> str:
    """What is to be signed, once and soon."""
    nonce = secrets.token_hex(NONCE_BYTES)
    session.add(LoginNonce(nonce_hash=digest(nonce), issued_us=now_us, is_used=False))
    return nonce


def signed_text(nonce: str, origin: str, ts: int) -> bytes:
    """What the holder of the private key signs; the origin keeps another site from passing it on."""
    return f"{nonce}|{origin}|{ts}".encode()


def sign_in(database: Database, said: Presented, origin: str, trust: Trust, visit: Visit) -> str:
    """A new session's token.

    Errors: LockedOut, NonceUsed, NonceExpired, CertificateUntrusted, CertificateRevoked, SignatureWrong,
    CertificateUnbound.
    """
    address, now_us = visit
    count_attempt(database, HOLDER, address, now_us)
    with database.session() as session:
        age_us = _spend(session, said.nonce, now_us)
    if age_us > NONCE_LIFE_US or abs(now_us - said.ts * SECOND_US) > NONCE_LIFE_US:
        raise NonceExpired()
    leaf, *others = _certificates(said.chain)
    chain = _trusted(trust, leaf, others, now_us)
    _check_revocation(trust, chain, now_us)
    _check_signature(leaf, signed_text(said.nonce, origin, said.ts), said.signature)
    with database.session() as session:
        account = _holder(session, leaf)
        forget_attempts(session, HOLDER, address)
        return open_session(session, account.id, now_us, Method.CERTIFICATE, address)


def bind(session: Session, actor: Actor, account_id: int, pem: str, today: date) -> LoginCertificate:
    """Let certificates of this issuer and subject open the account.

    Errors: NotFound, OwnAccount, AnothersTask, BadRequest, Conflict.
    """
    account = accounts.opened_by(session, actor, account_id, today)
    [leaf, *_] = _certificates(pem)
    issuer, subject = leaf.issuer.rfc4514_string(), leaf.subject.rfc4514_string()
    if max(len(issuer), len(subject)) > 400:
        raise BadRequest(what="证书主体或颁发者过长 · its subject or issuer is too long")
    if _bound(session, issuer, subject) is not None:
        raise Conflict(what="该证书主体已绑定账号 · an account has this subject already")
    row = LoginCertificate(account_id=account.id, issuer=issuer, subject=subject)
    session.add(row)
    session.flush()
    told: dict[str, object] = {"issuer": issuer, "subject": subject}
    audit.note(session, actor.who, Deed("certificate_bound", f"account/{account.username}", None, told))
    return row


def unbind(session: Session, actor: Actor, certificate_id: int, today: date) -> None:
    """It opens the account no longer. Errors: as bind."""
    row = session.get(LoginCertificate, certificate_id)
    if row is None:
        raise NotFound()
    account = accounts.opened_by(session, actor, row.account_id, today)
    told: dict[str, object] = {"issuer": row.issuer, "subject": row.subject}
    session.delete(row)
    audit.note(session, actor.who, Deed("certificate_unbound", f"account/{account.username}", told, None))


def _spend(session: Session, nonce: str, now_us: int) -> int:
    """Its age, µs; nobody can use it again. Errors: NonceUsed; NonceExpired, also for an unknown one."""
    row = session.get(LoginNonce, digest(nonce))
    if row is None:
        raise NonceExpired()
    if row.is_used:
        raise NonceUsed()
    row.is_used = True
    return now_us - row.issued_us


def _certificates(pem: str) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadRequest(what="证书不是 PEM 格式 · no certificate in PEM") from error
    if len(found) > LONGEST_CHAIN:
        raise BadRequest(what="证书链过长 · the chain is too long")
    return found


def _for_clients(_policy: Policy, _certificate: x509.Certificate, use: x509.ExtendedKeyUsage) -> None:
    if ExtendedKeyUsageOID.CLIENT_AUTH not in use:
        raise ValueError("not for clients")


def _trusted(
    trust: Trust, leaf: x509.Certificate, others: list[x509.Certificate], now_us: int
) -> list[x509.Certificate]:
    """The chain from the certificate to a root. Errors: CertificateUntrusted."""
    ee_policy = ExtensionPolicy.permit_all().require_present(
        x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_clients
    )
    builder = PolicyBuilder().store(Store(list(trust.roots))).time(_moment(now_us))
    builder = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ee_policy)
    try:
        return builder.build_client_verifier().verify(leaf, others).chain
    except (VerificationError, ValueError) as error:
        raise CertificateUntrusted() from error


def _check_revocation(trust: Trust, chain: Sequence[x509.Certificate], now_us: int) -> None:
    """Of each certificate its issuer's list; the holder's must be there and in force.

    Errors: CertificateRevoked, CertificateUntrusted.
    """
    if trust.revoked is None:
        return
    for certificate, issuer in pairwise(chain):
        lists = [one for one in trust.revoked if _is_current(one, issuer, now_us)]
        if certificate is chain[0] and not lists:
            raise CertificateUntrusted()
        for one in lists:
            if one.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
                raise CertificateRevoked()


def _is_current(listed: x509.CertificateRevocationList, issuer: x509.Certificate, now_us: int) -> bool:
    key, ends = issuer.public_key(), listed.next_update_utc
    if listed.issuer != issuer.subject or not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return False
    return (ends is None or ends > _moment(now_us)) and listed.is_signature_valid(key)


def _check_signature(leaf: x509.Certificate, text: bytes, signature: str) -> None:
    """ECDSA or RSA (PKCS #1 v1.5), over SHA-256. Errors: SignatureWrong."""
    key = leaf.public_key()
    try:
        given = base64.b64decode(signature, validate=True)
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(given, text, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(given, text, padding.PKCS1v15(), SHA256())
        else:
            raise SignatureWrong()
    except (InvalidSignature, ValueError) as error:
        raise SignatureWrong() from error


def _holder(session: Session, leaf: x509.Certificate) -> Account:
    bound = _bound(session, leaf.issuer.rfc4514_string(), leaf.subject.rfc4514_string())
    account = session.get_one(Account, bound.account_id) if bound else None
    if account is None or account.disabled_us is not None:
        raise CertificateUnbound()
    return account


def _bound(session: Session, issuer: str, subject: str) -> LoginCertificate | None:
    query = select(LoginCertificate).where(
        LoginCertificate.issuer == issuer, LoginCertificate.subject == subject
    )
    return session.scalar(query)


def _moment(now_us: int) -> datetime:
    return datetime.fromtimestamp(now_us / SECOND_US, UTC)
