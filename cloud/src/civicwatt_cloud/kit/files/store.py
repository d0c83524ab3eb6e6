"""Contents of files by their SHA-256 under the data folder: each once, whole or not at all."""

import hashlib
import os
import secrets
from pathlib import Path

from civicwatt_cloud.kit.files import pictures


class Store:
    """A folder of contents; nothing in it is ever changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep a content; its SHA-256. When this returns it survives a power cut."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            _write(path, data)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where a content lies."""
        return self._folder / sha256[:2] / sha256

    def thumbnail(self, sha256: str) -> Path:
        """A small picture of a picture; made when it is first asked for."""
        path = self.path(sha256).with_suffix(".thumbnail")
        if not path.exists():
            _write(path, pictures.thumbnail(self.path(sha256).read_bytes()))
        return path


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(handle)
        os.close(handle)
