"""Files that are replaced whole: nobody reads half of one, and a power cut leaves the old or the new."""

import os
from contextlib import suppress
from pathlib import Path


def replace(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file durably; mode and owner stay as they were, a new file gets `mode`. Raises OSError."""
    path = path.resolve()  # what a link points to is replaced, not the link
    before = path.stat() if path.exists() else None
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            if before is not None:
                os.fchmod(file.fileno(), before.st_mode & 0o7777)
                with suppress(PermissionError):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Have the folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
