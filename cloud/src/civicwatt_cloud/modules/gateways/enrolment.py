"""From a one-time code to a certificate, its renewal and its end."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import EVERYWHERE, Building
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import CODE_LETTERS, CODE_LIFE_US, attempts, digest, normal_code
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.gateways.authority import Authority, pem, trusted
from civicwatt_cloud.modules.gateways.errors import (
    CertificateRevoked,
    CodeExpired,
    CodeUnknown,
    CodeUsed,
    RequestRefused,
)
from civicwatt_cloud.modules.gateways.models import GatewayCertificate, GatewayCode
from civicwatt_cloud.modules.gateways.signed import WINDOW_S, SignedGateway
from civicwatt_cloud.timeseries.points import Gateway, Point, ensure_gateway

CODE_GROUPS = 4  # of 4 letters of 5 bits: 80 bits
CODE_HOLDER = "gateway code"  # enrolment codes share one counter of failures for each address
REPLAY_US = 2 * WINDOW_S * SECOND_US  # how long one signed request can work: its date may lead or lag


@dataclass(frozen=True, slots=True)
class Issued:
    """What a gateway receives; both certificates as PEM."""

    gateway: str
    division: str
    certificate: str
    ca: str


def division_of(session: Session, scope: Scope, gateway: str, wanted: str | None) -> str:
    """The division that a gateway is to report under. Errors: NotFound, when it is out of the scope.

    One that has spoken keeps its division; a new one gets the scope's unless another is wanted.
    """
    row = session.get(Gateway, gateway)
    spoken = row.division if row and row.division != EVERYWHERE else None
    division = spoken or wanted or scope.region_code
    if not division or not scope.holds(division):
        raise NotFound()
    foreign = (
        select(Point.id)
        .join(Building, Building.id == Point.building_id)
        .where(Point.gateway == gateway, Building.institution_id.not_in(scope.institution_ids()))
    )
    if session.scalar(foreign.limit(1)) is not None:
        raise NotFound()
    return division


def issue_code(session: Session, gateway: str, division: str, now_us: int, who: str = audit.COMMAND) -> str:
    """A fresh code such as 8F3K-7M2Q-XN4T-W9CD; it is stored hashed, so this is the only time to read it."""
    groups = ["".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(CODE_GROUPS)]
    code = "-".join(groups)
    hashed = digest(normal_code(code))
    session.add(
        GatewayCode(code_hash=hashed, gateway=gateway, division=division, expires_us=now_us + CODE_LIFE_US)
    )
    audit.note(session, who, audit.Deed("gateway_code_made", gateway, None, {"division": division}))
    return code


def enrol(database: Database, folder: Path, code: str, csr: str, *, address: str, now_us: int) -> Issued:
    """Spend a code on a certificate; former certificates of the same gateway end, its box was replaced.

    Errors: CodeUnknown, CodeUsed, CodeExpired, RequestRefused (which leaves the code unspent), LockedOut.
    """
    attempts.count_attempt(database, CODE_HOLDER, address, now_us)
    with database.session() as session:
        row = session.get(GatewayCode, digest(normal_code(code)))
        if row is None:
            raise CodeUnknown()
        if row.used_us is not None:
            raise CodeUsed(row.gateway)
        if row.expires_us <= now_us:
            raise CodeExpired(row.gateway)
        request, gateway = _read(csr, row.gateway), SignedGateway(row.gateway, row.division)
        issued = _issue(session, folder, request, gateway, now_us, anew=True)
        row.used_us = now_us
        attempts.forget_attempts(session, CODE_HOLDER, address)
    return issued


def renew(database: Database, folder: Path, gateway: SignedGateway, csr: str, now_us: int) -> Issued:
    """Another certificate for the key that is certified; the former stays valid to its end.

    The same request again gives the same certificate. Errors: RequestRefused, CertificateRevoked.
    """
    request = _read(csr, gateway.id)
    with database.session() as session:
        newest = _newest(session, gateway.id)
        if newest is None:  # ended since the signature was looked at
            raise CertificateRevoked(gateway.id)
        if request.public_key() != x509.load_pem_x509_certificate(newest.pem.encode()).public_key():
            raise RequestRefused(
                gateway.id,
                detail_zh="密钥与现有证书的密钥不同；更换密钥须重新注册",
                detail="the key is not the certified one; another key needs a new enrolment",
            )
        if newest.issued_us > now_us - REPLAY_US and newest.expires_us > now_us:
            return Issued(gateway.id, gateway.division, newest.pem, trusted(Authority.all_in(folder)))
        return _issue(session, folder, request, gateway, now_us, anew=False)


def revoke(session: Session, gateway: str, now_us: int, who: str = audit.COMMAND) -> int:
    """End a gateway's certificates and its unused codes; returns how many certificates."""
    session.execute(
        update(GatewayCode)
        .where(GatewayCode.gateway == gateway, GatewayCode.used_us.is_(None))
        .values(expires_us=now_us)
    )
    mine = (GatewayCertificate.gateway == gateway, GatewayCertificate.revoked_us.is_(None))
    ended = update(GatewayCertificate).where(*mine).values(revoked_us=now_us)
    serials = list(session.scalars(ended.returning(GatewayCertificate.serial)))
    if serials:
        audit.note(session, who, audit.Deed("gateway_revoked", gateway, {"serials": serials}, None))
    return len(serials)


