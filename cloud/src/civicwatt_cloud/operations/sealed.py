"""A sealed file: a stream in AES-256-GCM chunks under a key that a passphrase or a key file gives.

    magic | header, one line of JSON | SHA-256 of both, in hex | HMAC of both, in hex |
    chunks, each: four bytes of length, the highest bit set in the last one | ciphertext and tag

The checksum tells a damaged header from a wrong key; the HMAC proves the key before anything is read. A
chunk's nonce is its number and whether it is the last: chunks cannot be exchanged, left out or cut off
unnoticed. The keys are one file's own (a fresh salt each), so no nonce is used twice. Memory: a chunk.
Sources: RFC 7914 (scrypt), RFC 5869 (HKDF), NIST SP 800-38D (GCM); the chunks are the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from io import RawIOBase
from typing import Any, BinaryIO, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from civicwatt_cloud.operations.errors import BackupDamaged, BackupTruncated, NotABackup, WrongKey

MAGIC = b"CivicWatt sealed 1\r\n"
CHUNK = 1 << 20  # bytes of plain text
LAST = 1 << 31
TAG = 16  # bytes
DIGEST = 64  # hexadecimal digits
LONGEST_HEADER = 4096  # bytes
SCRYPT_N = 2**17  # with r = 8: 128 MiB and about half a second a guess [engineering default]
MOST_SCRYPT_N = 2**20  # a file that asks for more was made to fill the memory
KINDS = {"passphrase": "口令", "key file": "密钥文件"}


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens a file."""

    kind: Literal["passphrase", "key file"]
    value: bytes

    def keys(self, salt: bytes, scrypt_n: int) -> tuple[bytes, bytes]:
        """The keys of one file: for its chunks, and for its header."""
        given = self.value
        if self.kind == "passphrase":
            given = Scrypt(salt, length=32, n=scrypt_n, r=8, p=1).derive(given)
        both = HKDF(SHA256(), length=64, salt=salt, info=b"CivicWatt sealed 1").derive(given)
        return both[:32], both[32:]


class Sealer(RawIOBase):
    """Writes a sealed file. Only finish() gives it its end: one that was given up counts as cut short."""

    def __init__(self, file: BinaryIO, secret: Secret, told: dict[str, Any]) -> None:
        salt = os.urandom(16)
        header = {**told, "key": secret.kind, "salt": salt.hex(), "scrypt_n": SCRYPT_N}
        line = MAGIC + json.dumps(header).encode() + b"\n"
        chunk_key, header_key = secret.keys(salt, SCRYPT_N)
        mac = hmac.digest(header_key, line, "sha256")
        file.write(line + hashlib.sha256(line).hexdigest().encode() + mac.hex().encode())
        self._file, self._key = file, AESGCM(chunk_key)
        self._waiting, self._number = bytearray(), 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes; whole chunks go out."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return memoryview(data).nbytes

    def finish(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, plain: bytes, *, last: bool) -> None:
        length = (len(plain) + TAG) | (LAST if last else 0)
        sealed = self._key.encrypt(_nonce(self._number, last=last), plain, None)
        self._file.write(length.to_bytes(4, "big") + sealed)
        self._number += 1


class Opener(RawIOBase):
    """Reads a sealed file; its end is given only after the last chunk was proven to be it.

    Errors of the constructor: NotABackup, BackupDamaged, BackupTruncated, WrongKey; of reading the second and
    the third.
    """

    def __init__(self, file: BinaryIO, secret: Secret, where: str) -> None:
        self._file, self._where = file, where
        self.told, line, mac = _header(file, where)
        try:
            salt, scrypt_n = bytes.fromhex(self.told["salt"]), int(self.told["scrypt_n"])
        except (KeyError, ValueError, TypeError) as error:
            raise BackupDamaged(where, at="header") from error
        if not 2 <= scrypt_n <= MOST_SCRYPT_N:
            raise BackupDamaged(where, at="header")
        kind = str(self.told.get("key"))
        wrong = WrongKey(where, created=self.told.get("created"), kind=kind, kind_zh=KINDS.get(kind, kind))
        if kind != secret.kind:
            raise wrong
        chunk_key, header_key = secret.keys(salt, scrypt_n)
        if not hmac.compare_digest(hmac.digest(header_key, line, "sha256").hex().encode(), mac):
            raise wrong
        self._key, self._number, self._ended = AESGCM(chunk_key), 0, False
        self._plain, self._at = b"", 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Give what is left of the present chunk, else of the next one; 0: the proven end."""
        while self._at == len(self._plain):
            if self._ended:
                return 0
            self._take()
        given = self._plain[self._at : self._at + len(buffer)]
        buffer[: len(given)] = given
        self._at += len(given)
        return len(given)

    def _take(self) -> None:
        at = f"chunk {self._number}"
        head = self._file.read(4)
        length = int.from_bytes(head, "big")
        last, length = bool(length & LAST), length & ~LAST
        if len(head) == 4 and not TAG <= length <= CHUNK + TAG:
            raise BackupDamaged(self._where, at=at)
        sealed = self._file.read(length)
        if len(head) < 4 or len(sealed) < length:
            raise BackupTruncated(self._where, at=at)
        try:
            self._plain, self._at = self._key.decrypt(_nonce(self._number, last=last), sealed, None), 0
        except InvalidTag:
            raise BackupDamaged(self._where, at=at) from None
        self._number, self._ended = self._number + 1, last
        if last and self._file.read(1):
            raise BackupDamaged(self._where, at="end")


def _header(file: BinaryIO, where: str) -> tuple[dict[str, Any], bytes, bytes]:
    """The header, the line that its HMAC is over, and that. Errors: as of Opener."""
    magic = file.read(len(MAGIC))
    if magic != MAGIC and not (magic and MAGIC.startswith(magic)):
        raise NotABackup(where, detail="another kind of file", detail_zh="文件类型不同")
    line = magic + file.readline(LONGEST_HEADER)
    checksum, mac = file.read(DIGEST), file.read(DIGEST)
    if len(mac) < DIGEST:
        raise BackupTruncated(where, at="header")
    if hashlib.sha256(line).hexdigest().encode() != checksum:
        raise BackupDamaged(where, at="header")
    told: dict[str, Any] = json.loads(line[len(MAGIC) :])
    return told, line, mac


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
