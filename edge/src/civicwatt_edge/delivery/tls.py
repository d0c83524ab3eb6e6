"""TLS with mutual authentication: whom to trust, who we are, and by which named reason it has to wait.

Without TLS nothing is lost: polling and outbox go on, and every attempt to connect looks at the clock and at
the files anew, so that a set clock or a renewed certificate needs no restart.
"""

import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from civicwatt_edge.config import Tls
from civicwatt_edge.delivery.mqtt import TurnedAway
from civicwatt_edge.machine_time import RELEASED_S
from civicwatt_edge.security_errors import (
    BrokerNotTrusted,
    CertificateExpired,
    CertificateNotYetValid,
    ClockNotSet,
    RefusedByBroker,
    TlsFilesUnusable,
    TlsWaits,
)

# Engineering defaults.
ABSURD_S = 10 * 365 * 86_400  # a certificate that ended this long ago speaks of the clock
WARN_DAYS = (30, 7, 1)


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails: paho lets go of it then, and leaves it open."""

    def do_handshake(self, block: bool = False) -> None:
        """As ssl.SSLSocket does it."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class Validity(NamedTuple):
    """When a certificate begins and ends: UTC seconds."""

    begins_s: float
    ends_s: float


def context(tls: Tls, now_s: float | None = None) -> ssl.SSLContext:
    """What a connection needs, read from the files as they are now; the machine's time unless told.

    Errors: TlsFilesUnusable, ClockNotSet, CertificateNotYetValid, CertificateExpired.
    """
    check(tls, time.time() if now_s is None else now_s)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the host's name is checked
    made.sslsocket_class = ClosingSocket
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_verify_locations(tls.ca)
        made.load_cert_chain(tls.cert, tls.key, _no_password)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise TlsFilesUnusable(f"{tls.ca} {tls.cert} {tls.key}", detail=error) from error
    return made


def check(tls: Tls, now_s: float) -> None:
    """Whether the clock and our certificate allow TLS now. Errors: as context()."""
    found = validity(Path(tls.cert))
    if now_s < RELEASED_S or now_s > found.ends_s + ABSURD_S:
        raise ClockNotSet(at=day(now_s))
    if now_s < found.begins_s:
        raise CertificateNotYetValid(tls.cert, begins=day(found.begins_s), at=day(now_s))
    if now_s >= found.ends_s:
        raise CertificateExpired(tls.cert, ends=day(found.ends_s))


def validity(path: Path) -> Validity:
    """Of the first certificate in a file. Errors: TlsFilesUnusable."""
    from cryptography import x509  # noqa: PLC0415 - 8 MB that a gateway without TLS does not need

    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TlsFilesUnusable(str(path), detail=error) from error
    return Validity(certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp())


def warning_due(left_s: float, warned: int | None) -> int | None:
    """The limit of 30, 7 or 1 days that has been passed since the last warning, None where there is none."""
    passed = [days for days in WARN_DAYS if left_s <= days * 86_400]
    if not passed or (warned is not None and passed[-1] >= warned):
        return None
    return passed[-1]


def reason(error: BaseException) -> TlsWaits | None:
    """The named reason behind a failed connection, None where TLS is not the cause."""
    if isinstance(error, TurnedAway):
        return RefusedByBroker(detail=error)
    cause = error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return BrokerNotTrusted(detail=cause.verify_message)
    if isinstance(cause, ssl.SSLError):
        return RefusedByBroker(detail=cause.reason or str(cause))
    return None


def _no_password() -> str:
    """A key with a password would make OpenSSL ask on the terminal."""
    return ""


def day(t_s: float) -> str:
    """An instant as people read it."""
    return datetime.fromtimestamp(t_s, UTC).isoformat(timespec="seconds")
