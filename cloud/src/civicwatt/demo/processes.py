"""Start, watch and end the processes of a demo, so that none outlives it."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from civicwatt.errors import PartDidNotStart

log = structlog.get_logger()

PR_SET_PDEATHSIG = 1  # linux/prctl.h
STOP_S = 12.0  # a gateway may take 10 s to hand over what it holds


def free_port(count: int = 1) -> int:
    """The first of `count` neighbouring loopback ports that are free now."""
    while True:
        with contextlib.ExitStack() as held:
            first = _hold(held, 0)
            try:
                for offset in range(1, count):
                    _hold(held, first + offset)
            except OSError:
                continue
            return first


def _hold(held: contextlib.ExitStack, port: int) -> int:
    taken = held.enter_context(socket.socket())
    taken.bind(("127.0.0.1", port))
    return int(taken.getsockname()[1])


def wait_until(
    ready: Callable[[], bool], part: str, limit_s: float, watched: "Process | None" = None
) -> None:
    """Wait until `ready()` holds; PartDidNotStart after `limit_s` or when the watched process ended."""
    deadline = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > deadline or (watched and not watched.alive):
            raise PartDidNotStart(part, log=str(watched.log_file) if watched else "—")
        time.sleep(0.02)


def listening(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One part of the demo as a child process that dies with its parent."""

    def __init__(self, name: str, command: Sequence[str], log_file: Path) -> None:
        self.name = name
        self.command = list(command)
        self.log_file = log_file
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs now."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id, None before the first start."""
        return self._popen.pid if self._popen else None

    def start(self) -> None:
        """Start it; stdout and stderr are appended to its log file."""
        with self.log_file.open("ab") as sink:
            self._popen = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - started from one thread only
            )
        log.info("process_started", part=self.name, pid=self._popen.pid)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL) and reap it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end (SIGTERM); kill it if it has not within STOP_S."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._popen is None:
            return
        self._popen.send_signal(number)
        try:
            self._popen.wait(STOP_S)
        except subprocess.TimeoutExpired:
            log.warning("process_killed", part=self.name, pid=self._popen.pid)
            self._popen.kill()
            self._popen.wait()


def _die_with_parent() -> None:
    """Leave the terminal's Ctrl-C to the parent, and end with it even if it is killed."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def civicwatt(*arguments: str) -> list[str]:
    """The command line of another part of this installation."""
    return [sys.executable, "-m", "civicwatt", *arguments]
