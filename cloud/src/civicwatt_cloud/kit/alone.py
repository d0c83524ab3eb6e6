"""A data folder has one owner at a time: the server, or a command that must not run beside it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from civicwatt_cloud.kit.errors import DataBusy


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder; a second server would end the first one's code. Errors: DataBusy."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataBusy(str(folder)) from None
        yield
