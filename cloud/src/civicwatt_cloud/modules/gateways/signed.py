"""Requests signed by a gateway: the permission of every route that gateways call."""

import hashlib
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.modules.gateways.errors import BadSignature, CertificateRevoked, DateOff
from civicwatt_cloud.modules.gateways.models import GatewayCertificate

# Engineering defaults.
WINDOW_S = 300  # how far the gateway's clock may be off
GRACE_US = 90 * 86_400 * SECOND_US  # a school's gateway is off over the holidays


@dataclass(frozen=True, slots=True)
class SignedGateway:
    """The gateway that signed a request."""

    id: str
    division: str


@dataclass(frozen=True, slots=True)
class _Signed:
    gateway: str
    date_s: int
    message: bytes
    signature: bytes


async def signed_gateway(request: Request) -> SignedGateway:
    """A dependency: the gateway whose key signed this request.

    Errors: BadSignature, DateOff, CertificateRevoked.
    """
    return await _signer_of(request, 0)


async def renewing_gateway(request: Request) -> SignedGateway:
    """The same for renewal alone, to which a certificate that ended lately still leads. Errors: alike."""
    return await _signer_of(request, GRACE_US)


async def _signer_of(request: Request, grace_us: int) -> SignedGateway:
    signed = _read(request, await request.body())
    now_us, database = identity.real_now_us(), request.app.state.database
    return await run_in_threadpool(_verify, database, signed, now_us, now_us - grace_us)


def signed_text(method: str, path: str, date_s: int, body: bytes) -> bytes:
    """What is signed; `path` includes the query as it was sent. The gateway: identity.cloud_api."""
    return f"{method}\n{path}\n{date_s}\n{hashlib.sha256(body).hexdigest()}".encode()


def _read(request: Request, body: bytes) -> _Signed:
    query = request.scope["query_string"]
    path = request.scope.get("raw_path", request.url.path.encode()) + (b"?" + query if query else b"")
    try:
        date_s = int(request.headers["CW-Date"])
        signature = b64decode(request.headers["CW-Signature"], validate=True)
        gateway = request.headers["CW-Gateway"]
    except (KeyError, ValueError, NotBase64):
        raise BadSignature() from None
    text = signed_text(request.method, path.decode("latin-1"), date_s, body)
    return _Signed(gateway, date_s, text, signature)


def _verify(database: Database, signed: _Signed, now_us: int, ends_after_us: int) -> SignedGateway:
    with database.reading() as session:
        certificate = _signer(session, signed, ends_after_us)
    if certificate is None:
        raise BadSignature()
    if certificate.revoked_us is not None:
        raise CertificateRevoked(signed.gateway)
    if abs(off_s := signed.date_s - now_us // SECOND_US) > WINDOW_S:
        raise DateOff(signed.gateway, seconds=off_s)
    return SignedGateway(certificate.gateway, certificate.division)


def _signer(session: Session, signed: _Signed, ends_after_us: int) -> GatewayCertificate | None:
    """The newest certificate whose key made the signature; a valid one before a revoked one.

    Renewals keep the key: each key is tried once, however many certificates it has.
    """
    known = select(GatewayCertificate).where(
        GatewayCertificate.gateway == signed.gateway, GatewayCertificate.expires_us > ends_after_us
    )
    newest_first = (GatewayCertificate.revoked_us.is_not(None), GatewayCertificate.issued_us.desc())
    tried: set[bytes] = set()
    for row in session.scalars(known.order_by(*newest_first)):
        key = load_pem_x509_certificate(row.pem.encode()).public_key()
        written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if written not in tried and _made_by(key, signed):
            return row
        tried.add(written)
    return None


def _made_by(key: CertificatePublicKeyTypes, signed: _Signed) -> bool:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signed.signature, signed.message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
