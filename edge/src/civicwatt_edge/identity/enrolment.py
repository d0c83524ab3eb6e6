"""Enrolment: a key is made here and stays here; a one-time code turns its request into a certificate."""

import os
from pathlib import Path
from typing import Any

from civicwatt_edge import files
from civicwatt_edge.identity.cloud_api import CA, CERTIFICATE, KEY, CloudApi

FOLDER = "identity"  # below the gateway's data


def request_certificate(cloud: CloudApi, identity: Path, gateway: str, code: str) -> dict[str, Any]:
    """Make a key, have it certified, and put both in the place of what was there; a refusal changes nothing.

    Errors: those of CloudApi.call.
    """
    key, csr = make_key_and_request(gateway)
    identity.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(identity, f"{KEY}.new", key)  # before the code is spent: the disk may be full
    answer = cloud.call("POST", "/api/v1/gateway/enrol", {"code": code, "csr": csr})
    (identity / f"{KEY}.new").replace(identity / KEY)
    keep(identity, answer)
    return answer


def make_key_and_request(gateway: str) -> tuple[bytes, str]:
    """A fresh P-256 key and a certificate request in the gateway's name, both PEM."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - enrolment alone needs it
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, request_of(private, gateway)


def request_of(private: bytes, gateway: str) -> str:
    """The certificate request of a key."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    key = serialization.load_pem_private_key(private, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - made above, or at enrolment
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gateway)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def keep(identity: Path, answer: dict[str, Any]) -> None:
    """Put what the cloud issued for our key in the place of what was there."""
    write(identity, CA, answer["ca"].encode())
    write(identity, CERTIFICATE, answer["certificate"].encode())


def write(identity: Path, name: str, data: bytes) -> None:
    """Whole or not at all, readable by its owner only; root leaves it to whom the data folder belongs."""
    files.replace(identity / name, data, mode=0o600)
    if os.geteuid() == 0:
        owner = identity.parent.stat()
        for path in (identity, identity / name):
            os.chown(path, owner.st_uid, owner.st_gid)
