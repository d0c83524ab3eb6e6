"""The two families of algorithms: international (`intl`) and Chinese (`gm`: SM3, SM4); a setting chooses.

What is written names its algorithm, so what one family wrote the other still reads. Both sign with ECDSA on
P-256 over their own hash: SM2 is not among the algorithms of `cryptography`.
Source: GB/T 32905 (SM3), GB/T 32907 (SM4).
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

Family = Literal["intl", "gm"]
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_SIZE_OF_SHA256 = Prehashed(SHA256())  # SM3 gives as many bytes


@dataclass(frozen=True, slots=True)
class Provider:
    """One family's algorithms, and what they are called where something is written."""

    hash_name: str
    hash: type[HashAlgorithm]
    cipher_name: str
    cipher: type[CipherAlgorithm]
    cipher_key_bytes: int

    def digest(self, data: bytes) -> bytes:
        """The hash, 32 bytes."""
        running = Hash(self.hash())
        running.update(data)
        return running.finalize()

    def named_digest(self, data: bytes) -> str:
        """`sha256:…` or `sm3:…`, in hexadecimal."""
        return f"{self.hash_name}:{self.digest(data).hex()}"

    def _key(self, key: bytes, purpose: str) -> bytes:
        derivation = HKDF(self.hash(), self.cipher_key_bytes, salt=None, info=purpose.encode())
        return derivation.derive(key)


_INTL = Provider("sha256", SHA256, "aes256gcm", AES, 32)
_GM = Provider("sm3", SM3, "sm4gcm", SM4, 16)
PROVIDERS: Mapping[Family, Provider] = MappingProxyType({"intl": _INTL, "gm": _GM})
_BY_HASH = {one.hash_name: one for one in PROVIDERS.values()}
_BY_CIPHER = {one.cipher_name: one for one in PROVIDERS.values()}


def redigest(named: str, data: bytes) -> str:
    """The digest of data by the algorithm that another digest names; empty for one that nobody knows."""
    provider = _BY_HASH.get(named.partition(":")[0])
    return provider.named_digest(data) if provider else ""


def seal(family: Family, key: bytes, purpose: str, secret: bytes) -> str:
    """Encrypted and bound to a purpose; another family's `opened` reads it too."""
    provider, nonce = PROVIDERS[family], os.urandom(NONCE_BYTES)
    sealing = Cipher(provider.cipher(provider._key(key, purpose)), modes.GCM(nonce)).encryptor()  # type: ignore[call-arg]
    content = nonce + sealing.update(secret) + sealing.finalize() + sealing.tag
    return f"{provider.cipher_name}:{base64.b64encode(content).decode()}"


def opened(key: bytes, purpose: str, sealed: str) -> bytes | None:
    """What was sealed; None: with another key, for another purpose, or changed since."""
    name, _, text = sealed.partition(":")
    provider = _BY_CIPHER.get(name)
    if provider is None:
        return None
    content = base64.b64decode(text)
    nonce, body, tag = content[:NONCE_BYTES], content[NONCE_BYTES:-TAG_BYTES], content[-TAG_BYTES:]
    opening = Cipher(provider.cipher(provider._key(key, purpose)), modes.GCM(nonce, tag)).decryptor()  # type: ignore[call-arg]
    try:
        return opening.update(body) + opening.finalize()
    except InvalidTag:
        return None


def sign(family: Family, key: ec.EllipticCurvePrivateKey, data: bytes) -> str:
    """A signature that names its hash."""
    provider = PROVIDERS[family]
    signature = key.sign(provider.digest(data), ec.ECDSA(_SIZE_OF_SHA256))
    return f"{provider.hash_name}:{base64.b64encode(signature).decode()}"


def is_signed(key: ec.EllipticCurvePublicKey, data: bytes, signature: str) -> bool:
    """Whether the holder of the key signed the data, by either family."""
    name, _, text = signature.partition(":")
    provider = _BY_HASH.get(name)
    if provider is None:
        return False
    try:
        key.verify(base64.b64decode(text, validate=True), provider.digest(data), ec.ECDSA(_SIZE_OF_SHA256))
    except (InvalidSignature, ValueError):
        return False
    return True


def own_secret(path: Path) -> bytes:
    """The installation's secret, made at first use; only its owner may read the file."""
    return _own_file(path, os.urandom(KEY_BYTES))


def own_signing_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The installation's signing key, made at first use; only its owner may read the file."""
    made = ec.generate_private_key(ec.SECP256R1())
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = load_pem_private_key(_own_file(path, pem), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we made it
    return key


def _own_file(path: Path, made: bytes) -> bytes:
    """What the file holds; where there is none, what was made: whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
