"""Tables of enrolment: codes that are waiting, certificates that were issued."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class GatewayCode(Base):
    """A one-time code that lets one gateway in; kept when used: a second use is not a typo."""

    __tablename__ = "gateway_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    gateway: Mapped[str] = mapped_column(String(64))
    division: Mapped[str] = mapped_column(String(12))
    expires_us: Mapped[int] = mapped_column(BigInteger)  # real time, as all below
    used_us: Mapped[int | None] = mapped_column(BigInteger)


class GatewayCertificate(Base):
    """A certificate that was issued; its key proves who signs a request."""

    __tablename__ = "gateway_certificate"

    serial: Mapped[str] = mapped_column(String(40), primary_key=True)  # hexadecimal
    gateway: Mapped[str] = mapped_column(ForeignKey("gateway.id"), index=True)
    division: Mapped[str] = mapped_column(String(12))
    pem: Mapped[str]
    issued_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)
    revoked_us: Mapped[int | None] = mapped_column(BigInteger)
