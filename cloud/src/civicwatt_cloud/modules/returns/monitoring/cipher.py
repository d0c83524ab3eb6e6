"""AES-128 of a collector's packets; what the nation leaves open is a setting: mode, IV, padding, charset.

Source: 分项能耗数据传输技术导则 (AES, 128 bit). Ningbo: CBC, zero padding, UTF-16LE (2018甬 DX-05 附录E).
"""

from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher as Aes
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from civicwatt_cloud.modules.returns.monitoring.errors import BadPacket
from civicwatt_protocols.toml import Table

BLOCK = 16  # bytes, of AES
NO_IV = "00" * BLOCK


class CipherSettings(Table, frozen=True, kw_only=True):
    """How packets are written; the defaults are Ningbo's."""

    mode: Literal["cbc", "ecb"] = "cbc"
    iv: str = NO_IV  # 32 hex digits
    padding: Literal["zero", "pkcs7"] = "zero"
    charset: Literal["utf-8", "utf-16-le", "gb18030"] = "utf-16-le"

    def __post_init__(self) -> None:
        """Errors: ValueError."""
        if len(bytes.fromhex(self.iv)) != BLOCK:
            raise ValueError(f"iv has 32 hex digits, not {len(self.iv)}")


def encrypt(settings: CipherSettings, key: bytes, text: str) -> bytes:
    """A packet's text as it goes over the wire."""
    data = text.encode(settings.charset)
    missing = -len(data) % BLOCK
    if settings.padding == "pkcs7":
        missing = missing or BLOCK
    data += bytes([missing if settings.padding == "pkcs7" else 0]) * missing
    encryptor = Aes(algorithms.AES(key), _mode(settings)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt(settings: CipherSettings, key: bytes, data: bytes) -> str:
    """The text of a packet. Errors: BadPacket."""
    if not data or len(data) % BLOCK:
        raise BadPacket(detail="its length is no multiple of a block")
    decryptor = Aes(algorithms.AES(key), _mode(settings)).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    if settings.padding == "pkcs7":
        count = plain[-1]
        if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
            raise BadPacket(detail="its padding is wrong: another key, mode or padding")
        plain = plain[:-count]
    try:
        return plain.decode(settings.charset).rstrip("\0")
    except UnicodeDecodeError as error:
        raise BadPacket(detail="it is no text: another key, mode or charset") from error


def _mode(settings: CipherSettings) -> modes.CBC | modes.ECB:
    return modes.CBC(bytes.fromhex(settings.iv)) if settings.mode == "cbc" else modes.ECB()  # noqa: S305
