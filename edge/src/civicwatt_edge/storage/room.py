"""Room on the disk: how much the outbox may take, and a ballast to drop when others have filled the disk.

The quota lies below the disk's size: on a full disk SQLite can write nothing, not even a deletion.
"""

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

# Engineering defaults.
SHARE = 0.6  # of the disk, without a quota in the configuration
MOST = 0.9
BALLAST = 2 << 20  # bytes, or a twentieth of a small disk
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SQLITE_FAULTS = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)


class Room:
    """What the data directory takes and may take, in bytes."""

    def __init__(self, directory: Path, quota: int | None) -> None:
        disk = os.statvfs(directory)
        size = disk.f_frsize * disk.f_blocks
        self.quota = min(quota or int(size * SHARE), int(size * MOST))
        self._directory = directory
        self._ballast = directory / "ballast"
        self._ballast_size = min(BALLAST, size // 20)

    def used(self) -> int:
        """Bytes of the database, its log and what was set aside; segments are counted by the shelf."""
        taken = 0
        for one in os.scandir(self._directory):
            with suppress(FileNotFoundError):  # a draft that has just got its name
                taken += one.stat().st_size if one.is_file() else 0
        return taken

    def free(self) -> int:
        """Bytes that the disk still has for us."""
        disk = os.statvfs(self._directory)
        return disk.f_frsize * disk.f_bavail

    def hold(self) -> None:
        """Take the ballast, where there is plenty of room for it."""
        if self._ballast.exists() or self.free() < 4 * self._ballast_size:
            return
        with suppress(OSError), self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self._ballast_size)

    def release(self) -> bool:
        """Drop the ballast; whether there was one."""
        with suppress(OSError):
            self._ballast.unlink()
            return True
        return False


def is_disk_fault(error: BaseException) -> bool:
    """Whether the disk is full, read-only or broken: it may be put right while we wait."""
    if isinstance(error, sqlite3.OperationalError):
        return (error.sqlite_errorcode & 0xFF) in SQLITE_FAULTS
    return isinstance(error, OSError) and error.errno in (*FULL, errno.EROFS, errno.EIO)


def is_full(error: BaseException) -> bool:
    """Whether a write failed because the disk, or the outbox's share of it, is full."""
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in FULL
