"""An authority that certifies people, as a provincial one would, and its list of revoked certificates."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGAN, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
NO_USE = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "encipher_only", "decipher_only", "key_cert_sign", "crl_sign"),
    ),
    False,
)


class Authority:
    """A root of its own."""

    def __init__(self, name: str = "测试根") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        self.root = (
            self._builder(self.name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**NO_USE | {"key_cert_sign": True, "crl_sign": True}), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self.key, SHA256())
        )

    def certificate(
        self, name: str, *, use: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A person's, with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = self._builder(subject, key.public_key()).add_extension(issuer, critical=False)
        return builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False).sign(
            self.key, SHA256()
        ), key

    def revoking(
        self, *revoked: x509.Certificate, days: int = 30, now: datetime = BEGAN
    ) -> x509.CertificateRevocationList:
        """The list, good for some days."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name)
        builder = builder.last_update(now).next_update(now + timedelta(days=days))
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, SHA256())

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key)
        number = x509.random_serial_number()
        return builder.serial_number(number).not_valid_before(BEGAN).not_valid_after(ENDS)


def pem(*certificates: x509.Certificate | x509.CertificateRevocationList) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def signature(key: ec.EllipticCurvePrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text, ec.ECDSA(SHA256()))).decode()
