"""Disks that take nothing more: a small one that is filled, where this process may mount it, or a refusal."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILLER = "filler"
PIECE = 64 * 1024


class SmallDisk:
    """A mounted tmpfs of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """Leave no byte free."""
        with (self._folder / FILLER).open("ab", buffering=0) as file:
            for piece in (PIECE, 512, 1):
                try:
                    while True:
                        file.write(bytes(piece))
                except OSError:
                    continue

    def free(self) -> None:
        """Give the room back."""
        (self._folder / FILLER).unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """The disk at a folder; None where this process may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "civicwatt-drill", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


@contextmanager
def refused_writes(pid: int) -> Iterator[None]:
    """Have the kernel refuse whatever a process writes to files (EFBIG, which SQLite calls an I/O error)."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
