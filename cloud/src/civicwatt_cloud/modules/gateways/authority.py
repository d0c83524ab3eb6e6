"""The deployment's own certificate authority: it names gateways, the broker and the ingest.

Every file ca-N.pem of its folder holds a key, its certificate and, from the second on, the same key certified
by the authority before: a gateway that knows only the former one still trusts the broker's new certificate.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Engineering defaults.
CA_LIFE = timedelta(days=20 * 365)
GATEWAY_LIFE = timedelta(days=365)
SERVER_LIFE = timedelta(days=5 * 365)  # its key never leaves this machine, and nobody renews it by hand
CRL_LIFE = timedelta(days=5 * 365)  # a broker refuses everybody once its list is out of date
BACKDATED = timedelta(hours=1)  # clocks differ

_NO_USE = dict.fromkeys(
    ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
) | {"decipher_only": False}
_CA_USE = x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **_NO_USE)
_LEAF_USE = x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **_NO_USE)

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority; the last of a folder signs, those before it stay trusted until they end."""

    key: Key
    certificates: Sequence[x509.Certificate]  # its own, then the one by its predecessor if it has one

    @classmethod
    def all_in(cls, folder: Path) -> list[Self]:
        """The authorities of a folder, the present one last; the first is made at first use."""
        if not (found := _files(folder)):
            cls._make(folder, 1, None, _now())
            found = _files(folder)
        return [cls._load(path) for path in found]

    @classmethod
    def present(cls, folder: Path) -> Self:
        """The one that signs."""
        return cls.all_in(folder)[-1]

    @classmethod
    def roll(cls, folder: Path, life: timedelta = CA_LIFE) -> None:
        """Put a new authority in the place of the present one."""
        known = cls.all_in(folder)
        cls._make(folder, len(known) + 1, known[-1], _now(), life)

    @classmethod
    def _load(cls, path: Path) -> Self:
        data = path.read_bytes()
        key = load_pem_private_key(data, None)
        assert isinstance(key, Key)  # noqa: S101 - we made it
        return cls(key, x509.load_pem_x509_certificates(data))

    @classmethod
    def _make(
        cls, folder: Path, number: int, former: Self | None, now: datetime, life: timedelta = CA_LIFE
    ) -> None:
        """Write ca-<number>.pem, whole or not at all; whoever comes second leaves the first one's file."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"CivicWatt {os.urandom(8).hex()}")
        own = _ca_certificate(name, key.public_key(), (name, key), now, now + life)
        made = [own]
        if former is not None:
            end = former.certificates[0].not_valid_after_utc
            issuer = (former.certificates[0].subject, former.key)
            made.append(_ca_certificate(name, key.public_key(), issuer, now, min(end, now + life)))
        text = key_pem(key) + b"".join(one.public_bytes(Encoding.PEM) for one in made)
        draft = folder / f".{os.urandom(8).hex()}"
        write_private(draft, text)
        try:
            os.link(draft, folder / f"ca-{number}.pem")
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def for_gateway(
        self, request: x509.CertificateSigningRequest, gateway: str, life: timedelta = GATEWAY_LIFE
    ) -> x509.Certificate:
        """A certificate for a gateway's key; whatever else the request asks for is left out."""
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return self._sign(request.public_key(), gateway, [use], life)

    def for_client(self, key: Key, name: str) -> x509.Certificate:
        """A certificate for a client on this machine."""
        return self._sign(
            key.public_key(), name, [x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])], SERVER_LIFE
        )

    def for_hosts(self, key: Key, hosts: Sequence[str], life: timedelta = SERVER_LIFE) -> x509.Certificate:
        """A server's certificate, valid for these names and addresses."""
        extensions = [
            x509.SubjectAlternativeName([_host(host) for host in hosts]),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        ]
        return self._sign(key.public_key(), hosts[0][:64], extensions, life)

    def revocations(self, revoked: Iterable[tuple[str, datetime]]) -> bytes:
        """The list of these serial numbers (hexadecimal) as PEM; those of other authorities do no harm."""
        now = _now()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificates[0].subject)
            .last_update(now)
            .next_update(now + CRL_LIFE)
        )
        for serial, at in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.PEM)

    def _sign(
        self,
        key: CertificatePublicKeyTypes,
        name: str,
        extensions: Iterable[x509.ExtensionType],
        life: timedelta,
    ) -> x509.Certificate:
        now, own = _now(), self.certificates[0]
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(own.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(now - BACKDATED, own.not_valid_before_utc))
            .not_valid_after(min(now + life, own.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_LEAF_USE, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(_issuer_id(self.key), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, SHA256())


def trusted(authorities: Sequence[Authority]) -> str:
    """The certificates to trust as PEM: of every authority that has not ended, the present one first."""
    now = _now()
    own = [authority.certificates[0] for authority in reversed(authorities)]
    return "".join(pem(one) for one in own if one.not_valid_after_utc > now)


def pem(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def key_pem(key: Key) -> bytes:
    """A private key as PEM, for a file that only its owner may read."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("ca-*.pem"), key=lambda path: int(path.stem.removeprefix("ca-")))


def _now() -> datetime:
    return datetime.now(UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _issuer_id(key: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _ca_certificate(
    name: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: tuple[x509.Name, Key],
    now: datetime,
    end: datetime,
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0])
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_CA_USE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(_issuer_id(issuer[1]), critical=False)
        .sign(issuer[1], SHA256())
    )
