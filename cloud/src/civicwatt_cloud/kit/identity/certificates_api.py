"""Routes of signing in by certificate, and of binding certificates to accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.access import public, today
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import certificates
from civicwatt_cloud.kit.identity.accounts_api import Either, Id
from civicwatt_cloud.kit.identity.certificates import Presented, Trust
from civicwatt_cloud.kit.identity.models import LoginCertificate
from civicwatt_cloud.kit.identity.own_api import PROBLEMS
from civicwatt_cloud.kit.identity.sessions import Visit
from civicwatt_cloud.kit.session_api import SessionOut, address_of, signed_in
from civicwatt_cloud.kit.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["证书登录"], responses=PROBLEMS)
Pem = Annotated[str, Field(max_length=32_768, description="PEM")]


class NonceOut(BaseModel):
    """Sign `nonce|origin|ts`, ts being seconds since 1970."""

    nonce: str
    origin: str
    life_s: int


class CertificateSignIn(BaseModel):
    """The signed nonce."""

    model_config = ConfigDict(extra="forbid")

    nonce: str = Field(max_length=64)
    ts: int = Field(ge=0, le=2**33)
    certificate: Pem
    signature: str = Field(max_length=1024, description="base64; ECDSA or RSA PKCS #1 v1.5, SHA-256")


class NewCertificate(BaseModel):
    """A certificate; those that renew it name the same account."""

    model_config = ConfigDict(extra="forbid")

    certificate: Pem


class CertificateOut(BaseModel):
    """Whose certificates open the account."""

    id: int
    issuer: str
    subject: str


@router.post(
    "/session/nonce",
    operation_id="issue_nonce",
    summary="证书登录：获取随机数",
    status_code=201,
    dependencies=[Depends(public)],
)
def issue_nonce(request: Request) -> NonceOut:
    """What a certificate's holder is to sign."""
    _trust(request)
    with request.app.state.database.session() as session:
        nonce = certificates.issue_nonce(session, identity.real_now_us())
    return NonceOut(nonce=nonce, origin=_origin(request), life_s=certificates.NONCE_LIFE_US // 1_000_000)


@router.post(
    "/session/certificate",
    operation_id="sign_in_by_certificate",
    summary="证书登录",
    dependencies=[Depends(public)],
)
def sign_in(request: Request, response: Response, said: CertificateSignIn) -> SessionOut:
    """Open a session for the holder of a certificate."""
    presented = Presented(said.nonce, said.ts, said.certificate, said.signature)
    visit = Visit(address_of(request), identity.real_now_us())
    state = request.app.state
    token = certificates.sign_in(state.database, presented, _origin(request), _trust(request), visit)
    return signed_in(request, response, token)


@router.get("/accounts/{account_id}/certificates", operation_id="list_certificates", summary="账号绑定的证书")
def list_certificates(request: Request, account_id: Id, _actor: Either) -> list[CertificateOut]:
    """The certificates that open an account."""
    query = select(LoginCertificate).where(LoginCertificate.account_id == account_id)
    with request.app.state.database.reading() as session:
        return [_shown(row) for row in session.scalars(query.order_by(LoginCertificate.id))]


@router.post(
    "/accounts/{account_id}/certificates",
    operation_id="bind_certificate",
    summary="绑定证书",
    status_code=201,
)
def bind(request: Request, account_id: Id, said: NewCertificate, actor: Either) -> CertificateOut:
    """Let certificates of this issuer and subject open the account."""
    with request.app.state.database.session() as session:
        return _shown(certificates.bind(session, actor, account_id, said.certificate, today(request)))


@router.delete(
    "/certificates/{certificate_id}", operation_id="unbind_certificate", summary="解绑证书", status_code=204
)
def unbind(request: Request, certificate_id: Id, actor: Either) -> None:
    """It opens the account no longer."""
    with request.app.state.database.session() as session:
        certificates.unbind(session, actor, certificate_id, today(request))


def _trust(request: Request) -> Trust:
    settings: Settings = request.app.state.settings
    if settings.login_ca is None:
        raise NotFound()
    return Trust.read(settings.login_ca, settings.login_crl)


def _origin(request: Request) -> str:
    """The address that the settings name; what a request says of itself would be true of another site too."""
    return str(request.app.state.settings.login_origin)


def _shown(row: LoginCertificate) -> CertificateOut:
    return CertificateOut(id=row.id, issuer=row.issuer, subject=row.subject)