def is_known(session: Session, gateway: str) -> bool:
    """Whether a gateway of this id has spoken, or was ever given a code."""
    codes = select(GatewayCode.gateway).where(GatewayCode.gateway == gateway)
    return session.get(Gateway, gateway) is not None or session.scalar(codes.limit(1)) is not None


def revoked(session: Session) -> list[tuple[str, datetime]]:
    """Serial numbers (hexadecimal) of revoked certificates, and since when."""
    ended = select(GatewayCertificate).where(GatewayCertificate.revoked_us.is_not(None))
    return [
        (row.serial, datetime.fromtimestamp((row.revoked_us or 0) // SECOND_US, UTC))
        for row in session.scalars(ended)
    ]


def _newest(session: Session, gateway: str) -> GatewayCertificate | None:
    mine = (GatewayCertificate.gateway == gateway, GatewayCertificate.revoked_us.is_(None))
    newest = select(GatewayCertificate).where(*mine).order_by(GatewayCertificate.issued_us.desc())
    return session.scalars(newest.limit(1)).first()


def _issue(
    session: Session,
    folder: Path,
    request: x509.CertificateSigningRequest,
    gateway: SignedGateway,
    now_us: int,
    *,
    anew: bool,
) -> Issued:
    authorities = Authority.all_in(folder)
    certificate = authorities[-1].for_gateway(request, gateway.id)
    row = ensure_gateway(session, gateway.id)
    row.division = row.division or gateway.division
    who = f"gateway/{gateway.id}"
    if anew:
        revoke(session, gateway.id, now_us, who)
    deed = audit.Deed(
        "gateway_enrolled" if anew else "certificate_renewed",
        gateway.id,
        None,
        {"serial": f"{certificate.serial_number:x}"},
    )
    audit.note(session, who, deed)
    session.add(
        GatewayCertificate(
            serial=f"{certificate.serial_number:x}",
            gateway=gateway.id,
            division=gateway.division,
            pem=pem(certificate),
            issued_us=now_us,
            expires_us=int(certificate.not_valid_after_utc.timestamp()) * SECOND_US,
        )
    )
    return Issued(gateway.id, gateway.division, pem(certificate), trusted(authorities))


def _read(csr: str, gateway: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        key, is_own = request.public_key(), request.is_signature_valid
        names = [name.value for name in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise RequestRefused(
            gateway, detail_zh="不是 PEM 格式的证书请求", detail="not a PEM request"
        ) from error
    except UnsupportedAlgorithm as error:
        raise RequestRefused(
            gateway, detail_zh="密钥或签名的算法不受支持", detail="its key or signature is of an unknown kind"
        ) from error
    if not is_own:
        raise RequestRefused(gateway, detail_zh="请求的自签名无效", detail="its own signature is wrong")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise RequestRefused(gateway, detail_zh="密钥不是 P-256", detail="the key is not P-256")
    if names != [gateway]:
        named = "、".join(map(str, names))
        raise RequestRefused(
            gateway,
            detail_zh=f"该注册码属于网关 {gateway}，请求的是 {named}",
            detail=f"the code is for gateway {gateway}, the request is for {named}",
        )
    return request
